-- Commission of what customers bought, known on $as_of, by the agent who serves them; rates: line, kind, first, last, year, share.
, bought AS (
    SELECT l.*, coalesce(l.product_kind, '') AS own_kind,
        CASE WHEN step IS NULL THEN 1 ELSE least(greatest(coalesce(pay_years, 99), 1), 99) END AS years,
        issue_date > min(issue_date) OVER (PARTITION BY customer_id) AS add_on
    FROM lives l WHERE policy_id NOT IN (SELECT policy_id FROM events WHERE kind IN ('freelook_cancel', 'void')
        AND occurred_on <= $as_of AND policy_id IS NOT NULL)
), fitting AS (
    SELECT own_kind, years, arg_min(line, line + CASE WHEN kind = 'any' THEN 1000 ELSE 0 END) AS line
    FROM (SELECT DISTINCT own_kind, years FROM bought) JOIN rates ON kind IN (own_kind, 'any') AND years BETWEEN first AND last
    GROUP BY own_kind, years
), shares AS (
    SELECT b.policy_id, r.year, r.share FROM bought b JOIN fitting f USING (own_kind, years) JOIN rates r ON r.line = f.line
), last_years AS (
    SELECT own_kind, years, max(year) AS last_year FROM fitting f JOIN rates USING (line) GROUP BY own_kind, years
), changes AS (  -- the generated book changes a premium once at most
    SELECT policy_id, occurred_on, amount FROM events
    WHERE kind = 'premium_change' AND amount >= 0 AND policy_id IS NOT NULL AND occurred_on <= $as_of
), asked AS (
    SELECT r.policy_id, r.instalment, coalesce(r.amount, c.amount, b.premium) AS amount, r.paid_amount, b.step
    FROM premiums r JOIN bought b USING (policy_id) LEFT JOIN changes c ON c.policy_id = r.policy_id
        AND c.occurred_on <= b.effective_date + to_months(((r.instalment - 1) * coalesce(b.step, 0))::INT)
    WHERE r.paid_on <= $as_of
), flows AS (
    SELECT policy_id, (instalment - 1) * coalesce(step, 0) // 12 + 1 AS year, amount, false AS ahead FROM asked
    WHERE paid_amount IS NULL OR paid_amount >= amount
    UNION ALL
    SELECT policy_id, 1, premium, false FROM bought
    WHERE policy_id NOT IN (SELECT policy_id FROM premiums WHERE instalment = 1)
    UNION ALL
    SELECT policy_id, (n - 1) * step // 12 + 1, premium, true
    FROM (SELECT *, unnest(range(1, least(last_year * 12 // step, coalesce(pay_years * 12 // step, 100000)) + 1)) AS n
          FROM bought b JOIN last_years USING (own_kind, years)
          WHERE step IS NOT NULL AND stopped_on > $as_of AND ended_on > $as_of AND effective_date > $as_of - to_months(last_year * 12 + 1)
            AND NOT EXISTS (SELECT 1 FROM suspended s WHERE s.policy_id = b.policy_id AND s.suspended_from <= $as_of AND s.suspended_to > $as_of))
    WHERE effective_date + to_months(((n - 1) * step)::INT) > $as_of AND effective_date + to_months(((n - 1) * step)::INT) < stopped_on
), earned AS (
    SELECT policy_id, round_even(sum(amount * share) FILTER (NOT ahead AND year = 1), 0) AS first_year,
        round_even(sum(amount * share) FILTER (NOT ahead AND year > 1), 0) AS renewal, round_even(sum(amount * share) FILTER (ahead), 0) AS ahead
    FROM flows JOIN shares USING (policy_id, year) GROUP BY policy_id
), referred AS (
    SELECT r.found_id AS customer_id FROM (
        SELECT referrer_id, coalesce(referred_id, CASE WHEN referred_phone IS NOT NULL
            THEN min(referred_id) OVER (PARTITION BY referred_name, referred_phone) END) AS found_id
        FROM referrals WHERE referred_on <= $as_of) r
    WHERE r.found_id <> r.referrer_id
    UNION
    SELECT customer_id FROM customers WHERE referred_by_id <> customer_id AND referred_on <= $as_of
), own AS (
    SELECT b.customer_id, b.currency, count(*) AS policies, sum(coalesce(e.first_year, 0)) AS first_year, sum(coalesce(e.renewal, 0)) AS renewal,
        sum(coalesce(e.ahead, 0)) AS ahead, coalesce(sum(coalesce(e.first_year, 0) + coalesce(e.renewal, 0)) FILTER (b.add_on), 0) AS of_add_ons
    FROM bought b LEFT JOIN earned e USING (policy_id) GROUP BY b.customer_id, b.currency
)
SELECT a.agent_no, o.currency, count(*), sum(policies)::BIGINT, sum(first_year)::BIGINT, sum(renewal)::BIGINT, sum(ahead)::BIGINT,
    sum(of_add_ons)::BIGINT, coalesce(sum(first_year + renewal) FILTER (o.customer_id IN (SELECT customer_id FROM referred)), 0)::BIGINT
FROM own o LEFT JOIN customers c USING (customer_id) LEFT JOIN agents a USING (agent_id)
GROUP BY a.agent_no, o.currency
