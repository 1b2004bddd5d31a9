-- When the premiums due came in, by agent and month.
SELECT agent_no, strftime(due_on, '%Y-%m') AS month, currency, sum(amount)::BIGINT,
    sum(amount) FILTER (paid AND paid_on <= last_day(due_on))::BIGINT,
    sum(amount) FILTER (paid AND paid_on <= last_day(last_day(due_on) + 1))::BIGINT,
    sum(amount) FILTER (paid)::BIGINT, count(*) FILTER (main)
FROM due_of GROUP BY agent_no, month, currency
