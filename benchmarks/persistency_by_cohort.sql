-- Figures by cohort, over the rows of persistency.sql.
SELECT strftime(effective_date, '%Y-%m') AS cohort, currency, sum(numerator)::BIGINT AS numerator,
       sum(denominator)::BIGINT AS denominator, count(*) FILTER (kept) AS numerator_count, count(*) AS denominator_count
FROM counted GROUP BY ALL ORDER BY ALL
