-- Month 13 of every policy counted: CN_COMPANY, strict. Policies, riders, instalments and events as in the book.
WITH steps(mode, step) AS (VALUES ('annual', 12), ('semi-annual', 6), ('quarterly', 3), ('monthly', 1)),
mains AS (
    SELECT policy_id, policy_id AS main_id, effective_date, issue_date, premium, step, currency, ends_on,
           12 // step + 1 AS required,
           (effective_date + INTERVAL 12 MONTH)::DATE AS due_on,
           (effective_date + INTERVAL 12 MONTH)::DATE + 60 AS grace_end,
           true AS at_issue
    FROM policies JOIN steps USING (mode)
    WHERE main_policy_id IS NULL AND NOT coalesce(is_group, false) AND issue_date <= $as_of
      AND (effective_date + INTERVAL 12 MONTH)::DATE <= $as_of
      AND (ends_on IS NULL OR ends_on > (effective_date + INTERVAL 12 MONTH)::DATE)
      AND (pay_years IS NULL OR pay_years > 1)
),
riders AS (
    SELECT r.policy_id, m.policy_id AS main_id, r.effective_date, r.issue_date, r.premium, s.step, r.currency, r.ends_on,
           datesub('month', r.effective_date, m.due_on) // s.step + 1 AS required,
           m.due_on, m.grace_end,
           r.effective_date <= greatest(m.effective_date, m.issue_date) AS at_issue
    FROM policies r JOIN mains m ON r.main_policy_id = m.policy_id AND r.currency = m.currency JOIN steps s ON s.mode = r.mode
    WHERE r.issue_date <= $as_of AND r.effective_date <= m.due_on AND (r.pay_years IS NULL OR r.pay_years > 1)
),
lines AS (SELECT * FROM mains UNION ALL SELECT * FROM riders),
happened AS (
    SELECT policy_id,
           bool_or(kind IN ('freelook_cancel', 'claim_termination', 'waiver', 'void', 'transfer_out', 'conversion')) AS excluded,
           bool_or(kind = 'waiver') AS waived,
           min(occurred_on) FILTER (kind IN ('surrender', 'terminated', 'maturity')) AS ended_on,
           min(occurred_on) FILTER (kind = 'reduced_paid_up') AS paid_up_on,
           max(occurred_on) FILTER (kind = 'reinstated') AS reinstated_on,
           bool_or(kind = 'premium_loan') AS borrowed
    FROM events JOIN lines USING (policy_id)
    WHERE occurred_on <= $as_of AND occurred_on <= grace_end
    GROUP BY policy_id
),
changes AS (  -- the generated book changes a premium once at most
    SELECT policy_id, occurred_on, kind, amount FROM events
    WHERE kind IN ('premium_change', 'rider_added') AND amount IS NOT NULL AND occurred_on <= $as_of
),
listed AS (
    SELECT policy_id, instalment, required, amount, premium, paid_amount,
           (effective_date + to_months(((instalment - 1) * step)::INT))::DATE AS line_due_on,
           CASE WHEN paid_on <= $as_of THEN paid_on END AS paid_on
    FROM premiums JOIN lines USING (policy_id)
    WHERE instalment <= required
),
owed AS (
    SELECT l.policy_id, instalment, required, line_due_on, l.paid_on, l.paid_amount,
           coalesce(l.amount, CASE WHEN c.kind = 'rider_added' THEN premium + c.amount ELSE c.amount END, premium) AS amount
    FROM listed l LEFT JOIN changes c ON c.policy_id = l.policy_id AND c.occurred_on <= l.line_due_on
),
instalments AS (
    SELECT * EXCLUDE (paid_on), CASE WHEN paid_amount IS NULL OR paid_amount >= amount THEN paid_on END AS paid_on FROM owed
),
money AS (
    SELECT policy_id,
           max(amount) FILTER (instalment = 1) AS first,
           max(amount) FILTER (instalment = required) AS last,
           count(*) AS listed,
           count(*) FILTER (instalment = 1) AS begun,
           count(paid_on) AS paid,
           max(paid_on) AS last_paid_on,
           max(line_due_on) FILTER (instalment > 1 AND paid_on > line_due_on + 60) AS late_due_on
    FROM instalments GROUP BY policy_id
),
lent AS (  -- every instalment paid, or lent on or after its due day, by the cutoff
    SELECT policy_id, bool_and(coalesce(settled_on <= grace_end, false)) AS lent,
           max(number_due_on) FILTER (settled_on > number_due_on + 60) AS late_due_on
    FROM (
        SELECT policy_id, grace_end, number_due_on,
               least(any_value(i.paid_on), min(e.occurred_on) FILTER (e.occurred_on >= number_due_on)) AS settled_on
        FROM (
            SELECT policy_id, grace_end, n, (effective_date + to_months(((n - 1) * step)::INT))::DATE AS number_due_on
            FROM (SELECT *, unnest(range(2, required + 1)) AS n FROM mains JOIN happened USING (policy_id) WHERE borrowed)
        ) wanted
        LEFT JOIN instalments i USING (policy_id)
        LEFT JOIN events e USING (policy_id)
        WHERE i.instalment = n AND e.kind = 'premium_loan' AND e.occurred_on <= $as_of
        GROUP BY policy_id, n, grace_end, number_due_on
    ) GROUP BY policy_id
),
lives AS (
    SELECT lines.*, coalesce(first, premium) * (12 // step) AS first_year, coalesce(last, premium) * (12 // step) AS last_year,
           coalesce(listed, 0) = 0 AS unlisted, ended_on, paid_up_on, reinstated_on, late_due_on,
           coalesce(excluded, false) AS excluded, coalesce(waived, false) AS waived,
           CASE WHEN coalesce(paid, 0) + 1 - coalesce(begun, 0) = required
                THEN CASE WHEN begun = 1 THEN last_paid_on ELSE greatest(last_paid_on, issue_date) END END AS all_paid_on
    FROM lines LEFT JOIN money USING (policy_id) LEFT JOIN happened USING (policy_id)
),
with_riders AS (
    SELECT r.main_id AS policy_id, bool_or(r.waived) AS waived,
           sum(CASE WHEN r.at_issue AND NOT r.excluded THEN r.first_year ELSE 0 END) AS first_year,
           sum(CASE WHEN NOT r.excluded AND coalesce(r.ended_on > r.due_on, true) AND coalesce(r.paid_up_on > r.due_on, true)
                     AND coalesce(r.ends_on >= r.due_on, true)
                     AND CASE WHEN r.unlisted THEN m.all_paid_on ELSE r.all_paid_on END <= r.grace_end
                    THEN r.last_year ELSE 0 END) AS last_year
    FROM lives r JOIN lives m ON m.policy_id = r.main_id WHERE r.main_id <> r.policy_id GROUP BY r.main_id
),
judged AS (
    SELECT m.*, m.first_year + coalesce(r.first_year, 0) AS denominator, m.last_year + coalesce(r.last_year, 0) AS in_force,
           coalesce(all_paid_on <= grace_end AND coalesce(ended_on >= all_paid_on, true)
                    AND coalesce(paid_up_on > due_on AND paid_up_on >= all_paid_on, true), false) AS paid,
           coalesce(lent.lent, false) AS lent, CASE WHEN lent.lent THEN lent.late_due_on ELSE m.late_due_on END AS late_on
    FROM lives m LEFT JOIN with_riders r USING (policy_id) LEFT JOIN lent USING (policy_id)
    WHERE m.main_id = m.policy_id AND NOT m.excluded AND NOT coalesce(r.waived, false)
)
SELECT policy_id, effective_date, due_on, currency, denominator,
       CASE WHEN paid THEN in_force ELSE 0 END AS numerator,
       (paid OR lent AND paid_up_on IS NULL) AND ended_on IS NULL AND coalesce(ends_on >= least(grace_end, $as_of), true)
           AND (late_on IS NULL OR coalesce(reinstated_on >= late_on, false)) AS kept
FROM judged
