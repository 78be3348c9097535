"""What a shell is answered when somebody presses Tab: commands and options by click, values from here.

Which values a parameter takes is decided in one place, by its name and metavar; no command knows of it. Nothing is
ever written, said or broken here: where there is no store, or it cannot be read, there is simply nothing to offer.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    split_arg_string,
)

from emergency_cli.bilingual import in_chinese
from emergency_cli.context import Settings, remembered

if TYPE_CHECKING:
    _Words = click.ParamType[str]
else:
    _Words = click.ParamType  # of older versions of click nothing can be said in brackets

VARIABLE = "_EMERGENCY_COMPLETE"
"""Set by the shell's script; where it is, nothing but an answer to the shell is printed."""
MOST = 200
"""So many values are offered at most: the newest, or the first that begin so."""

Value = tuple[str, str]
"""What is typed, and what the shell may show beside it."""


# -- what can be typed -----------------------------------------------------------------------------------------


class Typing:
    """The line as it stands.

    Args:
        ctx: The command, with what was typed before.
        begun: The beginning of the word at the cursor.
    """

    def __init__(self, ctx: click.Context, begun: str) -> None:
        self.ctx, self.begun = ctx, begun
        root = ctx.find_root()
        self.settings = root.find_object(Settings) or Settings()
        # The program itself does not run: what was said before the command is taken from its words.
        for name in ("db", "office", "rules"):
            setattr(self.settings, name, getattr(self.settings, name) or root.params.get(name))

    def incident(self) -> str | None:
        """The incident that was typed before; None where it is none, or may be several."""
        from emergency_cli.glance import incidents_from  # noqa: PLC0415 - where it is asked for

        said = self.ctx.params.get("incident")
        if said is None and (words := self.ctx.params.get("words")):
            said = words[0]
        if said == "-":
            last = remembered().get("incidents")
            return last.get(self.settings.url) if isinstance(last, dict) else None
        if not isinstance(said, str):
            return None
        found = [ref for ref, _ in incidents_from(self.settings, said, 2)]
        return found[0] if len(found) == 1 or said in found else None


def incidents(typing: Typing) -> Iterable[Value]:
    """References, with titles."""
    from emergency_cli.glance import incidents_from  # noqa: PLC0415 - as above

    return incidents_from(typing.settings, typing.begun, MOST)


def offices(typing: Typing) -> Iterable[Value]:
    """Ids, with names."""
    from emergency_cli.glance import offices as registered  # noqa: PLC0415 - as above

    return registered(typing.settings).items()


def entries(typing: Typing) -> Iterable[Value]:
    """Numbers of the incident named before, with what they are."""
    from emergency_cli.glance import entries as last  # noqa: PLC0415 - as above

    ref = typing.incident()
    return [(str(number), words) for number, words in last(typing.settings, ref, newest=MOST)] if ref else ()


def words(typing: Typing) -> Iterable[Value]:
    """An incident first, then figures."""
    named = typing.ctx.params.get("words") or ()
    if typing.ctx.params.get("new") is None and not named and "incident" not in typing.ctx.params:
        return incidents(typing)
    return figures(typing)


def figures(typing: Typing) -> Iterable[Value]:
    """Names of figures, to go on with a number."""
    from emergency_cli.figures import NAMES  # noqa: PLC0415 - as above

    ascii_typed = bool(typing.begun) and typing.begun.isascii()
    for name, said in NAMES.items():
        yield (
            (f"{name.replace('_', '-')}=", said[0])
            if ascii_typed or not in_chinese()
            else (f"{said[0]}=", name)
        )


def other_figures(typing: Typing) -> Iterable[Value]:
    """Names of the other figures."""
    del typing
    from emergency_cli.figures import OTHERS  # noqa: PLC0415 - as above

    return ((f"{name}=", said) for name, said in OTHERS.items())


def elements(typing: Typing) -> Iterable[Value]:
    """What reports say beside figures."""
    return ((f"{slug}=", title) for slug, title in _words_of(typing, "elements.yaml"))


def elements_alone(typing: Typing) -> Iterable[Value]:
    """The same, where nothing is said of them."""
    return _words_of(typing, "elements.yaml")


def circumstances(typing: Typing) -> Iterable[Value]:
    """Circumstances that rules go by."""
    return _words_of(typing, "circumstances.yaml")


_WORD = re.compile(r"^  ([a-z0-9-]+): \{zh: (.*), en: (.*)\}\s*$", re.MULTILINE)


def _words_of(typing: Typing, name: str) -> Iterator[Value]:
    """A list of words of the rules, one a line, without reading the rules."""
    for found in _rules(typing).glob(f"*/{name}"):
        for slug, zh, en in _WORD.findall(found.read_text(encoding="utf-8")):
            yield slug, (zh if in_chinese() else en).strip("\"'")


def _rules(typing: Typing) -> Path:
    if typing.settings.rules:
        return Path(typing.settings.rules)
    import emergency  # noqa: PLC0415 - as above

    return Path(emergency.__file__).parent / "rulebook" / "data"


_TITLE = re.compile(r"^  (zh|en): (.*)$", re.MULTILINE)


def rules(typing: Typing) -> Iterator[Value]:
    """Rules by their names, which are their paths, with titles."""
    home = _rules(typing)
    for path in sorted(home.rglob("*.yaml")):
        name = path.relative_to(home).with_suffix("").as_posix()
        if name.count("/") > 1 and name.startswith(typing.begun):
            titles = dict(_TITLE.findall(path.read_text(encoding="utf-8")[:500]))
            yield name, titles.get("zh" if in_chinese() else "en", "").strip("\"'")


def unsent(typing: Typing) -> Iterator[Value]:
    """Unsent entries by their numbers."""
    del typing
    from emergency_cli.kept import Unsent, all_unsent  # noqa: PLC0415 - as above

    for one in all_unsent():
        what = (
            [one.said(key) or "" for key in ("act", "title", "incident")] if isinstance(one, Unsent) else []
        )
        yield str(one.number), " ".join(what).strip()


def acts(typing: Typing) -> Iterator[Value]:
    """What the form can enter."""
    del typing
    from emergency_cli.acts import ACTS  # noqa: PLC0415 - as above

    return ((name, act.title.chosen) for name, act in ACTS.items())


def explained(typing: Typing) -> Iterable[Value]:
    """What `why` explains beside ids."""
    del typing
    from emergency.projections.said import KINDS  # noqa: PLC0415 - as above

    return [("level", "级别" if in_chinese() else "the level")] + [
        (kind, said.zh if in_chinese() else kind)
        for kind, said in KINDS.items()
        if kind not in ("none", "rejected")
    ]


def marked(names: str) -> Callable[[Typing], Iterable[Value]]:
    """Secrecy or urgency."""

    def values(typing: Typing) -> Iterable[Value]:
        del typing
        from emergency_cli import markings  # noqa: PLC0415 - as above

        listed: dict[str, str] = getattr(markings, names)
        return listed.items()

    return values


def levels(typing: Typing) -> Iterable[Value]:
    """Levels."""
    del typing
    return (("I", "特别重大"), ("II", "重大"), ("III", "较大"), ("IV", "一般"))


BY_WORDS: tuple[tuple[str, Callable[[Typing], Iterable[Value]]], ...] = (
    ("[INCIDENT] [FIGURE", words),
    ("[FIGURE", figures),
    ("INCIDENT", incidents),
    ("OFFICE", offices),
    ("ENTRY", entries),
)
"""By what stands in the metavar; the first that fits."""
BY_METAVAR: dict[str, Callable[[Typing], Iterable[Value]]] = {
    "UNIT[=TIME]...": offices,
    "NAME=NUMBER": other_figures,
    "ELEMENT=TEXT": elements,
    "ELEMENT": elements_alone,
    "SLUG": circumstances,
    "LEVEL": levels,
    "[REPORT]...": entries,
    "#INSTRUCTION": entries,
    "[ID | WORDS... | level]": explained,
}
BY_NAME: dict[str, Callable[[Typing], Iterable[Value]]] = {
    "incident": incidents,
    "incidents": incidents,
    "entry": entries,
    "office": offices,
    "who": offices,
    "rule": rules,
    "act": acts,
    "level": levels,
    "secrecy": marked("SECRECY"),
    "urgency": marked("URGENCY"),
}
BY_COMMAND: dict[tuple[str, str], Callable[[Typing], Iterable[Value]]] = {
    **{(command, "number"): unsent for command in ("show", "resume", "discard")},
    ("link", "other"): incidents,
    ("merge", "other"): incidents,
}
"""Where a name alone does not tell."""


class Values(_Words):
    """A value that any words are taken for, and some are offered."""

    name = "text"

    def __init__(self, values: Callable[[Typing], Iterable[Value]]) -> None:
        self._values = values

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """Those that begin as the word does."""
        del param
        offered = []
        for value, beside in self._values(Typing(ctx, incomplete)):
            if value.startswith(incomplete):
                offered.append(CompletionItem(value, help=" ".join(beside.split()) or None))
                if len(offered) == MOST:
                    break
        return offered


@contextmanager
def _offering(commands: Iterable[click.Command]) -> Iterator[None]:
    """Let the parameters of commands offer values meanwhile; those that have some of their own keep them."""
    before = []
    for command in commands:
        for param in command.params:
            number = isinstance(param.type, click.IntRange) and (command.name, param.name) in BY_COMMAND
            if not (
                number or isinstance(param.type, (click.types.StringParamType, click.types.FuncParamType))
            ):
                continue
            values = values_of(command.name or "", param.name or "", str(param.metavar or ""))
            if values is not None:
                before.append((param, param.type))
                param.type = Values(values)
    try:
        yield
    finally:
        for param, kind in before:
            param.type = kind


def values_of(command: str, name: str, metavar: str) -> Callable[[Typing], Iterable[Value]] | None:
    """What a parameter offers; None = nothing."""
    by_words = next((values for words, values in BY_WORDS if words in metavar), None)
    return BY_COMMAND.get((command, name)) or BY_METAVAR.get(metavar) or by_words or BY_NAME.get(name)


# -- shells ----------------------------------------------------------------------------------------------------


class _Shell(ShellComplete):
    """What all shells have in common here."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        """As click does, after the commands on the way have learned what to offer."""
        commands: list[click.Command] = [self.cli]
        ctx = click.Context(self.cli)
        for word in args:
            group = commands[-1]
            if isinstance(group, click.Group) and (found := group.get_command(ctx, word)) is not None:
                commands.append(found)
        with _offering(commands):
            return super().get_completions(args, incomplete)


class Bash(_Shell, BashComplete):
    """Bash, by the line itself: its list of words is broken at every = and :."""

    source_template: ClassVar[str] = """\
%(complete_func)s() {
    local IFS=$'\\n' response type value
    response=$(COMP_LINE="${COMP_LINE:0:$COMP_POINT}" %(complete_var)s=bash_complete "$1" 2>/dev/null) || return 0
    COMPREPLY=()
    while IFS=',' read -r type value; do
        case $type in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done <<< "$response"
    [[ ${#COMPREPLY[@]} -gt 0 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
    return 0
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the cursor, and the one that it stands in."""
        # A sign at the end keeps the blank before the cursor, in quotes or not, from being lost.
        typed = split_arg_string(os.environ["COMP_LINE"] + "\x01")
        return typed[1:-1], typed[-1].removesuffix("\x01")


class Zsh(_Shell, ZshComplete):
    """Zsh."""


class Fish(_Shell, FishComplete):
    """Fish; a description may hold a comma."""

    source_template: ClassVar[str] = """\
function %(complete_func)s
    set -l response (env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp) \
COMP_CWORD=(commandline -t) %(prog_name)s 2>/dev/null)
    for completion in $response
        set -l metadata (string split -m 1 "," -- $completion)
        switch $metadata[1]
            case dir
                __fish_complete_directories $metadata[2]
            case file
                __fish_complete_path $metadata[2]
            case plain
                echo $metadata[2]
        end
    end
end

complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""


SHELLS: dict[str, type[_Shell]] = {"bash": Bash, "zsh": Zsh, "fish": Fish}


def script(cli: click.Command, shell: str) -> str:
    """The script that makes a shell ask us."""
    return ShellComplete.source(SHELLS[shell](cli, {}, "emergency", VARIABLE))


def answer(cli: click.Command, settings: Settings, asked: str) -> str:
    """What a shell is answered; nothing where anything is wrong."""
    shell, _, what = asked.partition("_")
    with suppress(Exception), click.Context(cli, obj=settings):  # in the language of the line
        if shell in SHELLS and what == "complete":
            return SHELLS[shell](cli, {"obj": settings}, "emergency", VARIABLE).complete()
    return ""
