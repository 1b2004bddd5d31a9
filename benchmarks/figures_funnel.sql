-- How far people came, by the agent who serves the referrer and the year of the referral.
, bought AS (
    SELECT p.person, min(o.issue_date) AS issued_on FROM people p JOIN policies o ON o.customer_id = p.referred_id
    WHERE o.main_policy_id IS NULL AND o.issue_date BETWEEN p.referred_on AND $as_of
      AND o.policy_id NOT IN (SELECT policy_id FROM events WHERE kind IN ('freelook_cancel', 'void') AND occurred_on <= $as_of AND policy_id IS NOT NULL)
    GROUP BY p.person
), placed AS (
    SELECT a.agent_no, year(p.referred_on) AS year, CASE WHEN b.issued_on IS NOT NULL THEN 4 ELSE p.stage END AS place
    FROM people p JOIN customers c ON c.customer_id = p.referrer_id LEFT JOIN bought b USING (person)
    LEFT JOIN agents a ON a.agent_id = coalesce(c.agent_id, p.agent_id)
)
SELECT agent_no, year, count(*), count(*) FILTER (place >= 1), count(*) FILTER (place >= 2), count(*) FILTER (place >= 3), count(*) FILTER (place >= 4)
FROM placed GROUP BY agent_no, year
