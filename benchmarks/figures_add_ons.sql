-- Add-ons of the year $first to $last by serving agent; every customer of the generated book has an agent.
, single AS (
    SELECT customer_id, any_value(policy_id) AS policy_id FROM lives l
    WHERE main_policy_id IS NULL AND NOT coalesce(is_group, false) AND issue_date <= $first AND ended_on > $first
      AND NOT EXISTS (SELECT 1 FROM suspended s WHERE s.policy_id = l.policy_id AND s.suspended_from <= $first AND s.suspended_to > $first)
    GROUP BY customer_id HAVING count(*) = 1
), bought AS (
    SELECT customer_id, policy_id, false AS at_once FROM policies
    WHERE issue_date <= $as_of AND effective_date BETWEEN $first AND $last AND NOT coalesce(is_group, false)
      AND (main_policy_id IS NOT NULL OR ends_on IS NULL OR ends_on > effective_date + INTERVAL 12 MONTH)
      AND receipt_on <= $as_of AND receipt_on + coalesce(freelook_days, 15) < $as_of
      AND policy_id NOT IN (SELECT policy_id FROM events WHERE kind IN ('freelook_cancel', 'void') AND occurred_on <= $as_of AND policy_id IS NOT NULL)
    UNION ALL
    SELECT customer_id, policy_id, true FROM events
    WHERE kind = 'rider_added' AND policy_id IS NOT NULL AND occurred_on BETWEEN $first AND least($last, $as_of)
)
SELECT agent_no, count(*), count(*) FILTER (EXISTS (
    SELECT 1 FROM bought b WHERE b.customer_id = s.customer_id AND (b.policy_id <> s.policy_id OR b.at_once)))
FROM single s JOIN customers c USING (customer_id) LEFT JOIN agents a USING (agent_id)
WHERE c.deceased_on IS NULL OR c.deceased_on > $first
GROUP BY agent_no
