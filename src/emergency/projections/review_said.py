"""What the closed lists of words of a review are called in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

from emergency.assessment.model import Words

REVIEW_STATES: Mapping[str, Words] = {
    "open": Words("已立案", "open"),
    "heard": Words("已听取陈述", "heard"),
    "determined": Words("已认定", "determined"),
    "appealed": Words("申请待决", "appeal waiting"),
    "decided": Words("申请已决", "appeal decided"),
    "closed": Words("已结案", "closed"),
}
REVIEW_ACTS: Mapping[str, Words] = {
    "evidence": Words("证据", "evidence"),
    "statement": Words("陈述申辩", "statement"),
    "determined": Words("认定", "determination"),
    "delivered": Words("送达", "delivered"),
    "appealed": Words("申请复审复核", "appeal"),
    "decided": Words("对申请的决定", "decision of the appeal"),
    "consequence": Words("处理", "consequence"),
    "closed": Words("结案", "closed"),
    "reopened": Words("重新立案", "reopened"),
}
OUTCOMES: Mapping[str, Words] = {
    "upheld": Words("维持", "upheld"),
    "changed": Words("变更", "changed"),
    "revoked": Words("撤销", "revoked"),
}
VIEWS: Mapping[str, Words] = {
    "confirming": Words("确认", "confirmed"),
    "changing": Words("改定为", "changed to"),
    "rejecting": Words("不成立", "rejected"),
    "adding": Words("另行认定", "found by people only"),
}
"""How a verdict stands to the engine's view."""
COMPETENCE: Mapping[str, Words] = {
    "pass": Words("有管辖权", "competent"),
    "fail": Words("无管辖权", "not competent"),
    "unknown": Words("管辖权不明", "competence unknown"),
}
CONSEQUENCES: Mapping[str, Words] = {
    "circular": Words("通报", "circular"),
    "interview": Words("约谈", "interview"),
    "points": Words("扣分", "points taken off"),
    "inspection": Words("责令检查", "self-criticism ordered"),
    "no-award": Words("取消评优", "no award"),
    "admonition": Words("诫勉", "admonition"),
    "reassignment": Words("组织处理", "reassignment"),
    "warning": Words("警告", "warning"),
    "demerit": Words("记过", "demerit"),
    "great-demerit": Words("记大过", "great demerit"),
    "demotion": Words("降级", "demotion"),
    "removal": Words("撤职", "removal"),
    "dismissal": Words("开除", "dismissal"),
    "party-discipline": Words("党纪处分", "party discipline"),
    "fine": Words("罚款", "fine"),
    "transfer": Words("移送", "transfer"),
    "other": Words("其他", "other"),
}
DEADLINE_STATES: Mapping[str, Words] = {
    "met": Words("已办", "done"),
    "late": Words("逾期办理", "done late"),
    "possibly-late": Words("可能逾期", "possibly done late"),
    "overdue": Words("逾期未办", "overdue"),
}
"""What the states of an obligation are called where it is a step of a review and no report."""
