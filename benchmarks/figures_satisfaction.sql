-- What customers said of the services done from $first to $last, by agent.
SELECT agent_no, count(*), count(satisfaction), round(avg(satisfaction), 6),
    round(avg(CASE WHEN satisfaction >= 4 THEN 1 WHEN satisfaction < 4 THEN 0 END), 6)
FROM tasks t LEFT JOIN agents a ON a.agent_id = t.agent_id AND t.performer = 'agent'
WHERE status = 'done' AND done_on BETWEEN $first AND $last
GROUP BY agent_no
