"""What the closed lists of words in rows are called in Chinese and English; an unlisted word stands for itself."""

from __future__ import annotations

from collections.abc import Mapping

from emergency.assessment.model import Words

STATES: Mapping[str, Words] = {
    "met": Words("按时", "met"),
    "late": Words("迟报", "late"),
    "possibly-late": Words("可能迟报", "possibly late"),
    "open": Words("未到期", "open"),
    "overdue": Words("逾期未报", "overdue"),
    "undetermined": Words("无法判定", "undetermined"),
    "excused": Words("免除", "excused"),
}

KINDS: Mapping[str, Words] = {
    "late": Words("迟报", "late"),
    "missed": Words("漏报", "missed"),
    "falsified": Words("谎报", "falsified"),
    "concealed": Words("瞒报", "concealed"),
    "rejected": Words("不成立", "rejected"),
    "none": Words("不成立", "none"),
}

STATUSES: Mapping[str, Words] = {
    "established": Words("可以认定", "established"),
    "presumed": Words("推定", "presumed"),
    "possible": Words("可能", "possible"),
    "suspected": Words("疑似", "suspected"),
    "none": Words("系统未发现", "not seen by the engine"),
}

STAGES: Mapping[str, Words] = {
    "first": Words("首报", "first report"),
    "follow-up": Words("续报", "follow-up"),
    "supplement": Words("补报", "supplement"),
    "final": Words("终报", "final report"),
    "likely": Words("可能发生的事件", "report of what may happen"),
    "warning": Words("预警信息", "report of a warning"),
    "recovery": Words("善后总结", "closing report"),
    "instruction-relay": Words("传达批示", "passing on an instruction"),
    "instruction-answer": Words("反馈批示落实", "answer to an instruction"),
}

RANKS: Mapping[str, Words] = {
    "law": Words("法律", "law"),
    "administrative-regulation": Words("行政法规", "administrative regulation"),
    "local-regulation": Words("地方性法规", "local regulation"),
    "departmental-rule": Words("部门规章", "departmental rule"),
    "local-rule": Words("地方政府规章", "local rule"),
    "plan": Words("应急预案", "plan"),
    "notice": Words("规范性文件", "notice"),
}

SORTS: Mapping[str, Words] = {
    "definition": Words("定义", "definition"),
    "prohibition": Words("禁止", "prohibition"),
    "decider": Words("认定主体", "who decides"),
    "consequence": Words("责任", "consequence"),
    "discipline": Words("处分", "discipline"),
    "scoring": Words("计分", "scoring"),
    "procedure": Words("程序", "procedure"),
    "standing": Words("值班制度", "standing duty"),
}

CHANNELS: Mapping[str, Words] = {
    "phone": Words("电话", "phone"),
    "written": Words("书面", "written"),
    "network": Words("网络", "network"),
    "in-person": Words("当面", "in person"),
}

MET_ON: Mapping[str, Words] = {
    "acknowledged": Words("已签收", "acknowledged"),
    "recorded at the time": Words("当时录入", "recorded at the time"),
    "backfilled": Words("补录", "backfilled"),
    "imported": Words("导入", "imported"),
}

ACTS: Mapping[str, Words] = {
    "Occurred": Words("发生", "occurred"),
    "Learned": Words("获悉", "learned"),
    "Reported": Words("报告", "reported"),
    "FollowUpFiled": Words("续报", "followed up"),
    "Corrected": Words("更正报告", "corrected"),
    "ForwardedUpward": Words("转报", "forwarded"),
    "Notified": Words("通报", "notified"),
    "Inquired": Words("核实要求", "inquired"),
    "Answered": Words("答复", "answered"),
    "Denied": Words("否认", "denied"),
    "NonReportStated": Words("未报", "not reported"),
    "Withheld": Words("隐瞒", "withheld"),
    "Directed": Words("授意", "directed"),
    "Obstructed": Words("阻碍", "obstructed"),
    "ClueLinked": Words("线索", "clue"),
    "Verified": Words("查实", "verified"),
    "Acknowledged": Words("签收", "acknowledged"),
    "Closed": Words("结案", "closed"),
    "FinalReportFiled": Words("终报", "final report"),
    "Graded": Words("定级", "graded"),
    "Stabilised": Words("事态稳定", "stabilised"),
    "Suspended": Words("暂停", "suspended"),
    "Resumed": Words("恢复", "resumed"),
    "Foreseen": Words("可能发生", "foreseen"),
    "Warned": Words("发布预警", "warned"),
    "HandlingEnded": Words("处置结束", "handling ended"),
    "DraftOpened": Words("开始统稿", "draft opened"),
    "DraftEdited": Words("拟稿", "draft edited"),
    "DraftReviewed": Words("审稿", "draft reviewed"),
    "DraftSignedOff": Words("签发", "draft signed"),
    "UnifiedDraftIssued": Words("印发统稿", "draft issued"),
    "DraftAssigned": Words("分头上报", "draft assigned"),
    "InstructionReceived": Words("收到批示", "instruction received"),
    "InstructionRelayed": Words("传达批示", "instruction relayed"),
    "InstructionAnswered": Words("反馈落实", "instruction answered"),
    "InstructionPressed": Words("督办", "instruction pressed"),
    "InstructionClosed": Words("批示办结", "instruction closed"),
    "HandedOver": Words("转办", "handed over"),
    "CallLogged": Words("电话记录", "call logged"),
    "Returned": Words("退回", "returned"),
    "Waived": Words("准予不报", "waived"),
    "Voided": Words("撤销事件", "voided"),
    "Merged": Words("并案", "merged"),
    "Unmerged": Words("撤销并案", "unmerged"),
    "Linked": Words("关联", "linked"),
    "Annotated": Words("备注", "remarked"),
    "Reopened": Words("重新启动", "reopened"),
    "Adopted": Words("采用", "adopted"),
}
"""Acts, by the name of their event."""


NORMS: Mapping[str, Words] = {
    "content": Words("内容", "content"),
    "procedure": Words("程序", "procedure"),
    "time": Words("时间", "time"),
    "wording": Words("口径", "wording"),
}

RESULTS: Mapping[str, Words] = {
    "pass": Words("合格", "pass"),
    "fail": Words("不合格", "fail"),
    "unknown": Words("无法判定", "unknown"),
    "not-applicable": Words("不适用", "not applicable"),
}

CHECKS: Mapping[str, Words] = {
    "elements": Words("要素齐全", "elements"),
    "figures-consistent": Words("数字一致", "figures consistent"),
    "tells-what-is-new": Words("续报报新", "tells what is new"),
    "both-offices": Words("两办同报", "both offices"),
    "offices-first": Words("先报两办", "offices first"),
    "one-draft": Words("统稿", "one draft"),
    "sign-off": Words("审签", "sign-off"),
    "signed-and-sealed": Words("签发盖章", "signed and sealed"),
    "skipping-justified": Words("越级有据", "skipping justified"),
    "several-sides": Words("多方核实", "several sides"),
    "acknowledged": Words("签收", "acknowledged"),
    "checked-at-once": Words("立即核实", "checked at once"),
    "handed-over": Words("转办", "handed over"),
    "call-logged": Words("电话记录", "call logged"),
    "written-asked-for": Words("催报书面", "written asked for"),
    "instructions": Words("批示传达反馈", "instructions"),
    "nobody-directed": Words("不授意", "nobody directed"),
    "nobody-obstructed": Words("不阻碍", "nobody obstructed"),
    "in-time": Words("按时", "in time"),
    "draft-not-held": Words("统稿不压", "draft not held"),
    "same-facts": Words("事实一致", "same facts"),
    "changed-by-correction": Words("更正有据", "changed by correction"),
    "sent-as-issued": Words("所发即所签", "sent as issued"),
    "not-below-what-was-held": Words("不低于所掌握", "not below what was held"),
}
"""The checks of the four norms (四个统一规范)."""


def word(table: Mapping[str, Words], key: str) -> Words:
    """What a word of a closed list is called."""
    return table.get(key) or Words(key, key)
