"""``emergency timeline``: incidents from files that an auditor wrote from paper records and phone logs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from emergency_cli.bilingual import WrongUseError, both, group, option, say
from emergency_cli.context import Settings, common_options, lang_option, pass_settings
from emergency_cli.lazy import REFUSED, leave

MANY = 5
"""With more files than this, a terminal shows how far we are."""


@group(zh="从时间线文件（格式 1）导入事件，一个文件一起事件。")
@lang_option
def timeline() -> None:
    """Read incidents from timeline files (format 1), one incident a file."""


_DONE = {"imported": "已导入", "unchanged": "无变化", "amended": "已更正"}


def _mapping(words: Sequence[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for word in words:
        name, equals, office = word.partition("=")
        if not (name and equals and office):
            raise WrongUseError(
                f"--map {word}: write FILE_OFFICE=REGISTERED_OFFICE, like county=qilin.",
                zh=f"--map {word}：请写成 FILE_OFFICE=REGISTERED_OFFICE，如 county=qilin。",
            )
        pairs[name] = office
    return pairs


@contextmanager
def _each(files: Sequence[Path]) -> Iterator[Iterator[Path]]:
    """The files, with a bar on a terminal where they are many."""
    if len(files) > MANY and sys.stderr.isatty():
        with click.progressbar(files, file=sys.stderr, label=say("文件", "Files")) as bar:
            yield iter(bar)
    else:
        yield iter(files)


def _go_through(files: Sequence[Path], deal_with: Callable[[Path], str]) -> list[str]:
    """Deal with every file; a bad one is reported and does not hold up the others."""
    from emergency.errors import BusyError, EmergencyError, StoreError  # noqa: PLC0415 - help needs no engine

    done: list[str] = []
    bad: list[str] = []
    with _each(files) as each:
        for path in each:
            try:
                done.append(deal_with(path))
            except (StoreError, BusyError):
                raise
            except EmergencyError as error:
                what = say(error.zh, str(error))
                bad.append(what if str(path) in what else f"{path}: {what}")
    for line in done:
        click.echo(line)
    for line in bad:
        click.echo(say(f"错误：{line}", f"Error: {line}"), err=True)
    if bad and len(files) > 1:
        click.echo(
            say(
                f"{len(files)} 个文件中有 {len(bad)} 个不能使用；其余 {len(done)} 个已导入。",
                f"{len(bad)} of {len(files)} files could not be used; the other {len(done)} stand.",
            ),
            err=True,
        )
    if bad:
        leave(REFUSED)
    return done


_files = click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))


@timeline.command(
    "import",
    zh="""把时间线文件读入库中，每个文件要么全部导入，要么全不导入。

    同一文件再次导入，不作改动。改动过的文件会被拒绝并列出变化，用 --amend 的除外。
    """,
)
@_files
@option(
    "--amend",
    is_flag=True,
    help=both(
        "与先前导入不同之处，作为更正入库。", "Record what differs from an earlier import as amendments."
    ),
)
@option(
    "--map",
    "mapped",
    multiple=True,
    metavar="FILE_OFFICE=OFFICE",
    help=both(
        "文件中的某单位，即已登记的某单位。", "An office of the file that stands for a registered one."
    ),
)
@common_options
@pass_settings
def import_files(settings: Settings, files: tuple[Path, ...], amend: bool, mapped: tuple[str, ...]) -> None:
    """Read timeline files into the store, each whole or not at all.

    The same file again changes nothing. An edited one is refused with the list of what changed, unless --amend.
    """
    mapping = _mapping(mapped)
    count = 0

    def deal_with(path: Path) -> str:
        nonlocal count
        outcome = settings.engine.import_timeline(path, amend=amend, mapping=mapping)
        count += 1
        settings.recorded_so_far = settings.say(
            f"已停止。{len(files)} 个文件中有 {count} 个已入库；其余的请再次导入。",
            f"Stopped. {count} of {len(files)} files are in the store; import again for the rest.",
        )
        changes = "".join(f"\n  {settings.words(change)}" for change in outcome.changes)
        return f"{settings.say(_DONE.get(outcome.status, outcome.status), outcome.status)} {outcome.ref}{changes}"

    _go_through(files, deal_with)


@timeline.command("check", zh="只检查时间线文件；不入库。")
@_files
@common_options
def check(files: tuple[Path, ...]) -> None:
    """Only validate timeline files; nothing is recorded."""

    def deal_with(path: Path) -> str:
        from emergency.exchange import case_file  # noqa: PLC0415 - help needs no engine

        case = case_file.read(path)
        return say(
            f"无误 {case.case}：单位 {len(case.offices)} 个，步骤 {len(case.steps)} 条",
            f"ok {case.case}: {len(case.offices)} offices, {len(case.steps)} steps",
        )

    _go_through(files, deal_with)
