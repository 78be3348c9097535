"""The rules as Markdown pages for reading: one a pack, both languages, every citation. Made, never edited."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from emergency.domain.times import CHINA
from emergency.rulebook import Example, Rule, Rulebook, Title, Unread, Value
from emergency.rulebook.calendar_year import CalendarYear
from emergency.rulebook.data_model import Dated
from emergency.rulebook.folders import BY_NAME, dated
from emergency_cli import rules_folders as folders
from emergency_cli import rules_words as words
from emergency_cli.rules_folders import SORTS_OF_FILES, Sort
from emergency_cli.rules_words import Say

MADE = "<!-- made by `emergency rules reference`; edit the rules, not this page -->"

Told = Callable[[Say], str]


def pages(book: Rulebook) -> dict[str, str]:
    """Give the pages by file name, ``README.md`` among them, which lists the others."""
    packs: dict[str, list[str]] = {}
    titles: dict[str, str] = {}
    for name, title, blocks in _packs(book):
        packs[f"{name}.md"] = blocks
        titles[f"{name}.md"] = title
    made = {name: _page(titles[name], blocks) for name, blocks in packs.items()}
    counted = {name: sum(block.startswith("### ") for block in blocks) for name, blocks in packs.items()}
    index = [f"- [{titles[name]}]({name}): {counted[name]}" for name in made]
    unsure = sum(not value.confirmed for rule in book.rules for value in rule.values.values())
    values = sum(len(rule.values) for rule in book.rules)
    intro = (
        f"{len(book.rules)} rules with {values} dated values, {unsure} of them not confirmed: their text was not read, "
        "and they give at most a *possible* finding. Times are those of China. What is said in both languages stands "
        "in Chinese first. The pages are made from the rule files; see [how a rule is written](../README.md)."
    )
    return {"README.md": _page("规则一览 · The rules", [intro, "\n".join(index)]), **made}


def _page(title: str, blocks: Iterable[str]) -> str:
    return "\n\n".join([MADE, f"# {title}", *blocks]) + "\n"


def _packs(book: Rulebook) -> Iterator[tuple[str, str, list[str]]]:
    """Each pack: file name, title, blocks."""
    rules: dict[str, list[Rule]] = defaultdict(list)
    for rule in sorted(book.rules, key=lambda rule: rule.id):
        rules["/".join(rule.id.split("/")[:3])].append(rule)
    for pack in sorted(rules, key=lambda pack: ("/local/" in pack, pack)):
        kind = "地方规则 · Local rules" if "/local/" in pack else "全国规则 · National rules"
        yield pack.replace("/", "-"), f"{kind}: {pack}", [_rule(rule, book) for rule in rules[pack]]
    others: list[tuple[str, str, list[str]]] = [
        (
            name,
            " · ".join(sort.title),
            [_other(one, book, sort) for one in _by_id(getattr(book, BY_NAME[name].shelf))],
        )
        for name, sort in SORTS_OF_FILES.items()
    ]
    others += [
        ("unconfirmed", "原文未核对 · Not confirmed", list(_unconfirmed(book))),
        (
            "unread",
            "尚未读到的文本 · Texts that nobody has read",
            [_unread(one) for one in _by_id(book.unread)],
        ),
        (
            "calendar",
            "工作日 · Working days",
            [
                _year(country, year)
                for country, calendar in book.calendars.items()
                for _, year in sorted(calendar.years.items())
            ],
        ),
    ]
    yield from (other for other in others if other[2])


def _by_id(scoped: Iterable[Any]) -> list[Any]:
    return sorted(scoped, key=lambda one: one.id)


def _both(told: Told) -> str:
    """The words in Chinese and in English, once where they are the same."""
    zh, en = told(lambda zh, _: zh), told(lambda _, en: en)
    return _plain(_side_by_side(zh, en))


def _side_by_side(zh: str, en: str) -> str:
    """Both, or the English where the Chinese is the same but for its punctuation."""
    alike = zh.replace("、", ", ").replace("，", ", ").replace("：", ": ") == en
    return en if alike else f"{zh} · {en}"


def _plain(text: str) -> str:
    """Text that Markdown takes as it stands, on one line."""
    return re.sub(r"([\\`*_<>\[\]|])", r"\\\1", " ".join(text.split()))


def _title(title: Title) -> str:
    return f"**{_plain(title.zh)}** · {_plain(title.en)}"


def _head(identity: str, title: Title) -> list[str]:
    return [f"### {identity}", "", _title(title), ""]


def _rule(rule: Rule, book: Rulebook) -> str:
    lines = _head(rule.id, rule.title)
    zh = words.scope(lambda zh, _: zh, rule, book)
    en = words.scope(lambda _, en: en, rule, book)
    for (name, said), (english, meant) in zip(zh, en, strict=True):
        lines.append(f"- {name} {english}: {_plain(_side_by_side(said, meant))}")
    lines += [f"- 汇编行号 row: {_plain(rule.row)}", ""]
    for since, value in rule.values.items():
        said = "废止 · repealed"
        if isinstance(value, Value):
            held = value
            said = _both(lambda say, held=held: words.limit(say, held.limit, held.clock))  # type: ignore[misc]
        lines += _value(f"**{since}**: {said}", value)
    if rule.examples:
        lines += ["", "例子 Examples:", ""]
        lines += [_example(number, one) for number, one in enumerate(rule.examples, 1)]
    if rule.accepts:
        lines += ["", "已看过的提醒 Warnings looked at:", ""]
        lines += [f"- `{code}`: {_plain(why)}" for code, why in rule.accepts.items()]
    return "\n".join(lines)


def _example(number: int, one: Example) -> str:
    """One line in no language: from the start of the clock to the report, and what comes of it."""
    sent = ", ".join(_minute(moment) for moment in one.sent) or "–"
    beside = [
        f"{name} {_minute(moment)}"
        for name, moment in (
            ("事发 occurred", one.occurred),
            ("获悉 learned", one.learned),
            ("稳定 stable", one.ends),
        )
        if moment is not None
    ]
    beside += [*([one.kind] if one.kind else []), *words.facts(lambda _, en: en, one)]
    beside += [one.channel.value] if one.channel is not None else []
    beside += [one.why] if one.why else []
    then = one.then if isinstance(one.then, Mapping) else {None: one.then}
    came = ", ".join(f"{day or ''} {' '.join(words.STATES[state])}".strip() for day, state in then.items())
    return f"{number}. {_minute(one.starts)} → {sent}: {came}" + (
        f" ({_plain(', '.join(beside))})" if beside else ""
    )


def _minute(moment: datetime) -> str:
    there = moment.astimezone(CHINA)
    return there.strftime("%Y-%m-%d %H:%M:%S" if there.second else "%Y-%m-%d %H:%M")


def _value(said: str, value: Dated) -> list[str]:
    citation = value.citation
    promulgated = f", 公布 promulgated {citation.promulgated}" if citation.promulgated else ""
    checked = f" {value.checked_on}" if value.confirmed and value.checked_on else ""
    sure = "原文已核对 confirmed" if value.confirmed else "**原文未核对 text not confirmed**"
    lines = [f"- {said}", f"  - {_plain(words.cited(citation))}{promulgated}; {sure}{checked}"]
    if citation.text:
        lines.append(f"  - “{_plain(citation.text)}”")
    lines.append(f"  - 来源 source: {_plain(citation.source)}; 入库 recorded {value.recorded_on}")
    if value.note:
        lines.append(f"  - 说明 note: {_of_note(value.note)}")
    return lines


def _of_note(note: Title) -> str:
    return f"{_plain(note.zh)} · {_plain(note.en)}"


def _scope(one: Any) -> list[str]:  # noqa: ANN401 - whatever is scoped
    found = []
    for name, held in (
        ("类别 categories", one.categories),
        ("种类 kinds", one.kinds),
        ("不含 except", one.kinds_except),
        ("地域 where", one.where),
    ):
        if held:
            found.append(f"- {name}: {_plain(', '.join(held))}")
    return found


def _other(one: Any, book: Rulebook, sort: Sort) -> str:  # noqa: ANN401 - of any folder beside the rules
    lines = _head(one.id, one.title)
    zh = folders.scope(lambda zh, _: zh, one, book, sort)
    en = folders.scope(lambda _, en: en, one, book, sort)
    for (name, said), (english, meant) in zip(zh, en, strict=True):
        lines.append(f"- {name} {english}: {_plain(_side_by_side(said, meant))}")
    lines += [*([] if one.row is None else [f"- 汇编行号 row: {_plain(one.row)}"]), ""]
    for since, value in one.values.items():
        said = _both(lambda say, held=value: sort.value(say, held, book))  # type: ignore[misc]
        lines += _value(f"**{since}**" + (f": {said}" if said else ""), value)
        chinese = sort.lines(lambda zh, _: zh, value, book)
        english_too = sort.lines(lambda _, en: en, value, book)
        for first, second in zip(chinese, english_too, strict=True):
            lines.append(f"  - {_plain(_side_by_side(first, second))}")
    return "\n".join(lines)


def _unconfirmed(book: Rulebook) -> Iterator[str]:
    """By text, every value that rests on it and that nobody has compared with it."""
    found: dict[str, list[str]] = defaultdict(list)
    for scope in sorted(dated(book), key=lambda scope: scope.id):
        for since, value in scope.values.items():
            if not value.confirmed:
                citation = value.citation
                text = " ".join(part for part in (f"《{citation.law}》", citation.number) if part)
                note = "" if value.note is None else f"; {_of_note(value.note)}"
                found[text].append(f"- {scope.id} ({since}): {_plain(citation.source)}{note}")
    for text in sorted(found):
        yield "\n".join([f"### {_plain(text)}", "", *found[text]])


def _unread(one: Unread) -> str:
    lines = [*_head(one.id, one.title), f"- 施行 since: {one.since}", *_scope(one)]
    lines += [f"- 可能改变 may have changed: `{pattern}`" for pattern in one.rules]
    lines += [
        f"- 文本 text: {_plain(words.cited(one.citation))}; 来源 source: {_plain(one.citation.source)}",
        f"- {_plain(one.says.zh)} · {_plain(one.says.en)}",
        f"- 汇编行号 row: {_plain(one.row)}; 入库 recorded {one.recorded_on}",
    ]
    return "\n".join(lines)


def _year(country: str, year: CalendarYear) -> str:
    sure = "原文已核对 confirmed" if year.confirmed else "**原文未核对 text not confirmed**"
    lines = [
        f"### {country}/calendar/{year.year}",
        "",
        f"- {_plain(words.cited(year.citation))}; {sure}",
        f"- 来源 source: {_plain(year.citation.source)}; 入库 recorded {year.recorded_on}",
        *(f"- 另据 also: {_plain(words.cited(other))}; {_plain(other.source)}" for other in year.also),
        f"- 放假 off: {', '.join(f'{day:%m-%d}' for day in year.holidays)}",
        f"- 上班 worked: {', '.join(f'{day:%m-%d}' for day in year.workdays) or '–'}",
    ]
    if year.note:
        lines.append(f"- 说明 note: {_of_note(year.note)}")
    return "\n".join(lines)


def _named(known: Mapping[str, tuple[str, str]], slug: str) -> str:
    return " · ".join(known[slug])
