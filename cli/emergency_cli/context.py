"""What every command needs: the store, who is at the keyboard, the language, the hour. Loaded where it is used."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import click

from emergency_cli.bilingual import Both, Option, StoppedError, WrongUseError, both, language, of_system

if TYPE_CHECKING:
    from emergency.assessment.model import Words
    from emergency.domain.offices import Directory
    from emergency.engine import Engine, Identity

F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class Settings:
    """The options that hold for one run, and what was remembered from earlier ones.

    Args:
        db: The store's URL; None = the file in the user's data directory.
        office: Who is at the keyboard, where it was said on the command line.
        role: In which role.
        officer: The officer's id.
        lang: ``zh`` or ``en``; None = the locale's.
        rules: A folder of rules in place of the packaged ones.
        recorded_so_far: What an interrupted command has put on record, in words; None = nothing.
    """

    db: str | None = None
    office: str | None = None
    role: str | None = None
    officer: str | None = None
    lang: str | None = None
    rules: Path | None = None
    recorded_so_far: str | None = None
    _engine: Engine | None = field(default=None, repr=False)

    @property
    def engine(self) -> Engine:
        """The engine over the store, opened at the first use and closed when the command ends."""
        return self._open(create=True)

    def only_read(self) -> None:
        """Open the store for a command that only reads: one that is not there is not made.

        Raises:
            StoreError: there is no store yet.
        """
        self._open(create=False)

    def _open(self, *, create: bool) -> Engine:
        if self._engine is None:
            from emergency.engine import Engine  # noqa: PLC0415 - help and mistakes need no database

            self._engine = Engine.open(self.url, rules=self.rules, create=create)
            click.get_current_context().call_on_close(self._close)
            if self._engine.is_drill:
                self._mark_drill(self._engine)
        return self._engine

    @property
    def in_drill(self) -> bool:
        """Whether the store in hand is a drill's (演练): whatever is printed or exported says so."""
        return self._engine is not None and self._engine.is_drill

    def _mark_drill(self, engine: Engine) -> None:
        """Head the page with what it is; beside it where a program reads the page, which is marked in itself."""
        context = click.get_current_context()
        if context.resilient_parsing:
            return
        for_people = context.params.get("form", "table") == "table" and not context.params.get("quiet")
        hour = engine.now().astimezone(self.zone())
        click.echo(
            self.say(
                f"【演练】非真实情况；演练时钟 {hour:%Y-%m-%d %H:%M}",
                f"[DRILL 演练] Not real. {hour:%Y-%m-%d %H:%M}",
            ),
            err=not for_people,
        )

    def now(self) -> datetime:
        """The hour at the keyboard: in a drill, that of its clock."""
        from emergency.store import clock, drill_hour  # noqa: PLC0415 - help needs no store

        if self._engine is not None:
            return self._engine.now()
        # Only a store that somebody named can be a drill's; which it is must be known before it is opened.
        return (drill_hour(self.db) if self.db else None) or clock.now()

    def _close(self) -> None:
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    @property
    def url(self) -> str:
        """Where the log is kept."""
        if self.db:
            return self.db
        from platformdirs import user_data_path  # noqa: PLC0415 - only where no store is named

        return f"sqlite:///{user_data_path('emergency', appauthor=False) / 'emergency.db'}"

    @property
    def chinese(self) -> bool:
        """Whether tables speak Chinese."""
        return (self.lang or language()) == "zh"

    def say(self, zh: str, en: str) -> str:
        """The words in the language of this run."""
        return zh if self.chinese else en

    def words(self, words: Words) -> str:
        """Words of the engine in the language of this run."""
        return self.say(words.zh, words.en)

    # -- who ------------------------------------------------------------------------------------------------

    @property
    def identity(self) -> Identity:
        """Who is at the keyboard.

        Raises:
            WrongUseError: nobody has said so.
        """
        from emergency.engine import Identity  # noqa: PLC0415 - as above

        known = remembered()
        office = self.office or known.get("office")
        if not office:
            raise WrongUseError(
                "Nobody has said which office this is. Say it once with: "
                "emergency use OFFICE --as ROLE --officer ID; or give --office OFFICE.",
                zh="尚未设定本单位。请先设定一次：emergency use OFFICE --as ROLE --officer ID；或加 --office OFFICE。",
            )
        # A role and an officer belong to the office they were remembered with.
        same = known if office == known.get("office") else {}
        return Identity(
            office=office, role=self.role or same.get("role"), officer=self.officer or same.get("officer")
        )

    # -- when -----------------------------------------------------------------------------------------------

    def zone(self, offices: Directory | None = None) -> ZoneInfo:
        """The zone that typed times are meant in: that of the office at the keyboard."""
        office = self.office or remembered().get("office")
        known = offices.get(office) if offices is not None and office else None
        return ZoneInfo(known.zone if known else "Asia/Shanghai")

    def moment(self, text: str | None, option: str) -> datetime | None:
        """The instant that an option names; a whole day means its end, a time that is *about* its latest end."""
        if text is None:
            return None
        if text.strip() in ("now", "现在"):
            return now()
        from emergency.domain.times import understood  # noqa: PLC0415 - as above

        latest = understood(text, now(), self.zone()).interval.latest
        if latest is None:
            raise WrongUseError(
                f"{option} needs a time, like 2014-04-07T13:05 or 13:05.",
                zh=f"{option} 须有时间，如 2014-04-07T13:05 或 13:05。",
            )
        return latest

    # -- which ----------------------------------------------------------------------------------------------

    def incident(self, ref: str) -> str:
        """The incident that a beginning of its reference names; ``-`` is the last one recorded on.

        Looking at another incident does not move ``-``: the next entry must not land there by surprise.
        """
        if ref != "-":
            return self._resolved(ref)
        last = remembered().get("incidents")
        found = last.get(self.url) if isinstance(last, dict) else None
        if not found:
            raise WrongUseError(
                "Nothing was recorded yet that - could stand for. Name the incident: `emergency list` shows them.",
                zh="还没有录入过，“-”无所指。请写明事件编号：emergency list 可查。",
            )
        return self.engine.resolve(str(found))

    def _resolved(self, ref: str) -> str:
        """The incident that is meant; where several fit, the officer chooses."""
        try:
            return self.engine.resolve(ref)
        except Exception as error:
            from emergency.errors import SeveralFitError  # noqa: PLC0415 - only for a mistake
            from emergency_cli.asking import choose, on_terminal  # noqa: PLC0415 - as above

            if not isinstance(error, SeveralFitError) or not on_terminal():
                raise
            refs = list(error.found)
            listed = [f"{one}  {title}" for one, title in error.found.items()]
            return refs[choose(self.say(f"{ref} 指哪一起", f"Which of them is {ref}"), listed)]

    def used(self, ref: str) -> None:
        """Remember the incident as the last one recorded on in this store."""
        last = remembered().get("incidents")
        incidents = dict(last) if isinstance(last, dict) else {}
        if incidents.get(self.url) == ref:
            return
        incidents[self.url] = ref
        try:
            remember({**remembered(), "incidents": incidents})
        except OSError as error:
            said = of_system(error)
            click.echo(
                self.say(
                    f"已入库；但未能记住本事件供“-”使用：{said.zh}。",
                    f"The incident could not be remembered for `-`: {said}.",
                ),
                err=True,
            )


def hint(word: str, known: Iterable[str]) -> Both:
    """`` Did you mean …?`` where a known word is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    near = get_close_matches(word, list(known), n=1)
    return both(f"是否指 {near[0]}？", f" Did you mean {near[0]}?") if near else both("", "")


def now() -> datetime:
    """The hour at the keyboard; what is recorded is stamped by the store, not by this."""
    context = click.get_current_context(silent=True)
    settings = context.find_object(Settings) if context is not None else None
    return (settings or Settings()).now()


def in_drill() -> bool:
    """Whether this run is about a drill's store (演练): whatever is printed or exported says so."""
    context = click.get_current_context(silent=True)
    settings = context.find_object(Settings) if context is not None else None
    return settings is not None and settings.in_drill


def config_path() -> Path:
    """The file that remembers who I am."""
    if named := os.environ.get("EMERGENCY_CONFIG"):
        return Path(named)
    from platformdirs import user_config_path  # noqa: PLC0415 - only where no file is named

    return user_config_path("emergency", appauthor=False) / "identity.json"


def remembered() -> dict[str, Any]:
    """What was remembered; nothing where there is no file yet.

    Raises:
        StoppedError: the file cannot be read.
    """
    path = config_path()
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):  # a home that is none, too, as services have
        return {}
    except (OSError, ValueError) as error:
        raise StoppedError(
            f"{path} cannot be read ({error}); delete it and run `emergency use` again.",
            zh=f"{path} 读不出（{error}）。请删除此文件，再运行 emergency use。",
        ) from None
    if not isinstance(known, dict):
        raise StoppedError(
            f"{path} is not what it must be; delete it and run `emergency use` again.",
            zh=f"{path} 的内容不对。请删除此文件，再运行 emergency use。",
        )
    return known


def remember(known: dict[str, Any]) -> None:
    """Write the file anew, whole or not at all."""
    path = config_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    draft.replace(path)


def _into_settings(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    if value is not None and param.name is not None:
        setattr(ctx.ensure_object(Settings), param.name, value)


def shared_option(*names: str, **attributes: Any) -> Callable[[F], F]:  # noqa: ANN401 - click's own
    """Make one option for all commands that have it: to make it anew for each takes longer than the one that is run."""
    made = Option(names, **attributes)
    return click.option(*names, cls=lambda *_, **__: made)  # type: ignore[arg-type]


def _remembered_option(*names: str, **attributes: Any) -> Callable[[F], F]:  # noqa: ANN401 - click's own
    return shared_option(*names, expose_value=False, callback=_into_settings, **attributes)


lang_option = _remembered_option(
    "--lang",
    type=click.Choice(["zh", "en"], case_sensitive=False),
    help=both(
        "语言；默认依 EMERGENCY_LANG 或系统语言，非中文即英文。",
        "The language; by default EMERGENCY_LANG or the locale: zh, else en.",
    ),
)

_db_again = _remembered_option(
    "--db", metavar="URL", hidden=True, help=both("同命令之前的 --db。", "As before the command.")
)
_office = _remembered_option("--office", metavar="ID", help=both("本单位。", "My office."))
_role = _remembered_option("--as", "role", metavar="ROLE", help=both("本人岗位。", "My role."))
_officer = _remembered_option("--officer", metavar="ID", help=both("本人人员编号。", "My officer id."))


def common_options(command: F) -> F:
    """What every command takes after its name as well: the language, and the store."""
    return lang_option(_db_again(command))


def identity_options(command: F) -> F:
    """Who is at the keyboard, said after the command's name."""
    return _office(_role(_officer(command)))


pass_settings = click.make_pass_decorator(Settings)
