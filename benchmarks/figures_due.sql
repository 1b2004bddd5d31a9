-- Second premiums due from $first to $last with the agent who served the policy on the due day.
stops AS (
    SELECT policy_id,
        min(occurred_on) FILTER (kind <> 'surrender') AS gone_on, min(occurred_on) FILTER (kind = 'surrender') AS surrendered_on
    FROM events WHERE occurred_on <= $as_of AND policy_id IS NOT NULL AND kind IN ('freelook_cancel', 'claim_termination',
        'waiver', 'void', 'transfer_out', 'conversion', 'terminated', 'maturity', 'reduced_paid_up', 'surrender')
    GROUP BY policy_id
), gone AS (
    SELECT l.policy_id, least(o.gone_on, o.surrendered_on) AS left_on, least(o.gone_on, m.gone_on) AS gone_on,
        least(o.surrendered_on, m.surrendered_on) AS surrendered_on
    FROM policies l LEFT JOIN stops o ON o.policy_id = l.policy_id LEFT JOIN stops m ON m.policy_id = l.main_policy_id
    WHERE o.policy_id IS NOT NULL OR m.policy_id IS NOT NULL
), lines AS (
    SELECT l.policy_id, l.main_policy_id IS NULL AS main, l.currency, l.premium, l.agent_id, l.writing_agent_id, n AS instalment,
        CASE WHEN l.main_policy_id IS NULL OR l.policy_id IN (SELECT policy_id FROM premiums) THEN l.policy_id
            WHEN m.effective_date = l.effective_date AND m.mode = l.mode THEN m.policy_id END AS payer_id,
        CAST(l.effective_date + to_months((n - 1) * l.step) AS DATE) AS due_on, least(l.ends_on, m.ends_on) AS ends_on, l.step,
        l.pay_years, m.pay_years AS main_pay_years
    FROM (SELECT *, unnest(range(12 // step + 1, 24 // step + 1)) AS n FROM lives WHERE step IS NOT NULL AND NOT coalesce(is_group, false)
            AND effective_date BETWEEN $first - INTERVAL 25 MONTH AND $last) l
    LEFT JOIN policies m ON m.policy_id = l.main_policy_id
), due AS (
    SELECT i.*, i.due_on + 60 AS grace_end,
        CASE WHEN i.payer_id = i.policy_id THEN r.paid_amount END AS paid_amount,
        coalesce(CASE WHEN i.payer_id = i.policy_id THEN r.amount END, x.amount, i.premium) AS amount,
        CASE WHEN r.paid_on <= $as_of THEN r.paid_on END AS paid_on
    FROM lines i LEFT JOIN premiums r ON r.policy_id = i.payer_id AND r.instalment = i.instalment
    LEFT JOIN (SELECT policy_id, occurred_on, CASE WHEN kind = 'rider_added' THEN amount + premium ELSE amount END AS amount
               FROM events JOIN policies USING (policy_id) WHERE kind IN ('premium_change', 'rider_added') AND amount IS NOT NULL AND occurred_on <= $as_of) x
        ON x.policy_id = i.policy_id AND x.occurred_on <= i.due_on
    WHERE i.payer_id IS NOT NULL AND i.due_on BETWEEN $first AND $last AND (i.ends_on IS NULL OR i.due_on <= i.ends_on)
      AND (i.pay_years IS NULL OR i.instalment <= i.pay_years * 12 // i.step)
      AND (i.payer_id = i.policy_id OR i.main_pay_years IS NULL OR i.instalment <= i.main_pay_years * 12 // i.step)
), judged AS (
    SELECT d.*, coalesce(d.paid_on <= d.grace_end AND s.policy_id IS NULL, false)
        AND NOT coalesce(d.payer_id <> d.policy_id AND g.left_on < d.paid_on, false) AS paid
    FROM due d LEFT JOIN gone g USING (policy_id)
    LEFT JOIN (SELECT policy_id, instalment FROM due WHERE paid_amount < amount) s
        ON s.policy_id = d.payer_id AND s.instalment = d.instalment
), owed AS (
    SELECT j.* FROM judged j LEFT JOIN gone g USING (policy_id)
    WHERE NOT coalesce(g.gone_on <= j.due_on OR (NOT j.paid AND g.gone_on <= j.grace_end), false)
      AND NOT coalesce(g.surrendered_on <= j.due_on - INTERVAL 12 MONTH, false)
), served AS (
    SELECT o.policy_id, o.instalment, arg_max(a.agent_id, e.occurred_on) FILTER (e.occurred_on <= o.due_on) AS to_id
    FROM owed o JOIN events e ON e.policy_id = o.policy_id AND e.kind = 'agent_changed' JOIN agents a ON a.agent_no = e.detail
    GROUP BY o.policy_id, o.instalment
), due_of AS (
    SELECT o.*, a.agent_no FROM owed o LEFT JOIN served s USING (policy_id, instalment)
    LEFT JOIN agents a ON a.agent_id = CASE WHEN s.policy_id IS NULL THEN o.agent_id ELSE coalesce(s.to_id, o.writing_agent_id, o.agent_id) END
)
