-- Figures by every grouping at once, over the rows of persistency.sql.
, changes_of_agent AS (
    SELECT policy_id, occurred_on, agent_id AS to_id FROM events JOIN agents ON detail = agent_no
    WHERE kind = 'agent_changed' AND occurred_on <= $as_of
),
served AS (
    SELECT c.policy_id, count(*) > 0 AS changed,
           arg_max(to_id, occurred_on) FILTER (occurred_on <= least(c.due_on, $as_of)) AS to_id
    FROM counted c JOIN changes_of_agent USING (policy_id) GROUP BY c.policy_id
),
named AS (
    SELECT c.*, 'all' AS company, w.branch, w.team, w.agent_no, s.agent_no AS serving_agent_no, p.product, p.channel,
           p.mode, strftime(c.effective_date, '%Y-%m') AS cohort, year(c.effective_date) AS year,
           coalesce(w.left_on <= least(c.due_on, $as_of), false) AS orphan
    FROM counted c JOIN policies p USING (policy_id)
    LEFT JOIN served USING (policy_id)
    LEFT JOIN agents w ON w.agent_id = coalesce(p.writing_agent_id, p.agent_id)
    LEFT JOIN agents s ON s.agent_id = coalesce(
        served.to_id, CASE WHEN served.changed THEN coalesce(p.writing_agent_id, p.agent_id) END, p.agent_id)
)
SELECT company, branch, team, agent_no, serving_agent_no, product, channel, mode, cohort, year, orphan, currency,
       sum(numerator)::BIGINT AS numerator, sum(denominator)::BIGINT AS denominator,
       count(*) FILTER (kept) AS numerator_count, count(*) AS denominator_count
FROM named
GROUP BY GROUPING SETS (
    (company, currency), (branch, currency), (branch, team, currency), (agent_no, currency),
    (serving_agent_no, currency), (product, currency), (channel, currency), (mode, currency), (cohort, currency),
    (year, currency), (orphan, currency)
)
