-- Kaplan-Meier by mode: who could enter a cohort of CN_COMPANY; lost by surrender, reduced paid-up or a lapse never reinstated.
, ends AS (
    SELECT policy_id, min(day) AS ended_on, arg_min(kind, (day, term)) AS kind FROM (
        SELECT policy_id, occurred_on AS day, 0 AS term, kind FROM events
        WHERE occurred_on <= $as_of AND policy_id IS NOT NULL AND kind IN
            ('freelook_cancel', 'surrender', 'claim_termination', 'void', 'transfer_out', 'conversion', 'terminated', 'maturity')
        UNION ALL SELECT policy_id, ends_on + 1, 1, 'end of cover' FROM policies WHERE ends_on IS NOT NULL)
    GROUP BY policy_id
), eased AS (
    SELECT policy_id, min(occurred_on) FILTER (kind = 'waiver') AS waived_on, min(occurred_on) FILTER (kind = 'reduced_paid_up') AS paid_up_on,
        bool_or(kind IN ('freelook_cancel', 'void')) AS undone
    FROM events WHERE occurred_on <= $as_of AND kind IN ('waiver', 'reduced_paid_up', 'freelook_cancel', 'void') GROUP BY policy_id
), for_good AS (
    SELECT policy_id, min(suspended_from) AS lapsed_on FROM suspended s
    WHERE suspended_from <= $as_of AND NOT EXISTS (SELECT 1 FROM events e WHERE e.policy_id = s.policy_id AND e.kind = 'reinstated'
        AND e.occurred_on BETWEEN s.suspended_from AND $as_of)
    GROUP BY policy_id
), dated AS (
    SELECT p.mode, p.effective_date,
        least(CASE WHEN e.kind IN ('surrender', 'terminated') THEN e.ended_on END, f.lapsed_on, t.paid_up_on) AS lost_on,
        least(CASE WHEN e.kind NOT IN ('surrender', 'terminated') THEN e.ended_on END, t.waived_on, $as_of) AS left_on
    FROM policies p LEFT JOIN ends e USING (policy_id) LEFT JOIN eased t USING (policy_id) LEFT JOIN for_good f USING (policy_id)
    WHERE p.main_policy_id IS NULL AND NOT coalesce(p.is_group, false) AND p.mode <> 'single' AND NOT coalesce(t.undone, false)
      AND p.issue_date <= $as_of AND p.effective_date <= $as_of AND (p.pay_years IS NULL OR p.pay_years > 1)
      AND (p.ends_on IS NULL OR p.ends_on > p.effective_date + INTERVAL 12 MONTH)
), days AS (
    SELECT mode, greatest(least(lost_on, left_on) - effective_date, 0) AS days, count(*) AS gone,
        count(*) FILTER (lost_on <= left_on) AS lost
    FROM dated GROUP BY ALL
), risks AS (
    SELECT *, sum(gone) OVER (PARTITION BY mode ORDER BY days DESC)::BIGINT AS at_risk FROM days
), curves AS (
    SELECT *, product(1 - lost / at_risk) OVER so_far AS kept,
        sum(CASE WHEN at_risk > lost THEN lost / (at_risk * (at_risk - lost)::DOUBLE) ELSE 0 END) OVER so_far AS variance
    FROM risks WINDOW so_far AS (PARTITION BY mode ORDER BY days)
), widths AS (
    SELECT *, CASE WHEN kept > 0 AND kept < 1 THEN 1.959963984540054 * sqrt(variance) / ln(kept) END AS width FROM curves
)
SELECT mode, days, at_risk, lost, gone - lost, round(kept, 6),
    CASE WHEN width IS NULL THEN round(kept, 6) ELSE round(exp(-exp(ln(-ln(kept)) - width)), 6) END,
    CASE WHEN width IS NULL THEN round(kept, 6) ELSE round(exp(-exp(ln(-ln(kept)) + width)), 6) END
FROM widths
