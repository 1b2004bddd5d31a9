-- The tasks that fell due from $first to $last, named, with what had become of them on $as_of.
named AS (
    SELECT t.*, 'all' AS company, a.branch, CASE WHEN performer = 'agent' THEN a.team END AS team, a.agent_no AS served_by,
        CASE WHEN performer = 'agent' THEN a.agent_no END AS agent_no, s.level, s.message_class, s.until, s.hand_over,
        CASE WHEN status = 'skipped' THEN 'skipped' WHEN due > $as_of THEN 'pending'
             WHEN status = 'done' AND done_on <= latest THEN 'on_time' WHEN status = 'done' THEN 'late'
             WHEN latest >= $as_of THEN 'open' ELSE 'missed' END AS fate
    FROM tasks t LEFT JOIN agents a USING (agent_id) LEFT JOIN services s USING (service)
    WHERE due BETWEEN $first AND $last AND status <> 'cancelled'
)
