-- Service rate of $first to $last by every grouping at once.
SELECT company, branch, team, agent_no, level, service, message_class,
    count(*) FILTER (fate = 'on_time'), count(*) FILTER (fate IN ('on_time', 'late', 'missed')),
    count(*) FILTER (fate = 'late'), count(*) FILTER (fate = 'missed'), count(*) FILTER (fate = 'open'),
    count(*) FILTER (fate = 'pending'), count(*) FILTER (fate = 'skipped')
FROM named
GROUP BY GROUPING SETS ((company), (branch), (branch, team), (agent_no), (level), (service), (message_class))
HAVING NOT (GROUPING(team) = 0 AND team IS NULL) AND NOT (GROUPING(agent_no) = 0 AND agent_no IS NULL)
