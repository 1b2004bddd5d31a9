-- Add-on candidates by the shipped rules (needs: code, kinds, ages, gender, children, minimum, minimum_premiums, weight).
, held AS (
    SELECT l.*, coalesce(f.amount, l.premium) * CASE l.mode WHEN 'semi-annual' THEN 2 WHEN 'quarterly' THEN 4 WHEN 'monthly' THEN 12 ELSE 1 END AS a_year
    FROM lives l LEFT JOIN premiums f ON f.policy_id = l.policy_id AND f.instalment = 1
    WHERE NOT coalesce(is_group, false) AND l.ended_on > $as_of
      AND NOT EXISTS (SELECT 1 FROM suspended s WHERE s.policy_id = l.policy_id AND s.suspended_from <= $as_of AND s.suspended_to > $as_of)
), single AS (
    SELECT customer_id FROM held WHERE main_policy_id IS NULL GROUP BY customer_id HAVING count(*) = 1
), cases AS (
    SELECT customer_id FROM customers WHERE deceased_on <= $as_of AND deceased_on + 365 > $as_of
    UNION ALL
    SELECT customer_id FROM events e WHERE kind = 'claim' AND occurred_on <= $as_of AND NOT EXISTS (
        SELECT 1 FROM events c WHERE c.kind = 'claim_closed' AND c.customer_id = e.customer_id
          AND c.policy_id IS NOT DISTINCT FROM e.policy_id AND c.occurred_on BETWEEN e.occurred_on AND $as_of)
), troubled AS (
    SELECT customer_id FROM cases
    UNION
    SELECT o.customer_id FROM cases JOIN customers c USING (customer_id) JOIN customers o ON o.family_no = c.family_no
), children AS (
    SELECT customer_id, family_no FROM customers
    WHERE datesub('year', birthday, $as_of) < 18 AND (deceased_on IS NULL OR deceased_on > $as_of)
), parents AS (
    SELECT customer_id FROM customers WHERE family_no IN (SELECT family_no FROM children) AND customer_id NOT IN (SELECT customer_id FROM children)
    UNION
    SELECT customer_id FROM lives WHERE insured_id IN (SELECT customer_id FROM children)
), asked AS (
    SELECT c.customer_id, c.customer_no, c.gender, c.agent_id, datesub('year', c.birthday, $as_of) AS age,
        c.customer_id IN (SELECT customer_id FROM parents) AS children,
        coalesce((SELECT sum(a_year) FROM held h WHERE h.customer_id = c.customer_id AND h.currency = 'CNY'), 0) AS premium
    FROM single JOIN customers c USING (customer_id)
    WHERE (c.deceased_on IS NULL OR c.deceased_on > $as_of)
      AND c.customer_id NOT IN (SELECT customer_id FROM refusals) AND c.customer_id NOT IN (SELECT customer_id FROM troubled)
), cover AS (
    SELECT coalesce(insured_id, customer_id) AS customer_id, product_kind, CASE WHEN currency = 'CNY' THEN sum_assured END AS sum_assured
    FROM held LEFT JOIN sums USING (policy_id) WHERE product_kind IS NOT NULL
), applies AS (
    SELECT a.customer_id, n.*, coalesce(n.minimum * 100, a.premium * n.minimum_premiums) AS least
    FROM asked a JOIN needs n ON coalesce(a.age >= n.min_age, n.min_age IS NULL) AND coalesce(a.age <= n.max_age, n.max_age IS NULL)
        AND (n.gender IS NULL OR n.gender = a.gender) AND (n.children IS NULL OR n.children = a.children)
), met AS (
    SELECT p.customer_id, p.code, any_value(p.place) AS place, any_value(p.weight) AS weight, any_value(p.least) AS least,
        count(c.customer_id) AS kinds, sum(c.sum_assured) AS held, count(c.customer_id) > count(c.sum_assured) AS unknown
    FROM applies p LEFT JOIN cover c ON c.customer_id = p.customer_id AND list_contains(p.kinds, c.product_kind)
    GROUP BY p.customer_id, p.code
), lacking AS (
    SELECT *, CASE WHEN kinds = 0 THEN 1.0::DOUBLE WHEN unknown OR least IS NULL OR held >= least THEN 0 ELSE 1 - held::DOUBLE / least::DOUBLE END AS share FROM met
)
SELECT customer_no, any_value(agent_no), any_value(age), string_agg(code, '+' ORDER BY weight DESC, place), round(sum(weight * share), 6)
FROM lacking JOIN asked USING (customer_id) LEFT JOIN agents USING (agent_id) WHERE share > 0 GROUP BY customer_no
