"""What lies beside the duties to report, said: in a list, one in full, and on a page. One line here a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from emergency.assessment.competence import PROCEEDINGS
from emergency.assessment.words import REVIEW_STEPS, TIERS, length_words, limit_words
from emergency.projections.said import CHECKS, KINDS, NORMS, SORTS
from emergency.rulebook.plain import plain
from emergency_cli import rules_words as words

if TYPE_CHECKING:
    from emergency.rulebook import LevelTable, NormRule, Provision, ReviewRule, Rulebook, SchemeLine
    from emergency.rulebook.norms import AskedValue, Settings
    from emergency.rulebook.provisions import Elements, ElementValue, ProvisionValue
    from emergency.rulebook.reviews import ReviewValue
    from emergency.rulebook.schemes import Counts, Grade, SchemeValue
    from emergency_cli.rules_words import Say

Parts = Iterable[tuple[str, str]]
"""Name and words of each part; what has no words is left out."""


def _nothing(_say: Say, _one: Any, _book: Rulebook) -> tuple[()]:  # noqa: ANN401 - of any folder
    return ()


def _attributes(value: Any, keys: Mapping[str, str]) -> dict[str, Any]:  # noqa: ANN401 - of any folder
    return {key: plain(attrgetter(path)(value)) for key, path in keys.items()}


class Sort(NamedTuple):
    """How the files of one folder are said.

    Args:
        title: What they are, in both languages.
        value: What a value says, in one line.
        scope: What such a file says whatever the day, beside what all say.
        lines: What a value says below that line.
        own: The keys of a row that only this folder has, and where their values are found in the file.
        dated: Those whose values are found in the value of the day.
        beside: Those that stand at the end.
    """

    title: tuple[str, str]
    value: Callable[[Say, Any, Rulebook], str]
    scope: Callable[[Say, Any, Rulebook], Parts] = _nothing
    lines: Callable[[Say, Any, Rulebook], Iterable[str]] = _nothing
    own: Mapping[str, str] = {}
    dated: Mapping[str, str] = {}
    beside: Mapping[str, str] = {}

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of a row, in order."""
        start, middle, end = _COMMON
        return (*start, *self.own, *middle[:3], *self.dated, *middle[3:], *end, *self.beside, "row")


_COMMON = (
    ("rule", "title_zh", "title_en"),
    ("rank", "tiers", "lines", "since", "citation", "confirmed"),
    ("levels", "categories", "kinds", "kinds_except", "where"),
)


def scope(say: Say, one: Any, book: Rulebook, sort: Sort) -> list[tuple[str, str]]:  # noqa: ANN401 - of any folder
    """The parts that do not change with the day: name and words; what says nothing is left out."""
    who, rank = getattr(one, "who", None), getattr(one, "rank", None)
    parts = [
        *sort.scope(say, one, book),
        (say("谁", "who"), words.who(say, who) if who is not None else ""),
        (say("效力", "rank"), words.named(say, words.RANKS, rank) if rank is not None else ""),
        (say("级别", "levels"), say("、", ", ").join(getattr(one, "levels", None) or ())),
        (
            say("类别", "categories"),
            words.listed(say, (words.named(say, words.CATEGORIES, each) for each in one.categories or ())),
        ),
        (say("种类", "kinds"), say("、", ", ").join(one.kinds or ())),
        (say("不含", "except"), say("、", ", ").join(one.kinds_except or ())),
        (say("地域", "where"), say("、", ", ").join(one.where or ())),
    ]
    return [(name, text) for name, text in parts if text]


def row_of(one: Any, value: Any, sort: Sort) -> dict[str, Any]:  # noqa: ANN401 - of any folder
    """A file as it stands on a day, for programs (held stable)."""
    who = getattr(one, "who", None)
    found = {
        "rule": one.id,
        "title_zh": one.title.zh,
        "title_en": one.title.en,
        "rank": plain(getattr(one, "rank", None)),
        "tiers": None if who is None else plain(who.tiers),
        "lines": None if who is None else plain(who.lines),
        "since": value.since.isoformat(),
        "citation": words.cited(value.citation),
        "confirmed": value.confirmed,
        "levels": plain(getattr(one, "levels", None)),
        "categories": plain(one.categories),
        "kinds": plain(one.kinds),
        "kinds_except": plain(one.kinds_except),
        "where": plain(one.where),
        "row": one.row,
        **_attributes(one, {**sort.own, **sort.beside}),
        **_attributes(value, sort.dated),
    }
    return {key: found[key] for key in sort.keys}


# -- tables of levels -----------------------------------------------------------------------------------------


def _levels_scope(say: Say, table: LevelTable, _book: Rulebook) -> Parts:
    if table.window is not None:
        yield say("窗口", "window"), words.worded(say, length_words(table.window))


def _levels_value(say: Say, value: Any, _book: Rulebook) -> str:  # noqa: ANN401 - thresholds, or their end
    return "" if hasattr(value, "thresholds") else say("失效", "ended")


def _levels_lines(say: Say, value: Any, book: Rulebook) -> Iterator[str]:  # noqa: ANN401 - as above
    if not hasattr(value, "thresholds"):
        return
    for measure, bounds in value.thresholds.items():
        given = [(level, getattr(bounds, level)) for level in ("I", "II", "III")]
        said = say("，", ", ").join(f"{level} {bound:,}" for level, bound in given if bound is not None)
        yield f"{words.declared(say, book, 'measures', measure)}{say('：', ': ')}{said}"
    for level, alternatives in value.together.items():
        for one in alternatives:
            yield f"{level}{say('：', ': ')}{' + '.join(f'{name} {least:,}' for name, least in one.items())}"
    for level, slugs in value.circumstances.items():
        for slug in slugs:
            yield f"{level}{say('：', ': ')}{words.declared(say, book, 'circumstances', slug)}"


# -- provisions and elements ----------------------------------------------------------------------------------


def _provision_scope(say: Say, one: Provision, _book: Rulebook) -> Parts:
    yield say("类型", "sort"), f"{words.worded(say, SORTS[one.sort])} ({one.sort})"
    yield (
        say("涉及", "about"),
        words.listed(say, (words.worded(say, KINDS[each]) for each in one.faults or ())),
    )
    yield say("对象", "on whom"), say(one.whom.zh, one.whom.en) if one.whom is not None else ""
    yield say("优先于", "prevails over"), say("、", ", ").join(one.prevails_over)


def _provision_value(say: Say, value: ProvisionValue, _book: Rulebook) -> str:
    return say("废止", "repealed") if value.says is None else say(value.says.zh, value.says.en)


def _elements_scope(say: Say, one: Elements, _book: Rulebook) -> Parts:
    yield (
        say("报告", "stages"),
        words.listed(say, (words.named(say, words.STAGES, stage) for stage in one.stages or ())),
    )
    if one.channel.value != "any":
        yield say("方式", "channel"), words.named(say, words.CHANNELS, one.channel)


def _elements_value(say: Say, value: ElementValue, _book: Rulebook) -> str:
    return "" if value.required else say("废止", "repealed")


def _elements_lines(say: Say, value: ElementValue, book: Rulebook) -> Iterator[str]:
    for slug in value.required or ():
        yield words.declared(say, book, "elements", slug)
    if value.unknown_allowed:
        yield say("尚不清楚的可注明正在核实", "what is not known yet may be left open if it is said so")


# -- the norms ------------------------------------------------------------------------------------------------

STEPS = {
    "first-check": ("初审", "first check"),
    "recheck": ("复核", "recheck"),
    "review": ("审核", "review"),
    "sign": ("签发", "signature"),
}


def _norm_scope(say: Say, rule: NormRule, _book: Rulebook) -> Parts:
    norm, check = NORMS[rule.check.norm.value], CHECKS[rule.check.value]
    yield (
        say("检查", "check"),
        say(f"{norm.zh}：{check.zh}（{rule.check}）", f"{norm.en}: {check.en} ({rule.check})"),
    )
    if rule.window is not None:
        yield say("窗口", "window"), words.worded(say, length_words(rule.window))
    yield say("并列出示", "shown beside it"), say("、", ", ").join(rule.beside)


def _norm_value(say: Say, value: AskedValue, _book: Rulebook) -> str:
    if value.asks is None:
        return say("不再要求", "no longer asked for")
    return asks(say, value.asks) or say("要求", "asked for")


def asks(say: Say, given: Settings) -> str:
    """How strictly a check is asked for, in one line; empty where the text says no more than that it asks."""
    parts = []
    if given.chain:
        steps = words.listed(say, (say(*STEPS[step.value]) for step in given.chain))
        parts.append(say(f"环节：{steps}", f"steps: {steps}"))
    if given.in_order:
        parts.append(say("依次", "in this order"))
    if given.separate:
        parts.append(say("由不同的人", "by different people"))
    if given.within is not None:
        parts.append(words.worded(say, limit_words(given.within)))
    if given.answered_within is not None:
        said = words.worded(say, limit_words(given.answered_within))
        parts.append(say(f"反馈：{said}", f"answered {said}"))
    if given.sides is not None:
        parts.append(say(f"至少{given.sides}方", f"from {given.sides} sides"))
    if given.read_back:
        parts.append(say("电话批示复述核对", "what came by phone is read back"))
    return say("，", ", ").join(parts)


# -- limits in a review ---------------------------------------------------------------------------------------

CLOCKS = {
    "opened": ("立案", "the opening"),
    "determined": ("作出认定", "the determination"),
    "delivered": ("送达", "the delivery"),
    "appealed": ("申请", "the application"),
    "accepted": ("受理", "its acceptance"),
}
_ROUNDS = {
    "first": ("对认定的", "against the determination"),
    "second": ("对申请决定的", "against the decision of an appeal"),
}
_BODIES = {"same": ("原机关", "the body that determined"), "other": ("另一机关", "another body")}


def _review_scope(say: Say, one: ReviewRule, _book: Rulebook) -> Parts:
    more = [say(*_ROUNDS[one.round])] if one.round else []
    more += [say(*_BODIES[one.body])] if one.body else []
    aside = say(f"（{'，'.join(more)}）", f" ({', '.join(more)})") if more else ""
    yield say("步骤", "step"), f"{words.worded(say, REVIEW_STEPS[one.step])}{aside}"
    named = (words.worded(say, PROCEEDINGS[each]) for each in one.proceedings)
    yield say("处理方式", "proceedings"), words.listed(say, named)


def _review_value(say: Say, value: ReviewValue, _book: Rulebook) -> str:
    if value.limit is None:
        return say("废止", "repealed")
    limit, start = limit_words(value.limit), CLOCKS[value.clock]
    after = " after" if value.limit.no_hours is not None else ", counted from"
    parts = [say(f"{start[0]}后{limit.zh}", f"{limit.en}{after} {start[1]}")]
    if value.extension is not None:
        longer = length_words(value.extension)
        parts.append(say(f"可延长{longer.zh}", f"may be extended by {longer.en}"))
    if value.accepted_within is not None:
        days = value.accepted_within
        parts.append(
            say(
                f"申请后{days}个工作日视为受理",
                f"counts as accepted {days} working days after the application",
            )
        )
    if value.leaves_open is not None:
        parts.append(say(value.leaves_open.zh, value.leaves_open.en))
    return say("；", "; ").join(parts)


# -- schemes of points ----------------------------------------------------------------------------------------

USES = {
    "special-report": ("专报", "special report"),
    "for-leaders": ("送阅", "sent to leaders"),
    "on-request": ("约稿", "written on request"),
    "compiled": ("综合", "compiled"),
    "on-file": ("备查", "on file"),
}
_RESULTS = {
    "sum": ("各项合计", "sum of the points"),
    "mean-per-item": ("每条平均", "points by the number of items"),
}
_ITEMS = {
    "incident": ("一条：一起事件", "an item is an incident"),
    "adopted-report": ("一条：一篇采用的报告", "an item is a report that was used"),
}


def _scheme_value(say: Say, value: SchemeValue, _book: Rulebook) -> str:
    if value.lines is None:
        return say("不再计分", "ended")
    parts = [say(*_RESULTS[value.result]), say(*_ITEMS[value.items])]
    if value.base is not None:
        parts.append(say(f"基础分{value.base}", f"begins with {value.base}"))
    if value.floor is not None:
        parts.append(say(f"最低{value.floor}分", f"never below {value.floor}"))
    if value.presumed:
        parts.append(say("推定的也计", "what is presumed counts"))
    return say("；", "; ").join(parts)


def _scheme_lines(say: Say, value: SchemeValue, _book: Rulebook) -> Iterator[str]:
    for line in value.lines or ():
        yield line_words(say, line)
    if value.grades:
        named = (grade_words(say, grade) for grade in value.grades)
        yield f"{say('等次：', 'grades: ')}{words.listed(say, named)}"


def line_words(say: Say, line: SchemeLine) -> str:
    """One line of a scheme: its name, its words, what it counts and how much that gives."""
    told = _counted(say, line.what) or say("没有可对应的记录", "nothing on record answers to it")
    colon = say("：", ": ")
    return f"{line.name}{colon}{say(line.title.zh, line.title.en)} [{told}{colon}{_amount(say, line)}]"


def grade_words(say: Say, grade: Grade) -> str:
    """A grade, and from which result on it is given where the text says so."""
    return say(grade.title.zh, grade.title.en) + ("" if grade.at_least is None else f" ≥ {grade.at_least}")


def _counted(say: Say, what: Counts) -> str:
    tiers = words.listed(say, (words.worded(say, TIERS[tier]) for tier in what.instruction or what.commended))
    if what.findings:
        return words.listed(say, (words.worded(say, KINDS[fault]) for fault in what.findings))
    if what.adopted is not None:
        return say(*USES[what.adopted])
    if what.instruction:
        return say(f"批示（{tiers}）", f"instruction ({tiers})")
    if what.commended:
        return say(f"肯定（{tiers}）", f"commended ({tiers})")
    return say("图像音视频", "pictures or sound") if what.media else ""


def _amount(say: Say, line: SchemeLine) -> str:
    if line.share_of_item is not None:
        return say(f"该条的{line.share_of_item}%", f"{line.share_of_item}% of the item")
    return say("未给分值", "no amount given") if line.points is None else f"{line.points:+}"


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


SORTS_OF_FILES: Mapping[str, Sort] = {
    "levels": Sort(
        ("分级标准", "Tables of levels"),
        _levels_value,
        _levels_scope,
        _levels_lines,
        own=_same("window"),
        dated=_same("thresholds", "together", "circumstances"),
    ),
    "provisions": Sort(
        ("定义、责任与程序", "Provisions"),
        _provision_value,
        _provision_scope,
        own=_same("sort", "faults", "whom"),
        dated=_same("says"),
        beside=_same("prevails_over"),
    ),
    "elements": Sort(
        ("报告要素", "Elements of reports"),
        _elements_value,
        _elements_scope,
        _elements_lines,
        own=_same("stages", "channel"),
        dated=_same("required", "unknown_allowed"),
    ),
    "review": Sort(
        ("责任追究的期限", "Limits in a review"),
        _review_value,
        _review_scope,
        own=_same("step", "round", "body", "proceedings"),
        dated=_same("limit", "clock", "extension", "accepted_within", "leaves_open"),
    ),
    "norms": Sort(
        ("四个统一规范的检查", "Checks of the four norms"),
        _norm_value,
        _norm_scope,
        own={"norm": "check.norm", "check": "check"},
        dated=_same("asks"),
        beside=_same("beside"),
    ),
    "schemes": Sort(
        ("考核计分", "Schemes of points"),
        _scheme_value,
        lines=_scheme_lines,
        dated={**_same("result", "items", "base", "floor", "presumed", "grades"), "scheme_lines": "lines"},
    ),
}
"""By the folder below that of the country."""
