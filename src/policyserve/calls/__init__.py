"""Follow-up calls: which tries count, what answers open, and the records of the calls made."""
