-- Service rate of $first to $last by every grouping at once; tasks as they stood on $as_of.
WITH named AS (
    SELECT t.*, 'all' AS company, a.branch, CASE WHEN performer = 'agent' THEN a.team END AS team,
        CASE WHEN performer = 'agent' THEN a.agent_no END AS agent_no, s.level, s.message_class,
        CASE WHEN status = 'skipped' THEN 'skipped' WHEN due > $as_of THEN 'pending'
             WHEN status = 'done' AND done_on <= latest THEN 'on_time' WHEN status = 'done' THEN 'late'
             WHEN latest >= $as_of THEN 'open' ELSE 'missed' END AS fate
    FROM tasks t LEFT JOIN agents a USING (agent_id) LEFT JOIN services s USING (service)
    WHERE due BETWEEN $first AND $last AND status <> 'cancelled'
)
SELECT company, branch, team, agent_no, level, service, message_class,
    count(*) FILTER (fate = 'on_time'), count(*) FILTER (fate IN ('on_time', 'late', 'missed', 'open')),
    count(*) FILTER (fate = 'late'), count(*) FILTER (fate = 'missed'), count(*) FILTER (fate = 'open'),
    count(*) FILTER (fate = 'pending'), count(*) FILTER (fate = 'skipped')
FROM named
GROUP BY GROUPING SETS ((company), (branch), (branch, team), (agent_no), (level), (service), (message_class))
