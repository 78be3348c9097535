"""The questions of the form, and how their answers are read: by what reads the one-line commands, too.

What is kept of an answer is the word that the one-line command takes, so that the form ends in that command.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from emergency_cli.bilingual import Both, WrongUseError, both
from emergency_cli.context import Settings, now

if TYPE_CHECKING:
    from emergency.domain.offices import Directory
    from emergency.domain.values import StatedTime
    from emergency_cli.kept import Answer

NEW = "new"
"""Said of an incident: one that is not on record yet."""
NEW_WORDS = (NEW, "+", "新", "新事件")
ASK = "-"
"""Said of an informant: the name is asked for when the clue is recorded, and kept nowhere before."""
NONE = ("-", "无", "none")
"""Leaves a question without an answer."""
YES, NO = ("y", "yes", "是"), ("n", "no", "否")
SHOWN = 9
"""So many incidents or entries are offered by number."""


class Understood(NamedTuple):
    """An answer that can be read.

    Args:
        said: What is kept of it.
        shown: How it is read back.
        words: What the one-line command says for it.
    """

    said: str
    shown: str
    words: tuple[str, ...] = ()


@dataclass(slots=True)
class Choice:
    """One of several that can be picked by its number."""

    said: str
    shown: str


@dataclass
class Desk:
    """Where the form is filled in.

    Args:
        settings: Of this run.
        answers: What was answered so far.
        recent: What was offered by number for the question that is being asked.
    """

    settings: Settings
    answers: Mapping[str, Answer]
    recent: list[Choice] = field(default_factory=list)

    def said(self, question: str) -> str | None:
        """What was answered; None where nothing was."""
        answer = self.answers.get(question)
        return answer.said if answer else None

    @cached_property
    def directory(self) -> Directory:
        """The offices."""
        return self.settings.engine.directory()

    @property
    def acting(self) -> str:
        """Who acts: the office at the keyboard, unless another's act is logged."""
        return self.said("from") or self.settings.identity.office

    def office(self, known: str) -> str:
        """An office by name and id."""
        return f"{self.directory.name(known)} ({known})"


Read = Callable[[Desk, str, datetime], Understood]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing that the form asks.

    Args:
        key: What the answer is kept under.
        title: What is asked, in a few words.
        explained: What ``?`` says of it.
        read: Makes sense of what was typed, or raises what is wrong with it.
        offer: What Enter answers where nothing is typed; None = nothing.
        choices: What can be picked by its number.
        needed: It cannot be left without an answer.
        asked: Asked in turn; otherwise only where somebody picks it from the summary.
    """

    key: str
    title: Both
    explained: Both
    read: Read
    offer: Callable[[Desk], str | None] = lambda _: None
    choices: Callable[[Desk], list[Choice]] = lambda _: []
    needed: bool = False
    asked: bool = True


# -- how answers are read --------------------------------------------------------------------------------------


def free(option: str) -> Read:
    """Any words."""

    def read(desk: Desk, text: str, hour: datetime) -> Understood:
        del desk, hour
        return Understood(text, text, (option, text))

    return read


def choice(option: str, words: Mapping[str, Both]) -> Read:
    """One of a few words, by itself, by its Chinese or by its number."""

    def read(desk: Desk, text: str, hour: datetime) -> Understood:
        del desk, hour
        said = text.lower()
        for number, (word, names) in enumerate(words.items(), start=1):
            if said in (word, str(number), names.zh, str.lower(names)):
                return Understood(word, f"{names.chosen} ({word})", (option, word) if option else ())
        said_en = ", ".join(f"{number} {word}" for number, word in enumerate(words, start=1))
        said_zh = "，".join(f"{number} {names.zh}" for number, names in enumerate(words.values(), start=1))
        raise WrongUseError(
            f"There is no {text!r} here, but: {said_en}.", zh=f"没有“{text}”这一项。可选：{said_zh}。"
        )

    return read


def listed(words: Mapping[str, Both]) -> Callable[[Desk], list[Choice]]:
    """The same words, to be picked from."""
    return lambda _: [Choice(word, names.chosen) for word, names in words.items()]


def flag(yes: str, no: str | None) -> Read:
    """Yes or no, each with its own word of the command."""

    def read(desk: Desk, text: str, hour: datetime) -> Understood:
        del hour
        say = desk.settings.say
        if text.lower() in YES:
            return Understood("y", say("是", "yes"), (yes,))
        if text.lower() in NO:
            return Understood("n", say("否", "no"), (no,) if no else ())
        raise WrongUseError(f"{text!r}: answer y or n.", zh=f"“{text}”：请答 y（是）或 n（否）。")

    return read


def category(desk: Desk) -> str:
    """That of the kind; an accident where the kind tells none."""
    from emergency.rulebook.kinds import category_of, kind_named  # noqa: PLC0415 - help needs no engine

    rulebook = desk.settings.engine.rulebook
    found = category_of(kind_named(desk.said("kind") or "", rulebook), rulebook)
    return found.value if found is not None else "accident"


def time(option: str) -> Read:
    """When: as people say it, held fast to the hour at which it was said."""

    def read(desk: Desk, text: str, hour: datetime) -> Understood:
        from emergency.domain.times import AmbiguousTimeError, understood  # noqa: PLC0415 - help needs no engine

        if text.isdecimal() and 1 <= int(text) <= len(desk.recent):
            text = desk.recent[int(text) - 1].said
        try:
            meant = understood(text, hour, desk.settings.zone(desk.directory))
        except AmbiguousTimeError as error:
            desk.recent = [Choice(one, one) for one in error.written]
            listed = "  ".join(f"{number} {one}" for number, one in enumerate(error.written, start=1))
            raise WrongUseError(
                f"{text!r} could be {listed}. Type the number.", zh=f"“{text}”可能是：{listed}。请填序号。"
            ) from None
        words = _lasting(desk, text, meant)
        now_anyway = option == "--at" and words == "now"
        return Understood(text, _time_shown(desk, meant), () if now_anyway else (option, words))

    return read


def _lasting(desk: Desk, text: str, meant: StatedTime) -> str:
    """The words, where they mean now what they meant then; otherwise digits that always do."""
    from emergency.domain.intervals import Interval  # noqa: PLC0415 - as above
    from emergency.domain.spoken import written  # noqa: PLC0415
    from emergency.domain.times import understood  # noqa: PLC0415
    from emergency.errors import UsageError  # noqa: PLC0415

    zone = desk.settings.zone(desk.directory)
    with suppress(UsageError):
        found = understood(text, now(), zone)
        if (found.earliest, found.latest, found.basis) == (meant.earliest, meant.latest, meant.basis):
            return text
    about = meant.basis is not None and meant.basis.value == "about"
    return ("约 " if about else "") + written(Interval(meant.earliest, meant.latest), zone)


def _time_shown(desk: Desk, meant: StatedTime) -> str:
    from emergency_cli.words import between  # noqa: PLC0415 - as above

    say, zone = desk.settings.say, desk.settings.zone(desk.directory)
    if meant.earliest is None and meant.latest is None:
        return say("不明", "unknown")
    ends = {
        name: end.astimezone(zone).isoformat() if end else None
        for name, end in (("earliest", meant.earliest), ("latest", meant.latest))
    }
    return (
        say("约 ", "about ") if meant.basis is not None and meant.basis.value == "about" else ""
    ) + between(ends)


_PARTED = re.compile(r"[\s,，、;；]+")


def offices(option: str, *, several: bool = True) -> Read:
    """Offices by id, by name or by number."""

    def read(desk: Desk, text: str, hour: datetime) -> Understood:
        del hour
        found = [_office(desk, word) for word in _PARTED.split(text.strip(",，、;； "))]
        if len(found) > 1 and not several:
            raise WrongUseError("Name one office only.", zh="此处只能填一个单位。")
        found = list(dict.fromkeys(found))
        return Understood(
            " ".join(found),
            desk.settings.say("、", ", ").join(map(desk.office, found)),
            tuple(word for one in found for word in (option, one)),
        )

    return read


def _office(desk: Desk, word: str) -> str:
    from emergency_cli.asking import meant  # noqa: PLC0415 - as above
    from emergency_cli.entries import PUBLIC  # noqa: PLC0415 - as above

    if word in desk.directory or word == PUBLIC:
        return word
    if word.isdecimal() and 1 <= int(word) <= len(desk.recent):
        return desk.recent[int(word) - 1].said
    named = [one.id for one in desk.directory if one.name == word]
    named = named or [one.id for one in desk.directory if word in one.name]
    if len(named) == 1:
        return named[0]
    if named:
        some = "、".join(f"{desk.directory.name(one)} ({one})" for one in named[:5])
        raise WrongUseError(f"{word} fits several offices: {some}.", zh=f"“{word}”对应多个单位：{some}。")
    near = meant(word, [*(one.id for one in desk.directory), *(one.name for one in desk.directory)])
    raise WrongUseError(
        f"There is no office {word} in the directory.{near} `emergency offices list` shows them.",
        zh=f"报送网络中没有单位“{word}”。{near.zh}查看全部单位：emergency offices list。",
    )


def superiors(desk: Desk) -> list[Choice]:
    """To whom the acting office reports."""
    day = now().astimezone(desk.settings.zone(desk.directory)).date()
    return [Choice(up, desk.office(up)) for up in desk.directory.superiors(desk.acting, day)]


def figures(desk: Desk, text: str, hour: datetime) -> Understood:
    """Counts as people say them."""
    del hour
    from emergency.domain.values import Facts  # noqa: PLC0415 - as above
    from emergency_cli.entries import valid  # noqa: PLC0415
    from emergency_cli.figures import facts_of  # noqa: PLC0415
    from emergency_cli.words import figures as figures_words  # noqa: PLC0415

    # A phrase, like 2死3伤, is read as a whole.
    parts = re.split(r"[\s、;；]+|[,，](?!\d{3}(?!\d))", text) if re.search("[=＝]", text) else [text]
    words = [word for word in parts if word]
    facts = valid(Facts, facts_of(words))
    return Understood(" ".join(words), figures_words(desk.settings, facts), tuple(words))


def elements(desk: Desk, text: str, hour: datetime) -> Understood:
    """What is said beside figures; of a name or phone no more than that it was told."""
    del hour
    from emergency.domain.values import PERSONAL  # noqa: PLC0415 - as above
    from emergency_cli.elements import element_name, elements_of  # noqa: PLC0415

    says, verifying = [], []
    for part in filter(None, (part.strip() for part in re.split(r"[;；]", text))):
        name, _, value = part.replace("＝", "=", 1).partition("=")
        if value.strip() in ("?", "？", "核实中", "正在核实"):
            verifying.append(name.strip())
        else:
            says.append(part)
    with _unheard():
        found, gone = elements_of(desk.settings, says, verifying)
    if gone:
        raise WrongUseError(
            f"{gone[0]}: say what it is, like {gone[0]}=TEXT.",
            zh=f"{gone[0]}：请写明内容，如 {gone[0]}=内容。",
        )
    kept = [
        f"{one.of}=?" if one.verifying else one.of if one.of in PERSONAL else f"{one.of}={one.text}"
        for one in found
    ]
    words = tuple(
        word
        for one, said in zip(found, kept, strict=True)
        for word in (("--verifying", one.of) if one.verifying else ("--say", said))
    )
    say = desk.settings.say
    shown = "；".join(
        element_name(desk.settings, one.of)
        + (say("：正在核实", ": being verified") if one.verifying else f"：{one.text}" if one.text else "")
        for one in found
    )
    if any(one.of in PERSONAL for one in found):
        shown += say("（姓名、电话不入日志，也不暂存）", " (names and phones are neither logged nor kept)")
    return Understood("；".join(kept), shown, words)


def _unheard() -> AbstractContextManager[object]:
    """The same note would come twice."""
    import contextlib  # noqa: PLC0415
    import io  # noqa: PLC0415

    return contextlib.redirect_stderr(io.StringIO())


def division(desk: Desk, text: str, hour: datetime) -> Understood:
    """Six digits."""
    del desk, hour
    if not re.fullmatch(r"[0-9]{6}", text):
        raise WrongUseError(
            f"{text}: a division code has six digits, like 320921.",
            zh=f"{text}：行政区划代码为六位数字，如 320921。",
        )
    return Understood(text, text, ("--division", text))


def level(desk: Desk, text: str, hour: datetime) -> Understood:
    """A level, as the command takes it behind the incident."""
    del desk, hour
    from emergency_cli.figures import level_of  # noqa: PLC0415 - as above

    found = level_of(text, text) or text
    return Understood(found, found, (found,))


def marking(option: str, words: Mapping[str, str]) -> Read:
    """Secrecy or urgency, in the words of `emergency_cli.markings`."""
    return choice(option, {word: both(zh, word) for word, zh in words.items()})


def entry(desk: Desk, text: str, hour: datetime) -> Understood:
    """An entry of the incident, by its number."""
    del hour
    ref = desk.said("incident") or ""
    number = text.removeprefix("#").removeprefix("＃")
    found = desk.settings.engine.entry(ref, f"#{number}" if number.isdecimal() else number)
    shown = next((one.shown for one in entries_of(desk) if one.said == number), "")
    return Understood(number, shown or str(getattr(found.event, "office", "")), (number,))


def entries_of(desk: Desk) -> list[Choice]:
    """The newest entries, by their own numbers."""
    from emergency_cli.glance import entries  # noqa: PLC0415 - as above

    found = entries(desk.settings, desk.said("incident") or "", newest=SHOWN)
    return [Choice(str(number), words) for number, words in found]


def incident(desk: Desk, text: str, hour: datetime) -> Understood:
    """One on record, by number or the beginning of its reference; or a new one."""
    del hour
    if text.lower() in NEW_WORDS:
        return Understood(NEW, desk.settings.say("新事件", "a new incident"))
    if text.isdecimal() and 1 <= int(text) <= len(desk.recent):
        text = desk.recent[int(text) - 1].said
    ref = desk.settings.incident(text)
    from emergency_cli.glance import title_of  # noqa: PLC0415 - as above

    return Understood(ref, f"{ref}  {title_of(desk.settings, ref)}".rstrip(), (ref,))


def incidents_of(desk: Desk) -> list[Choice]:
    """The newest incidents."""
    from emergency_cli.glance import newest_incidents  # noqa: PLC0415 - as above

    return [Choice(ref, f"{ref}  {title}") for ref, title in newest_incidents(desk.settings, SHOWN)]


def informant(desk: Desk, text: str, hour: datetime) -> Understood:
    """Whom a clue came from: an id, or to be asked for when it is recorded; a name is not taken here."""
    del hour
    say = desk.settings.say
    if text.lower() in (*YES, ASK):
        return Understood(
            ASK, say("入库时再问，不暂存", "asked for when it is recorded; not kept"), ("--informant", ASK)
        )
    if text.lower() in NO:
        return Understood("n", say("无", "none"))
    if not text.isascii() or text.isdecimal():
        raise WrongUseError(
            "Type no name or phone here: answer y, and it is asked for, unseen, when the clue is recorded.",
            zh="此处不要输入姓名、电话：请答 y，入库时再以不显示的方式询问。",
        )
    found = desk.settings.engine.people.resolve(text)
    return Understood(found, found, ("--informant", found))


def draft(desk: Desk, text: str, hour: datetime) -> Understood:
    """Whether the unified draft is sent as it was issued, and whose."""
    say = desk.settings.say
    if text.lower() in NO:
        return Understood("n", say("否", "no"))
    if text.lower() in YES:
        return Understood("y", say("按已签发的统稿", "as the unified draft was issued"), ("--draft",))
    found = offices("--draft", several=False)(desk, text, hour)
    return found._replace(words=("--draft", found.said))


def last_told(name: str) -> Callable[[Desk], str | None]:
    """What was answered the last time this office sent something from a form."""
    from emergency_cli.context import remembered  # noqa: PLC0415 - where it is used

    def offered(desk: Desk) -> str | None:
        form = remembered().get("form")
        last = form.get(desk.settings.url, {}) if isinstance(form, dict) else {}
        mine = last.get(desk.settings.identity.office, {}) if isinstance(last, dict) else {}
        found = mine.get(name) if isinstance(mine, dict) else None
        return found if isinstance(found, str) else None

    return offered


def last_incident(desk: Desk) -> str | None:
    """The incident last recorded on in this store, where it is still there."""
    from emergency_cli.context import remembered  # noqa: PLC0415 - as above
    from emergency_cli.glance import title_of  # noqa: PLC0415

    last = remembered().get("incidents")
    found = last.get(desk.settings.url) if isinstance(last, dict) else None
    if isinstance(found, str) and title_of(desk.settings, found):
        return found
    return None if desk.recent else NEW


def last_or_superior(desk: Desk) -> str | None:
    """To whom the last one went; before there is one, to the only superior."""
    last = last_told("to")(desk)
    if last and all(one in desk.directory for one in last.split()):
        return last
    above = superiors(desk)
    return above[0].said if len(above) == 1 else None


def spelled(words: Iterable[str]) -> str:
    """A command as one types it in a shell."""
    return " ".join(
        word if re.fullmatch(r"[\w@%+=:,./-]+", word) else "'" + word.replace("'", "'\\''") + "'"
        for word in words
    )


def numbered(choices: Sequence[Choice]) -> list[str]:
    """Choices with their numbers; entries have numbers of their own."""
    return [
        f"{number} {one.shown}" if not one.said.isdecimal() else f"#{one.said} {one.shown}"
        for number, one in enumerate(choices, start=1)
    ]
