"""``emergency form``: an entry, question by question; it ends in the one-line command that says the same.

What was answered is kept before each question (`kept`), so that nothing that ends the program loses it.
"""

from __future__ import annotations

import sys
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from unicodedata import category

import click

from emergency_cli.asking import on_terminal
from emergency_cli.bilingual import WrongUseError, command, of_system
from emergency_cli.context import (
    Settings,
    common_options,
    identity_options,
    now,
    pass_settings,
    remember,
    remembered,
)
from emergency_cli.lazy import INTERRUPTED, leave

if TYPE_CHECKING:
    from emergency_cli.kept import Unsent
    from emergency_cli.questions import Desk, Question, Understood

BACK = ("<", "＜", "上一步", "back")
HELP = ("?", "？", "help", "帮助")
YES = ("y", "yes", "是", "入库")


@command(
    "form",
    zh="""在终端上逐项录入。

    ACT 是单行命令的名称，如 learn、report、follow-up；INCIDENT 是事件编号的开头，- 为上次的事件，new 为新事件。
    只问还缺的内容；方括号里是默认值，直接回车即采用。填错可以返回，最后逐项核对后才入库，并显示作用相同的单行命令。

    中断（Ctrl-C、关闭窗口）时，已填内容留作未提交的录入，不算报告：emergency unsent 可列出、续录、丢弃。
    """,
)
@click.argument("act", required=False)
@click.argument("incident", required=False)
@identity_options
@common_options
@pass_settings
def form(settings: Settings, act: str | None, incident: str | None) -> None:
    """Enter an act on a terminal, question by question.

    ACT is the name of a one-line command, like learn, report or follow-up; INCIDENT the beginning of a reference, - for
    the last one, new for a new one. Only what is missing is asked. What stands in brackets is taken by Enter. You can
    go back, and look over all of it before it is recorded; the one-line command that says the same is shown.

    If you break off (Ctrl-C, a closed window), what was answered is kept as an unsent entry, which is no report:
    `emergency unsent` lists it, goes on with it or throws it away.
    """
    _check_terminal(settings, act)
    settings.only_read()
    identity = settings.identity
    from emergency_cli.kept import Unsent  # noqa: PLC0415 - help needs none of it

    begun = Unsent(
        store=without_password(settings.url),
        office=identity.office,
        since=now().isoformat(),
        command_id=str(uuid.uuid4()),
    )
    sheet = Form(settings, begun)
    for key, said in (("act", act), ("incident", incident)):
        if said is not None:
            sheet.take(key, said)
    sheet.fill_in()


def _check_terminal(settings: Settings, act: str | None) -> None:
    del settings
    if on_terminal() and sys.stdout.isatty():
        return
    from emergency_cli.acts import ACTS  # noqa: PLC0415 - as above

    name = act if act in ACTS else "report"
    raise WrongUseError(
        "The form asks questions, and nobody sits at a terminal here. Say all of it in one line: "
        f"`emergency {name} --help` shows how.",
        zh=f"逐项录入需要在终端上进行。此处请用单行命令，写法见 emergency {name} --help。",
    )


def without_password(url: str) -> str:
    """The store's URL as it may be kept and shown."""
    import re  # noqa: PLC0415 - as above

    return re.sub(r"(//[^/@:]*):[^@/]*@", r"\1@", url)


TITLE, SHORT = 22, 24
"""Where a second column begins; so wide may choices be that stand side by side."""


class Form:
    """One entry in the making.

    Args:
        settings: Of this run.
        unsent: What was answered so far.
    """

    def __init__(self, settings: Settings, unsent: Unsent) -> None:
        self._settings = settings
        self._unsent = unsent
        self._given: set[str] = set()
        self._typed = False
        self._troubled = False

    # -- answers ---------------------------------------------------------------------------------------------

    def _desk(self) -> Desk:
        from emergency_cli.questions import Desk  # noqa: PLC0415 - help needs none of it

        return Desk(self._settings, self._unsent.answers)

    def _questions(self) -> list[Question]:
        from emergency_cli.acts import questions  # noqa: PLC0415 - as above

        return questions(self._unsent.said("act"), self._unsent.said("incident"))

    def take(self, key: str, said: str) -> None:
        """An answer that was given with the command: it is not asked for again.

        Raises:
            click.UsageError, EmergencyError: it cannot be read.
        """
        question = next(one for one in self._questions() if one.key == key)
        self._check_opening(key, said)
        understood = question.read(self._desk(), said, now())
        self._answer(key, understood.said, now())
        self._given.add(key)

    def _answer(self, key: str, said: str | None, hour: datetime) -> None:
        from emergency_cli.kept import Answer  # noqa: PLC0415 - as above

        answers = dict(self._unsent.answers)
        answers[key] = Answer(said or "", hour.isoformat())
        # What was sent and may be on record is another entry once it says something else.
        again = str(uuid.uuid4()) if self._unsent.sent else self._unsent.command_id
        self._unsent = replace(self._unsent, answers=answers, sent=False, command_id=again)

    def _check_opening(self, key: str, said: str) -> None:
        from emergency_cli.acts import ACTS  # noqa: PLC0415 - as above
        from emergency_cli.questions import NEW, NEW_WORDS  # noqa: PLC0415

        act = self._unsent.said("act")
        opening = said.lower() in NEW_WORDS if key == "incident" else self._unsent.said("incident") == NEW
        act = said if key == "act" else act
        if opening and act in ACTS and not ACTS[act].opens:
            raise WrongUseError(
                f"{act} belongs to an incident that is on record. A new one begins with learn, report, forward, clue.",
                zh=f"{act} 只能用于已有事件。新事件请从 learn、report、forward 或 clue 开始。",
            )

    def _understood(self, desk: Desk, question: Question) -> Understood | None:
        """What was answered to a question, read again; None where nothing was, or it can no longer be read."""
        from emergency.errors import EmergencyError  # noqa: PLC0415 - as above

        answer = self._unsent.answers.get(question.key)
        if answer is None or not answer.said:
            return None
        try:
            return question.read(desk, answer.said, datetime.fromisoformat(answer.hour))
        except (EmergencyError, click.UsageError):
            return None

    def words(self) -> list[str]:
        """The one-line command that says the same, without the program's name."""
        from emergency_cli.acts import POSITIONAL  # noqa: PLC0415 - as above

        desk = self._desk()
        said = {
            question.key: understood.words
            for question in self._questions()
            if (understood := self._understood(desk, question)) is not None
        }
        first = [word for key in POSITIONAL for word in said.get(key, ())]
        # What may stand alone comes last: it would take the next word for its own.
        alone = said.pop("draft", ())
        others = [word for key, words in said.items() if key not in (*POSITIONAL, "act") for word in words]
        return [self._unsent.said("act") or "", *first, *others, *alone]

    # -- the talk --------------------------------------------------------------------------------------------

    def fill_in(self) -> None:
        """Ask what is missing, show all of it, record it; what is broken off is kept."""
        _line_editing()
        say = self._settings.say
        self._show(
            say(
                "回车采用方括号内的值；? 说明；< 上一步；- 不填；Ctrl-C 中断并暂存。",
                "Enter takes what stands in brackets; ? explains; < goes back; - leaves empty; "
                "Ctrl-C breaks off and keeps it.",
            )
        )
        if self._unsent.sent:
            self._show(
                say(
                    "上次提交时中断，可能已经入库；不作修改再次提交，不会重复入库。",
                    "It broke off while it was sent and may be on record. Sent again unchanged, it is recorded once.",
                )
            )
        try:
            self._ask_missing()
            self._look_over()
        except (KeyboardInterrupt, EOFError, click.Abort):
            self._break_off()
            leave(INTERRUPTED)

    def _ask_missing(self, again: str | None = None) -> None:
        """Every question in turn that was not answered yet, and one of them once more; ``<`` goes back from each."""
        place = 0
        while place < len(listed := [one for one in self._questions() if one.asked]):
            question = listed[place]
            if question.key in self._unsent.answers and question.key != again:
                place += 1
                continue
            again = None
            if self._ask(question):
                place += 1
                continue
            place = self._before([one.key for one in listed], place)
            again = listed[place].key

    def _before(self, keys: list[str], place: int) -> int:
        """The question before; what was said with the command is not asked."""
        for earlier in range(place - 1, -1, -1):
            if keys[earlier] not in self._given:
                return earlier
        self._show(self._settings.say("这是第一个问题。", "This is the first question."))
        return place

    def _ask(self, question: Question) -> bool:
        """Ask until it is answered; False where somebody wants to go back."""
        desk = self._desk()
        desk.recent = question.choices(desk)
        before = self._understood(desk, question)
        offered = before.said if before else None
        if question.key not in self._unsent.answers:
            offered = question.offer(desk)
        title = question.title.chosen
        self._show_choices(desk)
        while True:
            self._keep()
            bracket = f" [{self._shown_offer(desk, question, offered)}]" if offered else ""
            typed = self._read(f"{title}{bracket}: ")
            hour = now()
            if typed in BACK:
                return False
            if typed in HELP:
                self._show(question.explained.chosen)
                continue
            self._typed = True
            if not typed and offered and before and offered == before.said:
                return True  # as it was, at the hour it was said
            if self._takes(desk, question, typed or offered or "", hour, aloud=bool(typed)):
                return True

    def _read(self, prompt: str) -> str:
        """A line; one that is not text, as half a character that was rubbed out leaves it, is asked for again."""
        while True:
            typed = input(prompt).replace("\t", " ").strip()
            if not any(category(sign) in ("Cc", "Cs") for sign in typed):
                return typed
            self._show(
                self._settings.say(
                    "输入中有无法识别的字符，请重新输入。",
                    "There are signs in it that are no text. Type it again.",
                )
            )

    def _takes(self, desk: Desk, question: Question, text: str, hour: datetime, *, aloud: bool) -> bool:
        """Whether an answer can be read; otherwise the reason is said."""
        from emergency.errors import EmergencyError  # noqa: PLC0415 - as above
        from emergency_cli.questions import NONE  # noqa: PLC0415

        say = self._settings.say
        left_out = text in NONE and question.key not in ("incident", "informant")
        if not text or left_out:
            if question.needed:
                self._show(say("此项必填。? 可看说明。", "This cannot be left out; ? explains."))
                return False
            self._answer(question.key, None, hour)
            return True
        try:
            self._check_opening(question.key, text)
            understood = question.read(desk, text, hour)
        except EmergencyError as error:
            self._show(f"! {say(error.zh, str(error))}")
        except click.UsageError as error:
            self._show(f"! {error.format_message()}")
        else:
            if aloud and understood.shown != text:
                self._show(f"= {understood.shown}")
            self._answer(question.key, understood.said, hour)
            return True
        return False

    def _shown_offer(self, desk: Desk, question: Question, offered: str) -> str:
        from emergency.errors import EmergencyError  # noqa: PLC0415 - as above

        try:
            return question.read(desk, offered, now()).shown
        except (EmergencyError, click.UsageError):
            return offered

    def _show_choices(self, desk: Desk) -> None:
        from emergency_cli.questions import numbered  # noqa: PLC0415 - as above

        for line in _columns(numbered(desk.recent)):
            self._show(line)

    def _show(self, text: str) -> None:
        from emergency_cli.output import indented, show  # noqa: PLC0415 - as above

        show(indented(text))

    # -- the end ---------------------------------------------------------------------------------------------

    def _look_over(self) -> None:
        """Show everything by number; each line can be put right, then ``y`` records it."""
        say = self._settings.say
        listed: list[Question] = []
        while True:
            listed = listed or self._summary()
            self._keep()
            typed = self._read(
                say(
                    "y 入库，数字修改该项，? 说明，Ctrl-C 暂存: ",
                    "y records, a number changes that line, ? explains: ",
                )
            )
            if typed.lower() in YES:
                if self._send():
                    return
                listed = []
            elif typed in BACK:
                self._ask_missing([one.key for one in listed if one.asked][-1])
                listed = []
            elif typed.isdecimal() and 1 <= int(typed) <= len(listed):
                question = listed[int(typed) - 1]
                if not question.asked:
                    self._ask(question)
                # What is answered otherwise may make a question of another.
                self._ask_missing(question.key)
                listed = []
            elif typed in HELP:
                self._show(
                    say(
                        "核对无误后输入 y 入库。输入行首数字可修改或补填该项。"
                        "Ctrl-C 暂不入库，已填内容留作未提交的录入。",
                        "y records it. The number before a line changes it, or fills it in. Ctrl-C does not record it: "
                        "what was answered is kept as an unsent entry.",
                    )
                )
            else:
                self._show(
                    say("请输入 y，或 1 至 %d 的数字。", "Type y, or a number from 1 to %d.") % len(listed)
                )

    def _summary(self) -> list[Question]:
        from rich.cells import cell_len  # noqa: PLC0415 - as above

        from emergency_cli.output import show  # noqa: PLC0415
        from emergency_cli.questions import spelled  # noqa: PLC0415

        say, desk = self._settings.say, self._desk()
        listed = self._questions()
        identity = self._settings.identity
        who = say("，", ", ").join(
            filter(None, (desk.office(identity.office), identity.role, identity.officer))
        )
        show("", say(f"请核对（{who}）", f"Please check ({who})"))
        empty, lines = [], []
        for number, question in enumerate(listed, start=1):
            understood = self._understood(desk, question)
            if understood is None and not question.asked:
                empty.append(f"{number}.{question.title.chosen}")
                continue
            lines.append((f"{number:>3} {question.title.chosen}", understood.shown if understood else "—"))
        if empty:
            lines.append((say("    可补填", "    can be added"), "  ".join(empty)))
        by = max(cell_len(title) for title, _ in lines) + 2
        for title, text in lines:
            show(*beside(title, text, by))
        show("", say("单行命令（作用相同）：", "The same in one line:"))
        line = spelled(("emergency", *self.words()))
        click.echo(f"{line}\n")  # to be copied: broken by nobody but the terminal
        return listed

    def _send(self) -> bool:
        """Run the one-line command; False where it was refused and can be put right."""
        from emergency.errors import CommandConflictError, EmergencyError  # noqa: PLC0415 - as above
        from emergency_cli.kept import drop  # noqa: PLC0415
        from emergency_cli.main import app  # noqa: PLC0415

        settings, before = self._settings, self._unsent.sent
        self._unsent = replace(self._unsent, sent=True)
        self._keep()
        name, *rest = self.words()
        context = click.get_current_context().find_root()
        one_line = app.get_command(context, name)
        if one_line is None:
            raise AssertionError(name)
        try:
            words = [*rest, "--command-id", self._unsent.command_id]
            with one_line.make_context(name, words, parent=context) as inner:
                one_line.invoke(inner)
        except (EmergencyError, click.ClickException, OSError) as error:
            if settings.recorded_so_far is None:
                if not (before and isinstance(error, CommandConflictError)):
                    self._show(f"! {_reason(settings, error)}")
                    self._show(settings.say("尚未入库。", "It is not recorded."))
                    return False
                # Under this id nothing else can have been recorded.
                self._show(
                    settings.say(
                        "上次提交时已经入库，不再重复入库。",
                        "It was recorded when it was first sent; not again.",
                    )
                )
                drop(self._unsent.number)
                return True
            drop(self._unsent.number)
            raise
        except BaseException:
            if settings.recorded_so_far is not None:
                drop(self._unsent.number)
            raise
        drop(self._unsent.number)
        self._remember()
        return True

    def _remember(self) -> None:
        """What the next form offers."""
        known = remembered()
        form = known.get("form")
        form = dict(form) if isinstance(form, dict) else {}
        told = {key: said for key in ("to", "by") if (said := self._unsent.said(key))}
        if not told or self._unsent.said("act") in ("handover", "verify"):
            return
        here = form.get(self._settings.url)
        form[self._settings.url] = {**(here if isinstance(here, dict) else {}), self._unsent.office: told}
        try:
            remember({**known, "form": form})
        except OSError:
            return  # it is offered for convenience only

    # -- kept ------------------------------------------------------------------------------------------------

    def _keep(self) -> None:
        """Write down what was answered; the first time that this fails is said, and the talk goes on."""
        from emergency_cli.kept import keep  # noqa: PLC0415 - as above

        if not self._typed and not self._unsent.number:
            return
        try:
            self._unsent = keep(self._unsent)
        except OSError as error:
            if not self._troubled:
                why = of_system(error)
                self._show(
                    self._settings.say(
                        f"注意：暂存写不进去（{why.zh}）；中断后不会自动保留，请直接填完。",
                        f"Note: what you answer cannot be kept ({why}): if this is broken off, it is lost. Go on and "
                        "record it.",
                    )
                )
            self._troubled = True
        else:
            self._troubled = False

    def _break_off(self) -> None:
        """Say what became of it."""
        from emergency_cli.questions import ASK, spelled  # noqa: PLC0415 - as above

        say = self._settings.say
        if self._settings.recorded_so_far is not None:
            click.echo(f"\n{self._settings.recorded_so_far}", err=True)
            return
        lines = [say("未入库任何内容。", "Nothing was recorded.")]
        self._keep()
        number = self._unsent.number
        if self._troubled:
            older = number and say(
                f"未提交的录入 {number} 中只有较早的内容。",
                f" Unsent entry {number} holds only what was answered before.",
            )
            lines.append(
                say(
                    f"暂存写不进去。{older or ''}已填内容都在下面这行命令里，请抄下或复制：",
                    f"It could not be kept.{older or ''} All that was answered is in this command; copy it:",
                )
            )
            lines.append(f"emergency {spelled(self.words())}")
        elif number:
            lines.append(
                say(
                    f"已填内容留作未提交的录入 {number}，不算报告。继续：emergency unsent resume {number}",
                    f"What was answered is kept as unsent entry {number}; it is no report. "
                    f"Go on with: emergency unsent resume {number}",
                )
            )
        if number and self._unsent.said("informant") == ASK:
            lines.append(say("举报人的姓名、电话没有留存。", "The informant's name and phone are not kept."))
        click.echo("", err=True)
        from emergency_cli.paragraph import Paragraph  # noqa: PLC0415 - as above

        for line in lines:
            whole = line.startswith("emergency ")  # to be copied
            click.echo(line if whole else "\n".join(Paragraph(line).lines(_wide())), err=True)


def _reason(settings: Settings, error: Exception) -> str:
    from emergency.errors import EmergencyError  # noqa: PLC0415 - as above

    if isinstance(error, EmergencyError):
        return settings.say(error.zh, str(error))
    if isinstance(error, click.ClickException):
        return error.format_message()
    return str(error)


def _wide() -> int:
    from emergency_cli.output import width  # noqa: PLC0415 - as above

    return width()


def beside(title: str, text: str, by: int = TITLE) -> Iterator[str]:
    """A title and what stands beside it from a column on, its further lines set in as far."""
    from rich.cells import cell_len  # noqa: PLC0415 - as above

    from emergency_cli.paragraph import Paragraph  # noqa: PLC0415

    for number, line in enumerate(Paragraph(text).lines(max(_wide() - by, 20))):
        yield (title + " " * (by - cell_len(title)) if number == 0 else " " * by) + line


def _columns(choices: list[str]) -> Iterator[str]:
    """Short choices side by side, long ones each on a line."""
    from rich.cells import cell_len  # noqa: PLC0415 - as above

    if any(cell_len(one) > SHORT for one in choices):
        yield from choices
        return
    line = ""
    for one in choices:
        if line and cell_len(line) + cell_len(one) + 3 > _wide() - 2:
            yield line
            line = ""
        line += ("   " if line else "") + one
    if line:
        yield line


def _line_editing() -> None:
    """Arrow keys and a history within this run; where the locale cannot hold Chinese, the terminal's own editing."""
    import locale  # noqa: PLC0415 - as above

    # What the C library says: Python may speak UTF-8 in spite of it, the editor does not.
    if locale.nl_langinfo(locale.CODESET).lower().replace("-", "") != "utf8":
        return
    try:
        import readline  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    readline.set_completer(lambda *_: None)


def resumed(settings: Settings, unsent: Unsent) -> None:
    """Go on with an unsent entry, in the store and office that it is meant for."""
    if without_password(settings.url) != unsent.store:
        settings.db = unsent.store
    if settings.identity.office != unsent.office:
        settings.office = unsent.office
    _check_terminal(settings, unsent.said("act"))
    settings.only_read()
    sheet = Form(settings, unsent)
    sheet.fill_in()
