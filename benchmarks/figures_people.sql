-- Everybody referred by $as_of, once, for the first referrer; the list and the customers merged.
listed AS (
    SELECT *, coalesce(referred_id, CASE WHEN referred_phone IS NOT NULL
        THEN min(referred_id) OVER (PARTITION BY referred_name, referred_phone) END) AS found_id
    FROM referrals WHERE referred_on <= $as_of
), latest AS (
    SELECT referral_id, arg_max(stage, known_on) AS stage FROM stages WHERE known_on <= $as_of GROUP BY referral_id
), mentions AS (
    SELECT referrer_id, found_id AS referred_id, referred_on, agent_id, referral_id, stage,
        CASE WHEN found_id IS NOT NULL THEN 'n' || found_id
             WHEN referred_phone IS NOT NULL THEN 'p' || referred_phone || ' ' || coalesce(referred_name, '')
             WHEN referred_name IS NOT NULL THEN 'w' || referrer_id || ' ' || referred_name
             ELSE 'r' || referral_id END AS person
    FROM listed LEFT JOIN latest USING (referral_id) WHERE found_id IS NULL OR found_id <> referrer_id
    UNION ALL
    SELECT referred_by_id, customer_id, referred_on, NULL, 0, NULL, 'n' || customer_id
    FROM customers WHERE referred_by_id <> customer_id AND referred_on <= $as_of
), people AS (
    SELECT person, min(m.referred_on) AS referred_on, any_value(referred_id) AS referred_id,
        arg_min(referrer_id, (m.referred_on, c.customer_no, m.referral_id)) AS referrer_id,
        arg_min(m.agent_id, (m.referred_on, c.customer_no, m.referral_id)) AS agent_id,
        max(CASE stage WHEN 'issued' THEN 4 WHEN 'met' THEN 3 WHEN 'consented' THEN 2 WHEN 'contacted' THEN 1 ELSE 0 END) AS stage
    FROM mentions m JOIN customers c ON c.customer_id = m.referrer_id GROUP BY person
)
