"""What the demo says, in English and Chinese."""

from __future__ import annotations

SENTENCES = {
    "lists.title": ("Lists in", "导入清单"),
    "lists.handed": (
        "The branch hands over what its core system exports: six CSV files in GB18030 with Chinese headers. Names, "
        "numbers and phones are invented; some rows are wrong on purpose.",
        "机构提供核心系统导出的六份清单（GB18030编码、中文表头的CSV）。姓名、号码均为虚构，并故意混入几行错误数据。",
    ),
    "lists.taken": (
        "{rows:row|rows} read, {added:row|rows} taken in, {rejected} rejected, {warnings:warning|warnings}. What is "
        "wrong is said in plain words, and waits beside the list to be mended and imported again:",
        "共读取{rows:,}行，导入{added:,}行，拒收{rejected}行，提醒{warnings}条。错在哪里说得明白，拒收的行另存一份，改好后重新导入：",
    ),
    "plan.title": ("The plan: what is promised meets the book", "计划：服务标准对照业务数据"),
    "plan.touches": (
        "The service standard names {services:service|services}. On this book they fall due {touches:time|times} in "
        "the next year (worked out in {took:.1f} seconds): {agent:,} for agents, {office:,} for the office, "
        "{nobody:,} by SMS alone.",
        "服务标准涉及{services}项服务，未来一年共到期{touches:,}次（计算用时{took:.1f}秒）：业务员{agent:,}次，内勤{office:,}次，"
        "仅短信{nobody:,}次。",
    ),
    "release.title": ("Release: the next 30 days become tasks", "下发：未来30天的服务成为任务"),
    "release.counts": (
        "{word}: {added:,} added, {moved:,} moved, {unchanged:,} unchanged.",
        "{word}：新增{added:,}项，调整{moved:,}项，不变{unchanged:,}项。",
    ),
    "release.first": ("Tonight", "今晚"),
    "release.again": ("Once more", "再来一次"),
    "release.why": (
        "Running it twice changes nothing. Whatever lies further ahead stays computed, so that a corrected birthday or "
        "a paid premium changes the future at once.",
        "重复运行不会改变任何结果。更远的计划随时计算、不落库，生日更正或保费到账后立即随之变化。",
    ),
    "agenda.title": (
        "An agent's day, in the order of what it does for the targets",
        "业务员的一天：按对三项指标的作用排序",
    ),
    "agenda.done": (
        "The agent visits the first one and says so: policyserve task done {task} --channel visit --satisfaction 5",
        "业务员拜访第一位客户后登记：policyserve task done {task} --channel visit --satisfaction 5",
    ),
    "agenda.none": ("Nothing is due on this day for any agent.", "当日没有业务员的到期任务。"),
    "messages.title": ("The day's messages to customers", "当日客户短信"),
    "messages.made": (
        "Every service by SMS that falls due today becomes a text: {made:text|texts}, {segments:segment|segments}, "
        "about {currency} {cost}. A few, as they arrive:",
        "当日到期的短信服务各生成一条：共{made}条，计费{segments}条，约{cost}元（{currency}）。例如：",
    ),
    "messages.withheld": ("Not made, and why:", "未生成的及原因："),
    "messages.none": ("No text was held back today.", "今日没有被扣下的短信。"),
    "messages.sent": (
        "Sent at 10:00 through a file for the company's own platform ({files:file|files}, {rows:row|rows}): {sent:,}. "
        "Generated and sent once more: {added:,} made, {again:,} sent. No customer gets a text twice.",
        "10:00经文件通道交公司短信平台（{files}个文件，{rows}行）：发送{sent:,}条。再次生成并发送：新增{added:,}条，发送{again:,}条，"
        "绝不重发。",
    ),
    "targets.title": ("The three targets", "三项指标"),
    "targets.persistency": (
        "13-month persistency, at least 88 %: the last six months of policies whose grace has closed.",
        "13个月继续率（目标88%）：最近六个宽限期已满的生效月份。",
    ),
    "targets.others": (
        "Referrals in {year}, three for each agent; and customers of a single policy who bought again, at least 10 %:",
        "{year}年转介绍（每名业务员3位）与一单客户加保率（目标10%）：",
    ),
    "gap.title": ("The gap, as names", "差距落到名单"),
    "gap.team": (
        "{who} keeps {ratio} of the premium of its last 12 months of policies; the target is {target}.",
        "{who}最近12个生效月份的保费继续率为{ratio}，目标{target}。",
    ),
    "gap.closes": (
        "Of {open:policy|policies} still open, {fewest} would close the gap of {currency} {missing}, the last by {by}. "
        "Which ones, who serves them, and the task that is there for it:",
        "尚有{open}件可缴保单，收回其中{fewest}件即可补上差额{missing}元（{currency}），最迟{by}。名单、服务人员和相应任务：",
    ),
    "gap.short": (
        "{open:policy is|policies are} still open; all together lift it to {at_best}, not to the target. Which ones:",
        "尚有{open}件可缴保单，全部收回为{at_best}，仍不达标。名单：",
    ),
    "gap.rest": ("... and {count:policy|policies} more.", "……另有{count}件。"),
    "gap.none": ("No team is below its target.", "没有低于目标的部组。"),
    "morning.title": ("The next morning: a premium has arrived", "次日早晨：一笔保费到账"),
    "morning.none": ("No policy of this book is in its grace.", "没有处于宽限期的保单。"),
    "morning.list": (
        "The night's list says that instalment {instalment} of policy {policy} was paid. The release follows: "
        "{cancelled:task|tasks} cancelled, {added:,} added for one more day, {missed:,} missed.",
        "夜间清单显示保单{policy}第{instalment}期已缴。下发随之更新：取消{cancelled}项，因日期推进新增{added}项，逾期{missed}项。",
    ),
    "morning.gap": (
        "The gap of {who} shrinks from {currency} {before} to {after}.",
        "{who}的差额由{before}元降至{after}元（{currency}）。",
    ),
    "morning.closed": ("{who} has reached its target.", "{who}已达标。"),
    "morning.why": (
        "Every task can say why: policyserve task explain {task}",
        "每项任务都说得清来由：policyserve task explain {task}",
    ),
    "morning.life": (
        "And every policy has its life: policyserve policy {policy}. Two months either way:",
        "每件保单都有一生：policyserve policy {policy}。前后各两个月：",
    ),
    "end.took": ("The whole job took {took:.1f} seconds.", "全程用时{took:.1f}秒。"),
    "end.again": (
        "To look around yourself: policyserve demo --keep demo-book",
        "想自己看看：policyserve demo --keep demo-book",
    ),
    "end.look": (
        "Look around: policyserve --db {url} metrics gap --by team --as-of {day}",
        "接着看：policyserve --db {url} metrics gap --by team --as-of {day}",
    ),
}  # fmt: skip
"""Sentences of the demo; counts are written as in `sentences.worded`."""
