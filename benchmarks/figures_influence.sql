-- The hundred customers whose referrals, and theirs in turn, brought most premium.
, edges AS (SELECT referred_id AS child, referrer_id AS parent FROM people WHERE referred_id IS NOT NULL)
, ancestry AS (
    SELECT child, parent FROM edges
    UNION
    SELECT a.child, e.parent FROM ancestry a JOIN edges e ON e.child = a.parent WHERE a.child <> e.parent
), held AS (
    SELECT p.customer_id, p.currency, count(*) FILTER (p.main_policy_id IS NULL) AS policies,
        sum(coalesce(f.amount, p.premium) * CASE p.mode WHEN 'semi-annual' THEN 2 WHEN 'quarterly' THEN 4 WHEN 'monthly' THEN 12 ELSE 1 END) AS premium
    FROM policies p LEFT JOIN premiums f ON f.policy_id = p.policy_id AND f.instalment = 1
    WHERE p.issue_date <= $as_of
      AND p.policy_id NOT IN (SELECT policy_id FROM events WHERE kind IN ('freelook_cancel', 'void') AND occurred_on <= $as_of AND policy_id IS NOT NULL)
    GROUP BY p.customer_id, p.currency
), through AS (
    SELECT parent AS customer_id, currency, sum(policies) AS policies_through, sum(premium) AS premium_through
    FROM ancestry JOIN held ON held.customer_id = child GROUP BY parent, currency
)
SELECT customer_no, t.currency, coalesce(policies, 0)::BIGINT, coalesce(premium, 0)::BIGINT, policies_through::BIGINT, premium_through::BIGINT
FROM through t JOIN customers USING (customer_id) LEFT JOIN held h ON h.customer_id = t.customer_id AND h.currency = t.currency
QUALIFY row_number() OVER (PARTITION BY t.currency ORDER BY premium_through DESC, customer_no) <= 100
