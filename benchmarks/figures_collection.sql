-- What became of the premiums due, by agent.
, lapses AS (
    SELECT d.policy_id, d.instalment, min(s.suspended_from) AS lapsed_on FROM due_of d JOIN suspended s ON s.policy_id = d.payer_id
    WHERE NOT d.paid AND s.due_on <= d.due_on AND d.due_on < s.suspended_to
    GROUP BY d.policy_id, d.instalment
), fates AS (
    SELECT d.agent_no, d.currency, d.amount, d.main, CASE WHEN d.paid THEN 'collected' WHEN g.surrendered_on <= d.grace_end THEN 'surrendered'
        WHEN l.lapsed_on <= $as_of THEN 'suspended' ELSE 'open' END AS fate
    FROM due_of d LEFT JOIN gone g USING (policy_id) LEFT JOIN lapses l USING (policy_id, instalment)
)
SELECT agent_no, currency, sum(amount)::BIGINT, coalesce(sum(amount) FILTER (fate = 'collected'), 0)::BIGINT,
    coalesce(sum(amount) FILTER (fate = 'surrendered'), 0)::BIGINT, coalesce(sum(amount) FILTER (fate = 'suspended'), 0)::BIGINT,
    coalesce(sum(amount) FILTER (fate = 'open'), 0)::BIGINT, count(*) FILTER (main), count(*) FILTER (main AND fate = 'collected'),
    count(*) FILTER (main AND fate = 'surrendered'), count(*) FILTER (main AND fate = 'suspended'), count(*) FILTER (main AND fate = 'open')
FROM fates GROUP BY agent_no, currency
