-- The ten heaviest services of the default standard, by hand, for a window that begins on the as-of day: what a careful
-- engineer would write without a planner. Tables: agents, customers, policies, premiums, events, and days (day, previous
-- and next working day, published) around the window. $as_of, $first and $last are dates, both ends included.
CREATE OR REPLACE TABLE touches AS
WITH ended AS (
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
    WHERE main_policy_id IS NULL AND issue_date <= $as_of
), late AS (
    SELECT r.policy_id, l.ended_on, l.stopped_on,
        CAST(l.effective_date + to_months((r.instalment - 1) * l.step) AS DATE) AS due_on,
        CASE WHEN r.paid_on <= $as_of AND (r.paid_amount IS NULL OR r.paid_amount >= coalesce(r.amount, l.premium)) THEN r.paid_on END AS paid_on
    FROM premiums r JOIN lives l USING (policy_id) WHERE r.instalment >= 2 AND l.step IS NOT NULL
), lapsed AS (
    SELECT policy_id, ended_on, due_on, due_on + 61 AS suspended_from FROM late
    WHERE due_on <= $as_of AND due_on < stopped_on AND due_on + 61 < ended_on AND (paid_on IS NULL OR paid_on > due_on + 60)
), suspended AS (
    SELECT l.policy_id, min(suspended_from) AS suspended_from FROM lapsed l
    WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.policy_id = l.policy_id AND e.occurred_on <= $as_of
        AND (e.kind = 'reinstated' AND e.occurred_on >= l.due_on
             OR e.kind = 'premium_loan' AND e.occurred_on BETWEEN l.due_on AND l.due_on + 60))
    GROUP BY l.policy_id
), in_force AS (
    SELECT l.*, least(l.ended_on, coalesce(s.suspended_from, DATE '9999-12-31')) AS until, a.agent_no
    FROM lives l LEFT JOIN suspended s USING (policy_id) JOIN agents a USING (agent_id)
), people AS (
    SELECT c.*, a.agent_no, least(f.until, coalesce(c.deceased_on, DATE '9999-12-31')) AS until, f.anchor, f.began
    FROM customers c JOIN agents a USING (agent_id) JOIN (
        SELECT customer_id, max(until) AS until, min(effective_date) FILTER (until > $as_of) AS anchor, min(effective_date) AS began
        FROM in_force GROUP BY customer_id) f USING (customer_id)
    WHERE least(f.until, coalesce(c.deceased_on, DATE '9999-12-31')) > $as_of
), instalments AS (
    SELECT policy_id, policy_no, agent_no, mode, until, k + 1 AS instalment, CAST(effective_date + to_months(k * step) AS DATE) AS due_on
    FROM (SELECT *, unnest(range(greatest(1, (datediff('month', effective_date, $first)) // step),
                                 datediff('month', effective_date, $last + 121) // step + 1)) AS k FROM in_force WHERE step IS NOT NULL)
    WHERE due_on < stopped_on AND due_on >= $first AND (pay_years IS NULL OR k < pay_years * 12 // step)
), owed AS (
    SELECT i.* FROM instalments i LEFT JOIN premiums r ON r.policy_id = i.policy_id AND r.instalment = i.instalment AND r.paid_on <= $as_of
    WHERE r.paid_on IS NULL OR r.paid_on > i.due_on
), reminders AS (
    SELECT code, policy_no, instalment, agent_no, due_on - d AS nominal, after, visit
    FROM owed JOIN (VALUES ('renewal-reminder-d90', 90, 60, true, ['annual', 'semi-annual']),
                           ('renewal-reminder-d30', 30, 23, false, ['annual', 'semi-annual', 'quarterly']),
                           ('renewal-reminder-d7', 7, 6, false, ['annual', 'semi-annual', 'quarterly']),
                           ('renewal-reminder-d1', 1, 1, false, ['annual', 'semi-annual', 'quarterly']),
                           ('renewal-reminder-d3', 3, 3, false, ['monthly'])) AS rule(code, d, after, visit, modes)
        ON list_contains(modes, mode::VARCHAR)
    WHERE due_on - d < until AND due_on - d BETWEEN $first - 31 AND $last + 31
), birthdays AS (
    SELECT customer_no, agent_no, date_part('year', day) - date_part('year', birthday) AS age, day FROM (
        SELECT *, CAST(birthday + to_years(CAST(unnest(range(date_part('year', $first), date_part('year', $last) + 1)) - date_part('year', birthday) AS INTEGER)) AS DATE) AS day
        FROM people WHERE lunar_birthday IS NULL AND birthday IS NOT NULL)
    WHERE day BETWEEN $first AND $last AND day < until
    UNION ALL
    SELECT customer_no, agent_no, b.lunar_year - p.birth_year, b.day
    FROM (SELECT *, CAST(lunar_birthday[1:4] AS INTEGER) AS birth_year, lunar_birthday[5:] AS lunar_day FROM people WHERE lunar_birthday IS NOT NULL) p
    JOIN lunar b ON b.birth_year = p.birth_year AND b.lunar_day = p.lunar_day
    WHERE b.day BETWEEN $first AND $last AND b.day < p.until
), anniversaries AS (
    SELECT customer_no, agent_no, k + datediff_years AS ordinal, CAST(anchor + to_years(CAST(k AS INTEGER)) AS DATE) AS nominal, until FROM (
        SELECT *, unnest(range(greatest(1, date_part('year', $first) - date_part('year', anchor)), date_part('year', $last) - date_part('year', anchor) + 2)) AS k,
            date_sub('year', began, anchor) AS datediff_years FROM people WHERE anchor IS NOT NULL)
), fixed AS (
    SELECT 'good-news' AS code, CAST(month + 4 AS DATE) AS nominal, CAST(strftime(month, '%Y%m') AS INTEGER) AS ordinal, 0 AS before, 10 AS after, 'sms' AS channels, false AS visit, 0 AS spread
    FROM (SELECT unnest(generate_series(date_trunc('month', $first), $last, INTERVAL 1 MONTH))::DATE AS month)
    UNION ALL SELECT 'event-invitation', CAST(month + 14 AS DATE), date_part('year', month) * 10 + date_part('quarter', month), 10, 15, 'visit+sms', true, 1
    FROM (SELECT unnest(generate_series(date_trunc('quarter', $first), $last + 31, INTERVAL 3 MONTH))::DATE AS month)
    UNION ALL SELECT 'data-check', make_date(year, 9, 1), year, 0, 60, 'visit', true, 1
    FROM (SELECT unnest(range(date_part('year', $first), date_part('year', $last) + 1)) AS year)
), occurrences AS (
    SELECT code, 'policy' AS subject_kind, policy_no AS subject, instalment AS ordinal, agent_no, nominal, 0 AS before, after,
        CASE WHEN visit THEN 'visit+sms' ELSE 'sms' END AS channels, visit FROM reminders
    UNION ALL SELECT 'birthday-greeting', 'customer', customer_no, age, agent_no, day, 0, 0, 'visit+sms', false FROM birthdays WHERE age >= 1
    UNION ALL SELECT 'policy-review', 'customer', customer_no, ordinal, agent_no, nominal, 15, 30, 'visit', true FROM anniversaries
        WHERE nominal < until AND nominal BETWEEN $first - 31 AND $last + 31
    UNION ALL SELECT code, 'customer', customer_no, ordinal, agent_no, nominal + spread * own_day AS day, before, after, channels, visit FROM people, fixed WHERE day < until
), moved AS (
    SELECT o.*, CASE WHEN NOT visit THEN nominal WHEN d.previous >= nominal - before THEN d.previous
        WHEN d.next <= nominal + after THEN d.next ELSE nominal END AS due
    FROM occurrences o LEFT JOIN days d ON d.day = o.nominal
)
SELECT code::service AS service, subject_kind::subject_kind AS subject_kind, subject, CAST(ordinal AS INTEGER) AS ordinal, due,
    nominal - before AS earliest, nominal + after AS latest, agent_no,
    (CASE WHEN channels = 'sms' THEN 'nobody' ELSE 'agent' END)::performer AS performer, channels::channels AS channels,
    due >= $unpublished AS provisional
FROM moved WHERE due BETWEEN $first AND $last
