-- People referred in the year of $as_of by the agent who serves the referrer; agents without anybody show 0.
, counts AS (
    SELECT coalesce(c.agent_id, p.agent_id) AS agent_id, count(*) AS referred
    FROM people p JOIN customers c ON c.customer_id = p.referrer_id
    WHERE year(p.referred_on) = year($as_of) GROUP BY 1
), there AS (
    SELECT agent_id FROM agents
    WHERE coalesce(joined_on <= $as_of, true) AND coalesce(left_on > make_date(year($as_of), 1, 1) OR left_on > $as_of, true)
      AND name IS NOT NULL
)
SELECT agent_no, sum(coalesce(referred, 0))::BIGINT, sum(CASE WHEN t.agent_id IS NOT NULL THEN 3 END)::BIGINT
FROM there t FULL JOIN counts n ON n.agent_id = t.agent_id LEFT JOIN agents a ON a.agent_id = coalesce(t.agent_id, n.agent_id)
GROUP BY agent_no
