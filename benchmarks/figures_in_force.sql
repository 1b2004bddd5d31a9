-- What is in force, known on $as_of: the policies with their end, and the days on which they are suspended.
ended AS (
    SELECT policy_id, min(day) AS ended_on FROM (
        SELECT policy_id, occurred_on AS day FROM events
        WHERE occurred_on <= $as_of AND policy_id IS NOT NULL AND kind IN
            ('freelook_cancel', 'surrender', 'claim_termination', 'void', 'transfer_out', 'conversion', 'terminated', 'maturity')
        UNION ALL SELECT policy_id, ends_on + 1 FROM policies WHERE ends_on IS NOT NULL)
    GROUP BY policy_id
), stopped AS (
    SELECT policy_id, min(occurred_on) AS stopped_on FROM events
    WHERE occurred_on <= $as_of AND kind IN ('waiver', 'reduced_paid_up') GROUP BY policy_id
), lives AS (
    SELECT p.*, CASE mode WHEN 'annual' THEN 12 WHEN 'semi-annual' THEN 6 WHEN 'quarterly' THEN 3 WHEN 'monthly' THEN 1 END AS step,
        coalesce(e.ended_on, DATE '9999-12-31') AS ended_on,
        least(coalesce(s.stopped_on, DATE '9999-12-31'), coalesce(e.ended_on, DATE '9999-12-31')) AS stopped_on
    FROM policies p LEFT JOIN ended e USING (policy_id) LEFT JOIN stopped s USING (policy_id)
    WHERE issue_date <= $as_of
), late AS (
    SELECT r.policy_id, r.instalment, l.ended_on, l.stopped_on, l.pay_years, l.step,
        CAST(l.effective_date + to_months((r.instalment - 1) * l.step) AS DATE) AS due_on,
        CASE WHEN r.paid_on <= $as_of AND (r.paid_amount IS NULL OR r.paid_amount >= coalesce(r.amount, l.premium)) THEN r.paid_on END AS paid_on
    FROM premiums r JOIN lives l USING (policy_id) WHERE r.instalment >= 2 AND l.step IS NOT NULL
), lapsed AS (
    SELECT policy_id, instalment, ended_on, due_on, due_on + 61 AS suspended_from FROM late
    WHERE due_on <= $as_of AND due_on < stopped_on AND due_on + 61 < ended_on AND (paid_on IS NULL OR paid_on > due_on + 60)
      AND (pay_years IS NULL OR instalment <= pay_years * 12 // step)
), suspended AS MATERIALIZED (
    SELECT l.policy_id, l.due_on, l.suspended_from, least(any_value(l.ended_on),
        coalesce(min(r.occurred_on) FILTER (r.occurred_on >= l.suspended_from), DATE '9999-12-31')) AS suspended_to
    FROM lapsed l
    LEFT JOIN events r ON r.policy_id = l.policy_id AND r.kind = 'reinstated' AND r.occurred_on <= $as_of
    WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.policy_id = l.policy_id AND e.occurred_on <= $as_of
        AND e.kind IN ('reinstated', 'premium_loan') AND e.occurred_on BETWEEN l.due_on AND l.due_on + 60)
    GROUP BY l.policy_id, l.due_on, l.suspended_from
)
