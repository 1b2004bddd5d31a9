"""What screens say of messages to customers and of the agents' morning notices."""

from __future__ import annotations

from policyserve.cli.screen.sentences import worded

HEADINGS = {
    "message_id": ("Message", "短信号"),
    "text": ("Text", "内容"),
    "segments": ("Segments", "计费条数"),
    "messages": ("Messages", "短信数"),
    "template": ("Template", "模板"),
    "written": ("Written", "可生成"),
    "failed": ("Failed", "失败"),
    "longest": ("Most segments", "最长条数"),
    "message_class": ("Class", "类别"),
    "send_on": ("For", "发送日"),
    "last_on": ("At the latest", "最迟发送"),
    "gateway": ("Gateway", "通道"),
    "provider_id": ("Number there", "通道编号"),
    "attempts": ("Tries", "尝试次数"),
    "submitted_at": ("Sent at", "提交时间"),
    "merged_into_id": ("Carried by", "并入"),
    "address": ("Address", "地址"),
    "at": ("At", "时间"),
}
"""Headings of columns, in English and Chinese."""

SENTENCES = {
    "sms.nothing": ("No message is due on {day}.", "{day}没有应发短信。"),
    "sms.cost": ("Segments: {segments}, about {currency} {cost}.", "计费{segments}条，约{cost}（{currency}）。"),
    "sms.dry": ("A rehearsal: nothing was stored.", "仅为演练，未保存。"),
    "sms.saved": ("{count} rows are in {file}.", "已将{count}行写入{file}。"),
    "sms.more": (
        "The last {shown} of {count}; narrow the list, or take all of it with --out FILE.xlsx or --format json.",
        "仅显示最后{shown}条，共{count}条；请缩小范围，或用--out FILE.xlsx导出。",
    ),
    "sms.due": ("due on {day}", "应发{day}"),
    "sms.not": ("no message: {reason}", "不发送：{reason}"),
    "sms.size": (
        "{length} places, segments: {segments} ({encoding}), {currency} {cost}",
        "{length}字，计费{segments}条（{encoding}），{cost}（{currency}）",
    ),
    "sms.closed": ("Outside the contact hours of: {classes}. They wait.", "不在可发送时段，等待中：{classes}。"),
    "sms.sending": ("Sending", "发送中"),
    "sms.approved": ("{count} messages may go.", "已批准{count}条。"),
    "sms.cancelled": ("{count} messages will not go out.", "已取消{count}条。"),
    "sms.resolved": ("Message {message} is now: {said}.", "短信{message}已记为：{said}。"),
    "sms.content": ("The {kind} of {period} is stored.", "{period}的内容已保存（{kind}）。"),
    "sms.refused": ("No more marketing goes to this phone.", "该手机号不再接收营销短信。"),
    "sms.lifted": ("The refusal is taken back.", "已恢复接收。"),
    "notice.set": (
        "Agent {who} gets the agenda by {channel} at {at} on every day on which something is due.",
        "业务员{who}每日{at}通过{channel}收到当日任务通知（无任务则不发）。",
    ),
    "notice.none": ("No agent has a channel; add one with 'policyserve notice set'.", "尚未设置通知渠道。"),
    "notice.removed": ("Agent {who} gets no more notices.", "业务员{who}不再收到通知。"),
    "notice.no_channel": ("Agent {who} has no channel.", "业务员{who}未设置通知渠道。"),
    "notice.nothing": (
        "Agent {who} has nothing due on {day}, so there is no notice.",
        "业务员{who}在{day}没有到期任务，不发通知。",
    ),
    "notice.length": ("{channel}: {bytes} of at most {most} bytes.", "{channel}：{bytes}字节，上限{most}字节。"),
    "notice.look": ("See 'policyserve notice list' for the reasons.", "原因请见 policyserve notice list。"),
}
"""Sentences, in English and Chinese."""


def say(key: str, language: str, **values: object) -> str:
    """Return a sentence with its values."""
    return worded(SENTENCES[key], language, **values)
