-- What is missing to 88 % by the agent who wrote the policy, and the fewest open policies that bring it.
, named AS (
    SELECT o.*, a.agent_no FROM outlook o JOIN policies p USING (policy_id)
    LEFT JOIN agents a ON a.agent_id = coalesce(p.writing_agent_id, p.agent_id)
), groups AS (
    SELECT agent_no, currency, sum(nothing) FILTER (due) AS numerator, sum(whole) FILTER (due) AS denominator,
        greatest((8800 * sum(whole) + 9999) // 10000 - sum(nothing), 0) AS missing
    FROM named GROUP BY agent_no, currency HAVING sum(nothing) FILTER (due) * 10000 < 8800 * sum(whole) FILTER (due)
), ranked AS (
    SELECT n.agent_no, n.currency, n.gain, n.pay_by, g.missing, sum(n.gain) OVER (PARTITION BY n.agent_no, n.currency
        ORDER BY n.gain DESC, n.pay_by, n.policy_id ROWS UNBOUNDED PRECEDING) - n.gain < g.missing AS needed
    FROM named n JOIN groups g ON g.agent_no IS NOT DISTINCT FROM n.agent_no AND g.currency = n.currency WHERE n.gain > 0
), closing AS (
    SELECT agent_no, currency, count(*) AS open, count(*) FILTER (needed) AS fewest, sum(gain) AS gained,
        max(pay_by) FILTER (needed) AS pay_by
    FROM ranked GROUP BY agent_no, currency
)
SELECT g.agent_no, g.currency, numerator::BIGINT, denominator::BIGINT, missing::BIGINT, coalesce(open, 0),
    CASE WHEN coalesce(gained, 0) >= missing THEN coalesce(fewest, 0) END, CASE WHEN gained >= missing THEN pay_by END
FROM groups g LEFT JOIN closing c ON c.agent_no IS NOT DISTINCT FROM g.agent_no AND c.currency = g.currency
