-- Month 13 of every policy: today (nothing of it pending), if nobody else pays, and if all do. CN_COMPANY, strict.
steps(mode, step) AS (VALUES ('annual', 12), ('semi-annual', 6), ('quarterly', 3), ('monthly', 1)),
mains AS (
    SELECT policy_id, policy_id AS main_id, effective_date, issue_date, premium, step, currency, ends_on,
        12 // step + 1 AS required, (effective_date + INTERVAL 12 MONTH)::DATE AS due_on,
        (effective_date + INTERVAL 12 MONTH)::DATE + 60 AS grace_end, true AS at_issue
    FROM policies JOIN steps USING (mode)
    WHERE main_policy_id IS NULL AND NOT coalesce(is_group, false) AND issue_date <= $as_of AND (pay_years IS NULL OR pay_years > 1)
      AND (ends_on IS NULL OR ends_on > (effective_date + INTERVAL 12 MONTH)::DATE)
), riders AS (
    SELECT r.policy_id, m.policy_id AS main_id, r.effective_date, r.issue_date, r.premium, s.step, r.currency, r.ends_on,
        datesub('month', r.effective_date, m.due_on) // s.step + 1 AS required, m.due_on, m.grace_end,
        r.effective_date <= greatest(m.effective_date, m.issue_date) AS at_issue
    FROM policies r JOIN mains m ON r.main_policy_id = m.policy_id AND r.currency = m.currency JOIN steps s ON s.mode = r.mode
    WHERE r.issue_date <= $as_of AND r.effective_date <= m.due_on AND (r.pay_years IS NULL OR r.pay_years > 1)
), lines AS (SELECT * FROM mains UNION ALL SELECT * FROM riders),
happened AS (
    SELECT policy_id, bool_or(occurred_on <= grace_end AND kind IN
            ('freelook_cancel', 'claim_termination', 'waiver', 'void', 'transfer_out', 'conversion')) AS excluded,
        bool_or(occurred_on <= grace_end AND kind = 'waiver') AS waived,
        min(occurred_on) FILTER (occurred_on <= grace_end AND kind IN ('surrender', 'terminated', 'maturity')) AS ended_on,
        min(occurred_on) FILTER (occurred_on <= grace_end AND kind = 'reduced_paid_up') AS paid_up_on, bool_or(kind <> 'waiver') AS over
    FROM events JOIN lines USING (policy_id)
    WHERE occurred_on <= $as_of AND kind IN ('freelook_cancel', 'claim_termination', 'waiver', 'void', 'transfer_out', 'conversion',
        'surrender', 'terminated', 'maturity', 'reduced_paid_up')
    GROUP BY policy_id
), changes AS (  -- the generated book changes a premium once at most
    SELECT policy_id, occurred_on, CASE WHEN kind = 'rider_added' THEN premium + amount ELSE amount END AS amount
    FROM events JOIN policies USING (policy_id)
    WHERE kind IN ('premium_change', 'rider_added') AND amount IS NOT NULL AND occurred_on <= $as_of
), listed AS (
    SELECT policy_id, instalment, required, amount, premium, paid_amount, CASE WHEN paid_on <= $as_of THEN paid_on END AS paid_on,
        (effective_date + to_months(((instalment - 1) * step)::INT))::DATE AS line_due_on
    FROM premiums JOIN lines USING (policy_id) WHERE instalment <= required
), instalments AS (
    SELECT l.policy_id, instalment, required, coalesce(l.amount, c.amount, premium) AS amount,
        CASE WHEN paid_amount IS NULL OR paid_amount >= coalesce(l.amount, c.amount, premium) THEN paid_on END AS paid_on
    FROM listed l LEFT JOIN changes c ON c.policy_id = l.policy_id AND c.occurred_on <= l.line_due_on
), money AS (
    SELECT policy_id, max(amount) FILTER (instalment = 1) AS first, max(amount) FILTER (instalment = required) AS last,
        count(*) AS listed, count(*) FILTER (instalment = 1) AS begun, count(paid_on) AS paid, max(paid_on) AS last_paid_on
    FROM instalments GROUP BY policy_id
), lives AS (
    SELECT l.*, coalesce(first, premium) * (12 // step) AS first_year, coalesce(last, c.amount, premium) * (12 // step) AS last_year,
        coalesce(listed, 0) = 0 AS unlisted, ended_on, paid_up_on,
        coalesce(excluded, false) AS excluded, coalesce(waived, false) AS waived, coalesce(over, false) AS over,
        CASE WHEN coalesce(paid, 0) + 1 - coalesce(begun, 0) = required
             THEN CASE WHEN begun = 1 THEN last_paid_on ELSE greatest(last_paid_on, issue_date) END END AS all_paid_on
    FROM lines l LEFT JOIN money USING (policy_id) LEFT JOIN happened USING (policy_id)
    LEFT JOIN changes c ON c.policy_id = l.policy_id AND c.occurred_on <= l.effective_date + to_months(((required - 1) * step)::INT)
), unpaid AS (
    SELECT w.policy_id, min(w.grace_end_of_it) AS pay_by FROM (
        SELECT policy_id, n, (effective_date + to_months(((n - 1) * step)::INT))::DATE + 60 AS grace_end_of_it
        FROM (SELECT *, unnest(range(1, required + 1)) AS n FROM lives
              WHERE main_id = policy_id AND NOT over AND NOT excluded AND grace_end >= $as_of AND all_paid_on IS NULL)) w
    LEFT JOIN instalments i ON i.policy_id = w.policy_id AND i.instalment = w.n
    WHERE i.paid_on IS NULL AND (w.n > 1 OR i.policy_id IS NOT NULL)
    GROUP BY w.policy_id
), with_riders AS (
    SELECT r.main_id AS policy_id, bool_or(r.waived) AS waived,
        sum(CASE WHEN r.at_issue AND NOT r.excluded THEN r.first_year ELSE 0 END) AS first_year,
        sum(CASE WHEN lasts AND CASE WHEN r.unlisted THEN m_paid_on ELSE r.all_paid_on END <= r.grace_end THEN r.last_year ELSE 0 END) AS last_year,
        sum(CASE WHEN lasts THEN r.last_year ELSE 0 END) AS at_best
    FROM (SELECT r.*, m.all_paid_on AS m_paid_on, NOT r.excluded AND coalesce(r.ended_on > r.due_on, true)
              AND coalesce(r.paid_up_on > r.due_on, true) AND coalesce(r.ends_on >= r.due_on, true) AS lasts
          FROM lives r JOIN lives m ON m.policy_id = r.main_id WHERE r.main_id <> r.policy_id) r
    GROUP BY r.main_id
), outlook AS (
    SELECT m.policy_id, m.currency, m.due_on <= $as_of AS due, m.first_year + coalesce(r.first_year, 0) AS whole,
        CASE WHEN coalesce(all_paid_on <= grace_end AND coalesce(ended_on >= all_paid_on, true)
                           AND coalesce(paid_up_on > due_on AND paid_up_on >= all_paid_on, true), false)
             THEN m.last_year + coalesce(r.last_year, 0) ELSE 0 END AS nothing,
        CASE WHEN u.pay_by >= $as_of THEN m.last_year + coalesce(r.at_best, 0) ELSE 0 END AS gain, least(u.pay_by, m.grace_end) AS pay_by
    FROM lives m LEFT JOIN with_riders r USING (policy_id) LEFT JOIN unpaid u USING (policy_id)
    WHERE m.main_id = m.policy_id AND NOT m.excluded AND NOT coalesce(r.waived, false)
)
