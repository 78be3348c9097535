"""One way of showing rows: a table for people, JSON and CSV for programs."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from emergency_cli.bilingual import both, option, say
from emergency_cli.context import in_drill
from emergency_cli.paragraph import Paragraph

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.measure import Measurement
    from rich.text import Text

    from emergency.projections.listing import Listing

F = TypeVar("F", bound=Callable[..., Any])
Row = Mapping[str, Any]

SCHEMA = 1
"""The version of the JSON envelope."""

PAGE = 500
"""So many rows are printed at a time."""

format_option = option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help=both("输出格式：供阅读，或供程序使用。", "For people, or for programs."),
)


class Column(NamedTuple):
    """One column of a table.

    Args:
        title: What stands above it.
        cell: What stands in it for a row.
        fold: Break long words; otherwise the column keeps its width.
        right: Flush right.
    """

    title: str
    cell: Callable[[Any], str]
    fold: bool = True
    right: bool = False


def width() -> int:
    """How many columns there are: the terminal's, or 80 where the output is no terminal."""
    return shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80


def show(*things: Paragraph | RenderableType) -> None:
    """Print paragraphs, and whatever else rich can render, in one go, so that a closed pipe ends us quietly."""
    wide = width()
    lines: list[str] = []
    for thing in things:
        if isinstance(thing, str):
            lines += Paragraph(thing).lines(wide)
        elif isinstance(thing, Paragraph):
            lines += thing.lines(wide)
        else:
            lines += _rendered(thing, wide)
    click.echo("".join(f"{line}\n" for line in lines), nl=False)


def _rendered(thing: RenderableType, wide: int) -> list[str]:
    from rich.console import Console  # noqa: PLC0415 - help, JSON and entries need no renderer

    page = io.StringIO()
    Console(
        file=page,
        width=wide,
        force_terminal=sys.stdout.isatty() or None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    ).print(thing)
    return [line.rstrip() for line in page.getvalue().removesuffix("\n").split("\n")]


def table(columns: Sequence[Column], rows: Iterable[Any], *, title: str | None = None) -> RenderableType:
    """A plain table that fits the width, wide characters counted as two."""
    from rich import box  # noqa: PLC0415 - as above
    from rich.table import Table  # noqa: PLC0415

    made = Table(
        box=box.SIMPLE_HEAD,
        title=title,
        title_justify="left",
        title_style="bold",
        header_style="bold",
        pad_edge=False,
        show_edge=False,
        padding=(0, 1),
    )
    for column in columns:
        made.add_column(
            column.title,
            overflow="fold",
            no_wrap=not column.fold,
            justify="right" if column.right else "left",
        )
    for row in rows:
        made.add_row(*(_Cell(column.cell(row)) for column in columns))
    return made


class _Cell(NamedTuple):
    """Text in a table, broken as paragraphs are."""

    text: str

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        from rich.measure import Measurement  # noqa: PLC0415 - as above
        from rich.text import Text  # noqa: PLC0415

        return Measurement.get(console, options, Text(self.text))

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> Iterator[Text]:
        from rich.text import Text  # noqa: PLC0415 - as above

        yield Text(self.text if options.no_wrap else "\n".join(Paragraph(self.text).lines(options.max_width)))


def indented(text: str, by: int = 2) -> Paragraph:
    """A paragraph set in, broken at the width."""
    return Paragraph(text, by)


def envelope(listing: Listing, at: datetime, rows: Sequence[Row], current: str) -> dict[str, Any]:
    """The JSON around rows (held stable).

    ``rulebook`` is the one that the rows stand under: null where they stand under several, which are then in
    ``rulebooks``. ``behind`` tells how many positions the log is ahead of the rows.
    """
    from emergency.projections.rows import iso_instant  # noqa: PLC0415 - the engine is loaded by now

    books = listing.rulebooks or (current,)
    marked = {"drill": True} if in_drill() else {}
    return {
        "schema": SCHEMA,
        **marked,
        "at": iso_instant(at),
        "recorded_through": listing.recorded_through,
        "behind": listing.behind,
        "rulebook": books[0] if len(books) == 1 else None,
        "rulebooks": list(books),
        "rows": list(rows),
        "parked": list(listing.parked),
    }


def emit_json(value: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
    """Print JSON, Chinese as it is."""
    if in_drill() and isinstance(value, dict):
        value = {**value, "drill": True}
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def emit_json_rows(listing: Listing, at: datetime, texts: Iterable[str], current: str) -> None:
    """Print the envelope around rows that are JSON already, as they come: one a line."""
    around = {
        key: json.dumps(value, ensure_ascii=False)
        for key, value in envelope(listing, at, (), current).items()
    }
    page = [f'  "{key}": {value},\n' for key, value in around.items() if key not in ("rows", "parked")]
    page = ["{\n", *page, '  "rows": [']
    before = "\n    "
    for count, text in enumerate(texts, 1):
        page.append(before + text)
        before = ",\n    "
        if count % PAGE == 0:
            click.echo("".join(page), nl=False)
            page = []
    page.append(f'{"" if before[0] == chr(10) else chr(10) + "  "}],\n  "parked": {around["parked"]}\n}}')
    click.echo("".join(page))


def emit_csv_rows(texts: Iterable[str], keys: Sequence[str]) -> None:
    """Print rows that are JSON as CSV, as they come; see `emit_csv`."""
    page = io.StringIO()
    mark = {"drill": "true"} if in_drill() else {}
    writer = csv.DictWriter(page, [*keys, *mark], restval="", extrasaction="ignore")
    writer.writeheader()
    for count, text in enumerate(texts, 1):
        writer.writerow({**_flat(json.loads(text)), **mark})
        if count % PAGE == 0:
            click.echo(page.getvalue(), nl=False)
            page.seek(0)
            page.truncate()
    click.echo(page.getvalue(), nl=False)


def emit_csv(rows: Sequence[Row], keys: Sequence[str]) -> None:
    """Print CSV: what is nested is spread over columns, lists are joined by blanks, grounds stay JSON."""
    mark = {"drill": "true"} if in_drill() else {}
    flat = [{**_flat(row), **mark} for row in rows]
    names = list(
        dict.fromkeys((*keys, *mark, *(name for row in flat for name in row if row[name] is not None)))
    )
    page = io.StringIO()
    writer = csv.DictWriter(page, names, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(flat)
    click.echo(page.getvalue(), nl=False)


def _flat(row: Row) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, Mapping):
            flat.update({f"{key}_{inner}": held for inner, held in _flat(value).items()})
        elif isinstance(value, (list, tuple)):
            plain = all(isinstance(item, (str, int, float)) for item in value)
            flat[key] = " ".join(map(str, value)) if plain else json.dumps(value, ensure_ascii=False)
        else:
            flat[key] = value
    return flat


def warn_about(listing: Listing, current: str) -> None:
    """Say on stderr what a reader of these rows must know."""
    for parked in listing.parked:
        place = parked["incident"].replace("/", " ", 1)
        change = parked["incident"].startswith("office/")
        what = (
            say(
                f"单位 {place[7:]} 的一项变更读不出，未计入",
                f"a change of the {place} cannot be read and is left out",
            )
            if change
            else say(
                f"{parked['incident']} 无法判定，未列出",
                f"{parked['incident']} cannot be judged and is left out",
            )
        )
        _warn(
            f"{what}（位置 {parked['position']}）：{parked['reason_zh']}",
            f"{what} (position {parked['position']}): {parked['reason']}",
        )
    if listing.behind:
        _warn(
            f"以下内容比记录落后 {listing.behind} 个位置；库目前不能写入，未能更新。",
            f"these rows are {listing.behind} positions behind the log; "
            "the store could not be written just now to bring them up to date.",
        )
    if listing.waiting:
        _warn(
            f"报送网络变更后，还有 {listing.waiting} 起事件未重新判定。",
            f"{listing.waiting} incidents have not been judged again since the directory changed.",
        )
    if other := [book for book in listing.rulebooks if book != current]:
        books = ", ".join(book[:19] for book in other)
        _warn(
            f"以下内容有的按其他规则库判定（{books}…），不是现行规则库（{current[:19]}…）。"
            "emergency projections rebuild 可全部重新判定。",
            f"rows stand under another rulebook ({books}…) than the current one ({current[:19]}…). "
            "`emergency projections rebuild` judges all anew.",
        )


def _warn(zh: str, en: str) -> None:
    click.echo(say(f"注意：{zh}", f"Warning: {en}"), err=True)
