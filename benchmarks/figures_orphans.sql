-- Hand-over work that fell due from $first to $last, and policies in force on $as_of whose agents have left, by agent.
, work AS (
    SELECT served_by AS agent_no, hand_over, fate FROM named WHERE hand_over IS NOT NULL AND fate NOT IN ('skipped', 'pending')
), changed AS (
    SELECT e.policy_id, arg_max(a.agent_id, e.occurred_on) AS to_id FROM events e JOIN agents a ON a.agent_no = e.detail
    WHERE e.kind = 'agent_changed' AND e.occurred_on <= $as_of AND e.policy_id IS NOT NULL GROUP BY e.policy_id
), left_behind AS (
    SELECT s.agent_no, coalesce(w.left_on <= $as_of, false) AS orphan, coalesce(s.left_on <= $as_of, false) AS unassigned
    FROM lives l LEFT JOIN changed c USING (policy_id)
    LEFT JOIN agents w ON w.agent_id = l.writing_agent_id LEFT JOIN agents s ON s.agent_id = coalesce(c.to_id, l.agent_id)
    WHERE main_policy_id IS NULL AND ended_on > $as_of
      AND NOT EXISTS (SELECT 1 FROM suspended p WHERE p.policy_id = l.policy_id AND p.suspended_from <= $as_of AND p.suspended_to > $as_of)
), counted AS (
    SELECT agent_no, count(*) FILTER (hand_over = 'visit' AND fate <> 'pending') AS visits,
        count(*) FILTER (hand_over = 'visit' AND fate = 'on_time') AS visits_on_time,
        count(*) FILTER (hand_over = 'visit' AND fate = 'open') AS visits_open,
        count(*) FILTER (hand_over = 'notice' AND fate <> 'pending') AS notices,
        count(*) FILTER (hand_over = 'notice' AND fate = 'on_time') AS notices_on_time, 0 AS orphans, 0 AS unassigned
    FROM work GROUP BY agent_no
    UNION ALL
    SELECT agent_no, 0, 0, 0, 0, 0, count(*) FILTER (orphan), count(*) FILTER (unassigned)
    FROM left_behind WHERE orphan OR unassigned GROUP BY agent_no
)
SELECT agent_no, sum(visits)::BIGINT, sum(visits_on_time)::BIGINT, sum(visits_open)::BIGINT, sum(notices)::BIGINT,
    sum(notices_on_time)::BIGINT, sum(orphans)::BIGINT, sum(unassigned)::BIGINT
FROM counted GROUP BY agent_no
