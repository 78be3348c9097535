"""``emergency timeline``: incidents from files that an auditor wrote from paper records and phone logs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from emergency_cli.context import Settings, common_options, pass_settings
from emergency_cli.lazy import REFUSED, leave

MANY = 5
"""With more files than this, a terminal shows how far we are."""


@click.group()
def timeline() -> None:
    """Read incidents from timeline files (format 1), one incident a file."""


def _mapping(words: Sequence[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for word in words:
        name, equals, office = word.partition("=")
        if not (name and equals and office):
            raise click.UsageError(f"--map {word}: write FILE_OFFICE=REGISTERED_OFFICE, like county=qilin.")
        pairs[name] = office
    return pairs


@contextmanager
def _each(files: Sequence[Path]) -> Iterator[Iterator[Path]]:
    """The files, with a bar on a terminal where they are many."""
    if len(files) > MANY and sys.stderr.isatty():
        with click.progressbar(files, file=sys.stderr, label="Files") as bar:
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
                bad.append(str(error) if str(path) in str(error) else f"{path}: {error}")
    for line in done:
        click.echo(line)
    for line in bad:
        click.echo(f"Error: {line}", err=True)
    if bad and len(files) > 1:
        click.echo(
            f"{len(bad)} of {len(files)} files could not be used; the other {len(done)} stand.", err=True
        )
    if bad:
        leave(REFUSED)
    return done


_files = click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))


@timeline.command("import")
@_files
@click.option("--amend", is_flag=True, help="Record what differs from an earlier import as amendments.")
@click.option(
    "--map",
    "mapped",
    multiple=True,
    metavar="FILE_OFFICE=OFFICE",
    help="An office of the file that stands for a registered one.",
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
        settings.recorded_so_far = (
            f"Stopped. {count} of {len(files)} files are in the store; import again for the rest."
        )
        changes = "".join(f"\n  {settings.words(change)}" for change in outcome.changes)
        return f"{outcome.status} {outcome.ref}{changes}"

    _go_through(files, deal_with)


@timeline.command("check")
@_files
@common_options
def check(files: tuple[Path, ...]) -> None:
    """Only validate timeline files; nothing is recorded."""

    def deal_with(path: Path) -> str:
        from emergency.exchange import case_file  # noqa: PLC0415 - help needs no engine

        case = case_file.read(path)
        return f"ok {case.case}: {len(case.offices)} offices, {len(case.steps)} steps"

    _go_through(files, deal_with)
