-- Call-backs that fell due from $first to $last, and those inside the free-look that reached somebody, by agent.
SELECT agent_no, count(*) FILTER (fate = 'on_time' AND NOT nobody), count(*) FILTER (fate <> 'open'),
    count(*) FILTER (fate = 'on_time' AND nobody), count(*) FILTER (fate = 'open')
FROM (SELECT agent_no, fate, coalesce(trim(lower(outcome)) IN ('not reached', 'no answer', 'unreachable', 'voicemail', 'refused',
          'failed', 'wrong number', 'busy', '未接通', '未接', '无人接听', '联系不上', '拒访', '拒绝回访', '空号', '停机', '关机', '失败', '号码错误'),
          false) AS nobody
      FROM named WHERE until = 'freelook-end' AND fate IN ('on_time', 'late', 'missed', 'open'))
GROUP BY agent_no
