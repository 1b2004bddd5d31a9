"""The report of a company, branch or team: figures, charts and lists as one page, one print and one workbook."""
