"""The pages of a dossier for people: numbered, in Chinese and in English, nothing that the rows do not say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from emergency.assessment.competence import PROCEEDINGS
from emergency.assessment.model import Words
from emergency.assessment.words import REVIEW_STEPS, span_words
from emergency.domain.intervals import Span
from emergency.domain.review import Proceeding
from emergency.domain.vocabulary import PUBLIC
from emergency.projections.review_said import (
    COMPETENCE,
    CONSEQUENCES,
    DEADLINE_STATES,
    OUTCOMES,
    REVIEW_ACTS,
    REVIEW_STATES,
    VIEWS,
)
from emergency.projections.rows import Row
from emergency.projections.said import ACTS, CHANNELS, KINDS, STATES, STATUSES, word

if TYPE_CHECKING:
    from emergency.projections.review_rows import ReviewView

NOT_DELIVERED = Words("没有送达记录", "no delivery is on record")
LEFT_OUT = Words("来源从略", "source left out")
NOTHING = Words("无", "none")
UNKNOWN = Words("不明", "unknown")
SIDE_BY_SIDE = Words(
    "系统的疑点与有权机关的认定并列，互不改动。",
    "The engine's view and the people's stand side by side; neither changes the other.",
)
PAGES = (
    ("1-timeline.md", Words("事件经过", "The course of the incident")),
    ("2-findings.md", Words("疑点与认定", "Findings")),
    ("3-evidence.md", Words("证据", "Evidence")),
    ("4-statement.md", Words("陈述申辩", "Statement")),
    ("5-determination.md", Words("认定", "Determination")),
    ("6-appeal.md", Words("申请与决定", "Appeal")),
    ("7-consequences.md", Words("处理", "Consequences")),
    ("8-rules.md", Words("依据原文", "The text of the rules")),
)


def pages(view: ReviewView, at: datetime, content: Mapping[str, Any]) -> dict[str, str]:
    """The pages, by file name.

    Args:
        view: The review.
        at: The instant at which the dossier shows how things stand.
        content: The rows that it is made of: ``review``, ``timeline``, ``rules``.
    """
    desk = _Desk(view, content["review"])
    bodies = (
        desk.timeline(content["timeline"]),
        desk.findings(),
        desk.evidence(),
        desk.statements(),
        desk.determinations(),
        desk.appeals(),
        desk.consequences(),
        _rules(content["rules"]),
    )
    made = {
        name: _page(f"{number} {_both(title)}", body)
        for number, ((name, title), body) in enumerate(zip(PAGES, bodies, strict=True), 1)
    }
    return {"README.md": _page(f"卷宗 Dossier {view.review.id}", desk.cover(at)), **made}


def from_outside(act: str, office: str) -> bool:
    """Whether people outside the offices told it: who they are may stand in what its source says."""
    return act == "ClueLinked" or office == PUBLIC


class _Desk:
    def __init__(self, view: ReviewView, row: Row) -> None:
        self._view, self._row = view, row
        self._labels = {step.id: step.label for step in view.timeline.steps}
        self._labels.update({r["id"]: f"{view.review.name}#{r['number']}" for r in row["acts"]})
        self._numbers = {f["id"]: n for n, f in enumerate(row["findings_then"], 1)}

    def cover(self, at: datetime) -> list[str]:
        row, opened = self._row, self._view.timeline.opened
        proceeding = row["proceeding"]
        said = PROCEEDINGS[Proceeding(proceeding)] if proceeding else UNKNOWN
        facts = [
            (Words("事件", "Incident"), f"{opened.title} ({opened.ref})"),
            (Words("地点", "Place"), opened.place.name),
            (Words("当事单位", "Office concerned"), "、".join(map(self._office, row["offices"]))),
            (Words("立案", "Opened"), self._who(row["opened_by"], row["opened_at"])),
            (Words("事由", "Why"), row["why"] or _both(UNKNOWN)),
            (Words("处理方式", "Proceeding"), _both(said)),
            (Words("状态", "State"), _both(word(REVIEW_STATES, row["state"]))),
            (Words("陈述申辩", "Statement"), _both(_STATEMENTS[row["statement"]])),
            (Words("规则库", "Rulebook"), _books(row)),
            (Words("截至", "As of"), at.isoformat(" ", "minutes")),
        ]
        lines = ["| | |", "|---|---|", *(f"| {_both(name)} | {_cell(value)} |" for name, value in facts), ""]
        lines += [f"## {_both(Words('办理经过', 'What was done'))}", ""]
        lines += [f"- {_number(r)} {self._line(r)}" for r in row["acts"]] or [_both(NOTHING)]
        lines += ["", f"## {_both(Words('办理期限', 'Deadlines of the review'))}", ""]
        lines += [self._deadline(o) for o in row["obligations"]] or [_both(NOTHING)]
        lines += ["", f"## {_both(Words('目录', 'Contents'))}", ""]
        lines += [f"- [{_both(title)}]({name})" for name, title in PAGES]
        lines += [
            "- `review.json`, `timeline.json`, `rules.json`: 同样内容，供程序读取 the same for programs",
            "- `manifest.json`: 每个文件的 SHA-256 the SHA-256 of each file",
            "",
            "举报人、当事人的姓名与电话不在卷宗内。Names and phones of informants and victims are not in it.",
        ]
        return lines

    def timeline(self, rows: Sequence[Row]) -> list[str]:
        titles = [Words("序", "No."), Words("时间", "When"), Words("单位", "Who"), Words("行为", "What")]
        titles += (Words("对象", "To whom"), Words("内容与来源", "Stated, and source"))
        lines = [_cells(map(_both, titles)), "|---" * len(titles) + "|"]
        for row in rows:
            how = f" ({_both(word(CHANNELS, row['channel']))})" if row["channel"] in CHANNELS else ""
            facts = "; ".join(f"{name} {_plain_value(value)}" for name, value in row["facts"].items())
            left_out = from_outside(row["act"], row["office"])
            source = f"({_both(LEFT_OUT)})" if left_out else row["source"]
            said = "; ".join(part for part in (facts, source) if part)
            to = "、".join(map(self._office, row["to"])) + how
            what = _both(word(ACTS, row["act"]))
            lines.append(
                _cells((row["label"], _span(row["at"]), self._office(row["office"]), what, to, said))
            )
        return lines

    def findings(self) -> list[str]:
        row = self._row
        lines = [_both(SIDE_BY_SIDE), ""]
        for number, finding in enumerate(row["findings_then"], 1):
            kind, status = word(KINDS, finding["kind"]), word(STATUSES, finding["status"])
            now = [f for f in row["findings_now"] if f["id"] == finding["id"]]
            seen = _both(word(STATUSES, now[0]["status"])) if now else "现已不见 no longer seen"
            lines += [
                f"## F{number} {_both(kind)}",
                "",
                f"- 立案时系统所见 The engine, at the opening: {_both(status)}{_late(finding['late_by'])}",
                f"- 系统现在所见 The engine, now: {seen}",
                f"- 认定 Determined: {self._stands(finding['determined']) or '未认定 not determined'}",
                f"- 认定经过 What was ruled: {self._ruled(finding['id'], finding['kind']) or _both(NOTHING)}",
                f"- 证据 Rests on: {', '.join(map(self._label, finding['evidence'])) or _both(NOTHING)}",
                f"- 依据 Under: {'；'.join(_ruled(r) for r in finding['rules']) or _both(NOTHING)}",
                "",
                *(
                    f"> {_cell(self._read(finding['explanation'][lang]))}\n"
                    for lang in ("zh", "en")
                    if finding["explanation"][lang]
                ),
            ]
        known = set(self._numbers)
        others = [f for f in row["findings_now"] if f["id"] not in known]
        if others:
            lines += [f"## {_both(Words('立案之外', 'Beside those under review'))}", ""]
        for finding in others:
            ruled = finding["determination"]
            said = f"；认定 determined: {_both(word(KINDS, ruled))}" if ruled else ""
            lines.append(
                f"- {_both(word(KINDS, finding['kind']))} ({_both(word(STATUSES, finding['status']))}){said}"
            )
        return lines if len(lines) > 2 or others else [*lines, _both(NOTHING)]  # noqa: PLR2004 - the two above

    def evidence(self) -> list[str]:
        return self._listed("evidence")

    def statements(self) -> list[str]:
        lines = self._listed("statement")
        return lines if self._row["statement"] != "unknown" else [_both(_STATEMENTS["unknown"])]

    def determinations(self) -> list[str]:
        lines = []
        for row in self._acts("determined"):
            lines += [f"## {_number(row)} {self._who(row['office'], row['at'])}", ""]
            lines += [f"- {self._verdict(v)}" for v in row["verdicts"]]
            lines += self._reasons(row)
            delivered = [r for r in self._acts("delivered") if r["of"] == row["id"]]
            told = _span(delivered[0]["at"]) if delivered else _both(NOT_DELIVERED)
            lines += [f"- 送达 Delivered: {told}", ""]
        return lines or [_both(NOTHING)]

    def appeals(self) -> list[str]:
        lines = []
        for row in self._acts("appealed"):
            lines += [f"## {_number(row)} {self._who(row['office'], row['at'])}{_post(row)}", ""]
            lines += [f"- 针对 Against: {self._label(row['of'])}"]
            if row["to"]:
                lines += [f"- 向 To: {self._office(row['to'])}"]
            lines += [f"- 理由 Grounds: {_cell(row['grounds'])}"]
            if row["limit"] is not None:
                lines += [f"- 期限 In time: {_cell(_pair(row['limit']['explanation']))}"]
            for decision in (r for r in self._acts("decided") if r["appeal"] == row["id"]):
                outcome = _both(word(OUTCOMES, decision["outcome"]))
                lines += [
                    "",
                    f"### {_number(decision)} {outcome}: {self._who(decision['office'], decision['at'])}",
                    "",
                ]
                lines += [f"- {self._verdict(v)}" for v in decision["verdicts"]]
                lines += self._reasons(decision)
            lines += [""]
        missing = UNKNOWN if self._row["imported"] else NOTHING
        return lines or [_both(missing)]

    def consequences(self) -> list[str]:
        return self._listed("consequence")

    # -- parts -----------------------------------------------------------------------------------------------

    def _acts(self, name: str) -> list[Row]:
        return [row for row in self._row["acts"] if row["act"] == name]

    def _listed(self, name: str) -> list[str]:
        lines = []
        for row in self._acts(name):
            lines += [
                f"## {_number(row)} {self._who(row['office'], row['at'])}{_post(row)}",
                "",
                self._said(row),
                "",
            ]
            more = [("来源 Source", row.get("source")), ("SHA-256", row.get("sha256"))]
            if row.get("finding"):
                more.append(("关于 About", self._finding(row["finding"])))
            lines += [*(f"- {title}: {_cell(value)}" for title, value in more if value), ""]
        missing = UNKNOWN if self._row["imported"] else NOTHING
        return lines or [_both(missing)]

    def _said(self, row: Row) -> str:
        if row.get("waived"):
            return _both(_STATEMENTS["waived"])
        words = _cell(row["words"] or "")
        if row["act"] == "consequence":
            return f"**{_both(word(CONSEQUENCES, row['consequence']))}** {words}"
        return words

    def _reasons(self, row: Row) -> list[str]:
        lines = [f"- 理由 Why: {_cell(row['why'])}"] if row["why"] else []
        if row.get("source"):
            lines.append(f"- 来源 Source: {_cell(row['source'])}")
        found = row["competence"]
        if found is not None:
            where = f" ({found['citation']})" if found["citation"] else ""
            said = f"{_both(word(COMPETENCE, found['result']))}: {_pair(found['explanation'])}{where}"
            lines.append(f"- 管辖 Competence: {_cell(said)}")
        return lines

    def _line(self, row: Row) -> str:
        """One act in one line."""
        what = f"**{_both(word(REVIEW_ACTS, row['act']))}** {self._who(row['office'], row['at'])}"
        act = row["act"]
        if act in ("evidence", "statement", "consequence"):
            return f"{what}{_post(row)}: {self._said(row)}"
        if act in ("determined", "decided"):
            outcome = f" {_both(word(OUTCOMES, row['outcome']))}" if act == "decided" else ""
            return f"{what}:{outcome} {self._verdicts(row['verdicts'])}".rstrip()
        if act == "appealed":
            limit = row["limit"]
            late = (
                f" ({_both(Words('逾期', 'late'))})"
                if limit is not None and limit["in_time"] is False
                else ""
            )
            return f"{what}{_post(row)}: {_cell(row['grounds'])}{late}"
        return f"{what}: {_cell(row['why'])}" if row.get("why") else what

    def _deadline(self, row: Row) -> str:
        step = _both(word(REVIEW_STEPS, row["stage"]))
        due = f", 期限 due {_span(row['due'])}" if row["due"]["earliest"] or row["due"]["latest"] else ""
        why = f" ({_pair(row['reason'])})" if row["reason"] else ""
        said = DEADLINE_STATES.get(row["state"]) or word(STATES, row["state"])
        return f"- {step}: {self._office(row['office'])}{due}: **{_both(said)}**{why}. {row['grounds'][0]['citation']}"

    def _verdicts(self, verdicts: Iterable[Row]) -> str:
        return "; ".join(map(self._verdict, verdicts))

    def _verdict(self, verdict: Row) -> str:
        post = f" [{_cell(verdict['post'])}]" if verdict["post"] else ""
        about = f"{self._finding(verdict['finding'])} → " if verdict["finding"] else ""
        why = f" ({_cell(verdict['why'])})" if verdict["why"] else ""
        return f"{about}{_found(verdict['kind'])}{post}{why}"

    def _stands(self, verdicts: Iterable[Row]) -> str:
        """What stands of a finding: how it is to the engine's view, and by which decision."""
        said = []
        for verdict in verdicts:
            post = f" [{_cell(verdict['post'])}]" if verdict["post"] else ""
            view = verdict["view"]
            kind = "" if view == "rejecting" else f" {_found(verdict['kind'])}"
            said.append(f"**{_both(word(VIEWS, view))}{kind}**{post} ({self._label(verdict['by'])})")
        return "; ".join(said)

    def _ruled(self, finding: str, kind: str) -> str:
        """Everything that was ever ruled on a finding, in the order it was recorded."""
        said = []
        for row in self._row["acts"]:
            for verdict in row.get("verdicts") or ():
                named = verdict["finding"]
                if named == finding or (named is None and verdict["kind"] in (kind, "none")):
                    post = f" [{_cell(verdict['post'])}]" if verdict["post"] else ""
                    said.append(f"{_number(row)} {_found(verdict['kind'])}{post}")
            if row.get("outcome") == "revoked":
                said.append(f"{_number(row)} {_both(word(OUTCOMES, 'revoked'))}")
        return "; ".join(said)

    def _finding(self, finding: str) -> str:
        number = self._numbers.get(finding)
        return f"F{number}" if number is not None else f"`{finding}`"

    def _label(self, event_id: str) -> str:
        return self._labels.get(event_id, event_id)

    def _read(self, text: str) -> str:
        """Words of the engine, steps called as they are called in the timeline."""
        return _UUID.sub(lambda match: self._label(match[0]), text)

    def _office(self, office: str | None) -> str:
        if office is None:
            return _both(UNKNOWN)
        return "社会 public" if office == "public" else _cell(self._view.directory.name(office))

    def _who(self, office: str | None, at: Row | None) -> str:
        return f"{self._office(office)}, {_span(at)}"


_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_STATEMENTS: Mapping[str, Words] = {
    "heard": Words("已听取", "heard"),
    "waived": Words("放弃陈述申辩", "waived"),
    "none": Words("尚未听取", "not yet heard"),
    "unknown": Words("来源未载明", "the source does not say"),
}


def _rules(rows: Sequence[Row]) -> list[str]:
    lines: list[str] = []
    for row in rows:
        title = row["title"]
        lines += [f"## {row['rule']}", ""]
        lines += (
            [f"**{title['zh']}** · {title['en']}", ""]
            if title
            else ["现行规则库中已无此条 no longer in the rulebook", ""]
        )
        for value in row["values"]:
            sure = "" if value["confirmed"] else " **原文未核对 text not confirmed**"
            lines += [f"- 自 since {value['since']}: {value['citation']}{sure}"]
            if value["says"]:
                lines += [f"  - {_pair(value['says'])}"]
            if value["text"]:
                lines += [f"  > {_cell(value['text'])}"]
            if value["note"]:
                lines += [f"  - {_cell(value['note_zh'])} {_cell(value['note'])}"]
        lines += [""]
    return lines or [_both(NOTHING)]


def _page(title: str, lines: Iterable[str]) -> str:
    return "\n".join([f"# {title}", "", *lines]).rstrip() + "\n"


def _both(words: Words) -> str:
    return f"{words.zh} {words.en}"


def _pair(words: Mapping[str, str]) -> str:
    return f"{words['zh']} {words['en']}"


def _cell(text: str) -> str:
    """Text that Markdown takes as it stands, on one line."""
    return re.sub(r"([\\`*_<>\[\]|])", r"\\\1", " ".join(str(text).split()))


def _cells(values: Iterable[str]) -> str:
    return "| " + " | ".join(" ".join(value.replace("|", "\\|").split()) for value in values) + " |"


def _found(kind: str) -> str:
    return _both(word(KINDS, "rejected" if kind == "none" else kind))


def _number(row: Row) -> str:
    return f"#{row['number']}"


def _post(row: Row) -> str:
    return f" [{_cell(row['post'])}]" if row.get("post") else ""


def _ruled(rule: Row) -> str:
    return str(rule["citation"]) + ("" if rule["confirmed"] else " (原文未核对 not confirmed)")


def _books(row: Row) -> str:
    then, now = row["rulebook_then"], row["rulebook_now"]
    if then == now:
        return str(now)
    return f"立案时 then {then}; 现在 now {now}"


def _late(span: Row | None) -> str:
    if span is None:
        return ""
    read = TypeAdapter(timedelta | None).validate_python
    said = span_words(Span(read(span["at_least"]), read(span["at_most"])))
    return f", {_both(said)}"


def _span(ends: Row | None) -> str:
    """When, to the minute."""
    if ends is None or not (ends["earliest"] or ends["latest"]):
        return _both(Words("时间不明", "at an unknown time"))
    early, late = (
        str(ends[end])[:16].replace("T", " ") if ends[end] else "" for end in ("earliest", "latest")
    )
    return early if early == late else f"{early} – {late}"


def _plain_value(value: Any) -> str:  # noqa: ANN401 - a figure, or what was stated of it
    if isinstance(value, Mapping):
        return ("约 about " if value.get("about") else "") + str(value.get("value", dict(value)))
    if isinstance(value, list):
        return ", ".join(map(_plain_value, value))
    return str(value)
