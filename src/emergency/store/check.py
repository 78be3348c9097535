"""A store is looked through for every fault that can be found in it (核验), and each is named in plain words.

It reads one unchanging state from the first row to the last and changes nothing; programs may go on writing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, UniqueConstraint, inspect
from sqlalchemy.exc import DBAPIError

from emergency.errors import BusyError, EmergencyError, StoreError, words_of
from emergency.store.chain import Broken, Chain, Head, Kind
from emergency.store.database import Database
from emergency.store.log import store_version
from emergency.store.port import PENDING, Codec, Undecodable, UnreachableError
from emergency.store.rows import Stored, all_rows, moment_of, streamed
from emergency.store.tables import LAST, POSTGRESQL, SCHEMA_VERSION
from emergency.store.upgrade import opened, shown
from emergency.words import Words

LISTED = 1000
"""At most so many faults, and so many events that cannot be read, are listed; all are counted."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of a store.

    Args:
        kind: A short name that stays the same.
        what: What is wrong.
        do: What to do about it.
        position: Where it is in the log, or begins; None where it has no place there.
        through: Where it ends, for several positions.
        stream: The stream it concerns.
        version: The version there.
    """

    kind: str
    what: Words
    do: Words
    position: int | None = None
    through: int | None = None
    stream: str | None = None
    version: int | None = None


@dataclass(slots=True, kw_only=True)
class Checked:
    """What was found.

    Args:
        url: Where the store is, without the password.
        version: The version of its tables.
        events: How many events were read.
        last_position: The position of the last.
        faults: What is wrong, at most a thousand of them.
        fault_count: How many faults there are.
        undecodable: Events that this program cannot read, at most a thousand: no fault of the store, if their seals
            are right.
        undecodable_count: How many there are.
        quick: Bodies were not read, and the database's own check was the short one.
    """

    url: str
    version: int
    events: int = 0
    last_position: int = 0
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0
    undecodable: list[Undecodable] = field(default_factory=list)
    undecodable_count: int = 0
    quick: bool = False

    @property
    def sound(self) -> bool:
        """Whether there is no fault."""
        return self.fault_count == 0


def check_store(
    where: str | Engine,
    codec: Codec | None = None,
    *,
    prefix: str = "",
    schema: str | None = None,
    quick: bool = False,
    progress: Progress | None = None,
) -> Checked:
    """Look a store through.

    Args:
        where: The store's URL, or a portal's engine.
        codec: How bodies are read; None = they are not.
        prefix: What the names of the tables begin with; a URL says so itself.
        schema: The schema they are in; a URL says so itself.
        quick: Leave out the bodies and the long form of the database's own check. Seals are proved all the same.
        progress: Is told how many rows have been read, and how many there are.

    Raises:
        StoreError: There is no store, or not one of this version, or the database cannot be reached.
        UsageError: The URL cannot be understood.
    """
    with opened(where, prefix=prefix, schema=schema) as (engine, database):
        checked = Checked(url=shown(engine), version=SCHEMA_VERSION, quick=quick)
        check: _Check | None = None
        try:
            with database.reading(engine) as connection:
                _refuse_other_versions(store_version(connection, database), checked)
                check = _Check(connection, database, checked, None if quick else codec, progress)
                check.run()
        except (DBAPIError, database.driver.Error) as error:
            ours = database.explain(error, engine)
            if check is None or isinstance(ours, BusyError | UnreachableError):
                raise
            check.found(_unreadable(ours or error, checked.last_position))
        return checked


def _refuse_other_versions(version: int, checked: Checked) -> None:
    if version == 0:
        raise StoreError(
            f"There is no store at {checked.url}.", zh=f"{checked.url} 没有库。请核对 --db 所写的位置。"
        )
    if version < SCHEMA_VERSION:
        raise StoreError(
            f"The store is of version {version}; this program checks version {SCHEMA_VERSION}. Nothing was "
            "changed. Keep a copy of it, then run: emergency db upgrade",
            zh=(
                f"该库为第{version}版，本程序检查的是第{SCHEMA_VERSION}版。"
                "未作任何改动。请先备份，再运行：emergency db upgrade"
            ),
        )


class _Check:
    """One run over one state of the store."""

    def __init__(
        self,
        connection: Connection,
        database: Database,
        checked: Checked,
        codec: Codec | None,
        progress: Progress | None,
    ) -> None:
        self._connection = connection
        self._database = database
        self._checked = checked
        self._codec = codec
        self._progress = progress

    def run(self) -> None:
        """Everything, one after the other."""
        for part in (self._by_the_database, self._tables, self._rows, self._streams, self._readers):
            for fault in part():
                self.found(fault)

    def found(self, fault: Fault) -> None:
        """Take a fault down."""
        self._checked.fault_count += 1
        if len(self._checked.faults) < LISTED:
            self._checked.faults.append(fault)

    def _ask(self, statement: str, *parameters: Any) -> list[Any]:  # noqa: ANN401  whatever the driver takes
        return self._database.rows(self._connection, self._database.sql(statement), parameters)

    # -- the database's own check --------------------------------------------------------------------------

    def _by_the_database(self) -> Iterator[Fault]:
        if self._database.dialect == POSTGRESQL:
            yield from self._postgresql_indexes()
            return
        for (said,) in self._ask(f"PRAGMA {'quick_check' if self._checked.quick else 'integrity_check'}"):
            if said != "ok":
                yield Fault(kind="database-damaged", what=_said_by("SQLite", said), do=DAMAGED)
        for table, rowid, parent, _ in self._ask("PRAGMA foreign_key_check"):
            yield Fault(
                kind="foreign-key",
                what=Words(
                    f"表 {table} 第 {rowid} 行所指的 {parent} 不存在。",
                    f"Row {rowid} of table {table} points to a row of {parent} that is not there.",
                ),
                do=REBUILD,
            )

    def _postgresql_indexes(self) -> Iterator[Fault]:
        """PostgreSQL knows which indexes it does not trust; its extension amcheck, where it is there, proves them."""
        tables = self._database.tables
        ours = [table.name for table in tables.metadata.tables.values()]
        amcheck = self._ask(
            "SELECT p.oid::regproc::text FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_depend d ON d.objid = p.oid "
            "JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid WHERE e.extname = 'amcheck' "
            "AND p.proname = 'bt_index_check' AND has_function_privilege(p.oid, 'EXECUTE') LIMIT 1"
        )
        indexes = self._ask(
            "SELECT c.relname, i.indisvalid AND i.indisready FROM pg_catalog.pg_index i "
            "JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_class t ON t.oid = i.indrelid "
            "JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace "
            "WHERE n.nspname = coalesce(?, current_schema()) AND t.relname = ANY(?)",
            tables.schema,
            ours,
        )
        for name, valid in indexes:
            if not valid:
                yield Fault(
                    kind="index-invalid",
                    what=Words(f"索引 {name} 无效。", f"The index {name} is not valid."),
                    do=REINDEX,
                )
            elif amcheck and not self._checked.quick:
                own = tables.named(name.removeprefix(tables.prefix))
                self._ask(f"SELECT {amcheck[0][0]}(?::regclass, true)", own)

    # -- tables and indexes --------------------------------------------------------------------------------

    def _tables(self) -> Iterator[Fault]:
        tables = self._database.tables
        there = inspect(self._connection)
        names = set(there.get_table_names(schema=tables.schema))
        for table in tables.metadata.tables.values():
            if table.name not in names:
                yield _not_there("table-missing", Words("表", "table"), table.name)
                continue
            columns = {column["name"] for column in there.get_columns(table.name, schema=tables.schema)}
            for column in table.columns:
                if column.name not in columns:
                    name = f"{table.name}.{column.name}"
                    yield _not_there("column-missing", Words("列", "column"), name)
            indexes = {index["name"] for index in there.get_indexes(table.name, schema=tables.schema)}
            for index in table.indexes:
                if index.name not in indexes:
                    yield _not_there("index-missing", Words("索引", "index"), str(index.name))
            unique = {
                tuple(one["column_names"])
                for one in there.get_unique_constraints(table.name, schema=tables.schema)
            }
            unique.add(
                tuple(there.get_pk_constraint(table.name, schema=tables.schema)["constrained_columns"])
            )
            wanted = [c for c in table.constraints if isinstance(c, UniqueConstraint)]
            for constraint in [*wanted, table.primary_key]:
                found = tuple(column.name for column in constraint.columns)
                if found and found not in unique:
                    name = f"{table.name} ({', '.join(found)})"
                    yield _not_there("constraint-missing", Words("唯一约束", "unique constraint"), name)
        if self._database.dialect == POSTGRESQL:
            yield from self._functions()

    def _functions(self) -> Iterator[Fault]:
        """What gives pending events their places."""
        tables = self._database.tables
        in_schema = "n.nspname = coalesce(?, current_schema())"
        for statement in self._database.places_at_commit():  # type: ignore[attr-defined]
            match = re.match(
                r'CREATE (?:CONSTRAINT )?(SEQUENCE|FUNCTION|TRIGGER) (?:"[^"]+"\.)?"(\w+)"', statement
            )
            if match is None:
                continue
            name = match[2]
            if match[1] == "SEQUENCE":
                find = f"pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = ? AND {in_schema}"
                there = self._ask(f"SELECT 1 FROM {find} AND c.relkind = 'S'", name, tables.schema)
                what = Words("序列", "sequence")
            elif match[1] == "FUNCTION":
                body = statement.split("$$")[1]
                find = f"pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.proname = ? AND {in_schema}"
                there = self._ask(f"SELECT 1 FROM {find} AND p.prosrc = ?", name, tables.schema, body)
                what = Words("函数（原样）", "function, as it was made,")
            else:
                find = (
                    "pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n "
                    f"ON n.oid = c.relnamespace WHERE t.tgname = ? AND {in_schema} AND c.relname = ?"
                )
                there = self._ask(
                    f"SELECT 1 FROM {find} AND t.tgenabled = 'O'", name, tables.schema, tables.events.name
                )
                what = Words("触发器（启用）", "trigger, switched on,")
            if not there:
                yield _not_there(f"{match[1].lower()}-missing", what, name)

    # -- the log -------------------------------------------------------------------------------------------

    def _rows(self) -> Iterator[Fault]:
        checked, codec = self._checked, self._codec
        ((total,),) = self._ask("SELECT count(*) FROM {events}")
        chain = Chain(self._heads())
        latest = None
        for row in all_rows(self._connection, self._database):
            fits = chain.add(row)
            checked.events += 1
            if not 0 < row.position < PENDING:
                yield _nowhere(row)
            else:
                checked.last_position = row.position
            if fits:
                if latest and row.recorded_at and row.recorded_at < latest and not row.clock_back:
                    yield _went_back(row)
                latest = row.recorded_at
            if codec is not None:
                self._read(row, codec)
            if self._progress is not None and checked.events % 1000 == 0:
                self._progress(checked.events, total)
        if self._progress is not None:
            self._progress(checked.events, total)
        for broken in chain.breaks():
            yield _broken(broken)

    def _heads(self) -> Sequence[Head]:
        heads = streamed(
            self._connection,
            self._database,
            self._database.sql("SELECT position, seal, recorded_at FROM {head}"),
        )
        return [
            Head(position if isinstance(position, int) else -1, seal, moment_of(recorded_at))
            for position, seal, recorded_at in heads
        ]

    def _read(self, row: Stored, codec: Codec) -> None:
        if row.recorded_at is None:
            return  # the row is faulty, and named as such
        _, version, type_name, schema_version, body, *_ = row.said
        try:
            codec.decode(type_name, schema_version, body)
        except Exception as error:  # noqa: BLE001  whatever a codec raises, this event cannot be read
            self._checked.undecodable_count += 1
            said = words_of(error)
            if len(self._checked.undecodable) < LISTED:
                self._checked.undecodable.append(
                    Undecodable(
                        position=row.position,
                        stream=row.stream,
                        version=version,
                        type=type_name,
                        schema_version=schema_version,
                        recorded_at=row.recorded_at,
                        reason=said.en,
                        reason_zh=said.zh,
                    )
                )

    def _streams(self) -> Iterator[Fault]:
        """Each stream is numbered from one, without a gap or a repetition, in the order of the log."""
        select = self._database.sql("SELECT stream, version, position FROM {events} ORDER BY stream, version")
        stream, expected, before = object(), 1, 0
        for name, version, position in streamed(self._connection, self._database, select):
            if name != stream:
                stream, expected, before = name, 1, position
            place = {"position": position, "stream": str(name), "version": version}
            if not isinstance(version, int) or version < expected:
                yield Fault(
                    kind="version-wrong",
                    what=Words(
                        f"{name} 在位置 {position} 的版本号 {version!r} 不应出现，应为 {expected}。",
                        f"The version {version!r} of {name} at position {position} should not be there: "
                        f"{expected} comes next.",
                    ),
                    do=COMPARE,
                    position=position,
                    stream=str(name),
                    version=version if isinstance(version, int) else None,
                )
                continue
            if version > expected:
                missing = f"{expected}" if version == expected + 1 else f"{expected}–{version - 1}"
                yield Fault(
                    kind="version-missing",
                    what=Words(
                        f"{name} 缺少版本 {missing}，位置 {position} 已是版本 {version}。",
                        f"{name} lacks version {missing}: at position {position} it goes on with {version}.",
                    ),
                    do=RESTORE,
                    **place,
                )
            if position < before:
                yield Fault(
                    kind="version-order",
                    what=Words(
                        f"{name} 的版本 {version}（位置 {position}）排在其前一版本（位置 {before}）之前。",
                        f"Version {version} of {name}, at position {position}, stands before the version that "
                        f"precedes it, at position {before}.",
                    ),
                    do=COMPARE,
                    **place,
                )
            expected, before = version + 1, position

    def _readers(self) -> Iterator[Fault]:
        ((last,),) = self._ask(f"SELECT coalesce({LAST}, 0)")
        for name, position in self._ask("SELECT name, position FROM {tracking} ORDER BY name"):
            if isinstance(position, int) and 0 <= position <= last:
                continue
            yield Fault(
                kind="reader-ahead",
                what=Words(
                    f"读取者 {name} 记为已读至 {position}，而日志止于 {last}。",
                    f"The reader {name} is said to have come to {position}; the log ends at {last}.",
                ),
                do=Words(
                    "若日志末尾被删，先从备份恢复；然后运行 emergency projections rebuild。",
                    "If the end of the log was taken out, restore it from a backup first; then run "
                    "emergency projections rebuild.",
                ),
                position=position if isinstance(position, int) else None,
            )


# -- the words -----------------------------------------------------------------------------------------------

COMPARE = Words(
    "与此前的备份比对该处；查清之前，凡依据它的结论都视为未经证实。",
    "Compare it with a backup from before; until that is done, take what rests on it for unproved.",
)
RESTORE = Words(
    "从仍有这些行的备份恢复到另一处，比对后再用。",
    "Restore a backup that still has them to another place, and compare.",
)
DAMAGED = Words(
    "停止写入，保留一份副本，从备份恢复。", "Stop writing to it, keep a copy, and restore it from a backup."
)
REBUILD = Words("运行 emergency projections rebuild。", "Run emergency projections rebuild.")
REINDEX = Words("由管理员运行 REINDEX。", "Let the administrator run REINDEX on it.")
NEW_TABLES = Words("从备份恢复；不要手工补建。", "Restore the store from a backup; do not make it by hand.")
PUT_RIGHT = Words(
    "与此前的备份比对日志末尾。若日志完整，由管理员恢复 head 表的那一行。",
    "Compare the end of the log with a backup from before. If the log is whole, let the administrator put back the "
    "row of the head's table from it.",
)


def _said_by(who: str, said: str) -> Words:
    return Words(f"{who} 报告：{said}。", f"{who} says: {said}.")


def _not_there(kind: str, what: Words, name: str) -> Fault:
    return Fault(
        kind=kind,
        what=Words(f"缺少{what.zh} {name}。", f"The {what.en} {name} is not there."),
        do=NEW_TABLES,
    )


def _unreadable(error: BaseException, after: int) -> Fault:
    said = str(error) if isinstance(error, EmergencyError) else f"{type(error).__name__}: {error}"
    return Fault(
        kind="unreadable",
        what=Words(
            f"位置 {after} 之后无法读取：{said}", f"It cannot be read further than position {after}: {said}"
        ),
        do=DAMAGED,
        position=after,
    )


def _nowhere(row: Stored) -> Fault:
    what = (
        Words("仍在等待位置", "still waits for its place")
        if row.position >= PENDING
        else Words("不在日志会给出的位置", "stands where the log gives no place")
    )
    return Fault(
        kind="row-without-place",
        what=Words(
            f"{row.stream} 版本 {row.version}（位置 {row.position}）{what.zh}。",
            f"Version {row.version} of {row.stream}, at position {row.position}, {what.en}.",
        ),
        do=COMPARE,
        **_place(row),
    )


def _went_back(row: Stored) -> Fault:
    return Fault(
        kind="clock-back-unmarked",
        what=Words(
            f"位置 {row.position}（{row.stream} 版本 {row.version}）的入库时间早于前一行，却未标明时钟回拨。",
            f"The event at position {row.position}, version {row.version} of {row.stream}, was recorded before the "
            "one that precedes it, and is not marked as written after the clock was set back.",
        ),
        do=COMPARE,
        **_place(row),
    )


def _place(row: Stored) -> dict[str, Any]:
    version = row.version if isinstance(row.version, int) else None
    return {"position": row.position, "stream": row.stream, "version": version}


_SAID: dict[Kind, tuple[Words, Words]] = {
    Kind.ALTERED: (
        Words("位置 {at}（{row.zh}）在写入之后被改动。", "The row at position {at}, {row.en}, was altered."),
        COMPARE,
    ),
    Kind.SEAL_ALTERED: (
        Words(
            "位置 {at}（{row.zh}）的封被改动；内容未变。",
            "The seal of the row at position {at}, {row.en}, was altered; what the row says was not.",
        ),
        COMPARE,
    ),
    Kind.DOUBTFUL: (
        Words(
            "位置 {at}（{row.zh}）无法证实：它或它之前一行的封被改动。",
            "The row at position {at}, {row.en}, cannot be proved: it was altered, or the seal before it was.",
        ),
        COMPARE,
    ),
    Kind.PUT_IN: (
        Words(
            "位置 {at}（{row.zh}）是绕过程序加入的。",
            "The row at position {at}, {row.en}, was put in by hand: its neighbours know nothing of it.",
        ),
        COMPARE,
    ),
    Kind.MOVED: (
        Words(
            "{row.zh} 应在位置 {at}，现在位置 {stands_at}。",
            "The row that belongs at position {at}, {row.en}, stands at position {stands_at}: moved by hand.",
        ),
        COMPARE,
    ),
    Kind.MISSING: (
        Words(
            "位置 {at}{through} 的行被取走；其后一行的内容因此也无法单独证实。",
            "What stood at position {at}{through} was taken out; the row after it cannot be proved without it.",
        ),
        RESTORE,
    ),
    Kind.TAIL_MISSING: (
        Words(
            "日志末尾被截去：位置 {at}{through} 的行不在了。",
            "The end of the log was cut off: what stood at position {at}{through} is gone.",
        ),
        RESTORE,
    ),
    Kind.NOT_LOOKED_AT: (
        Words(
            "不符的行太多：位置 {at}{through} 之间还有，未逐一辨认。",
            "Too many rows do not fit: there are more at position {at}{through}, not told apart one by one.",
        ),
        RESTORE,
    ),
    Kind.HEAD_MISSING: (
        Words(
            "head 表应有且只有一行。日志止于位置 {at}。",
            "The head's table must hold one row and does not. The log ends at position {at}.",
        ),
        PUT_RIGHT,
    ),
    Kind.HEAD_ALTERED: (
        Words(
            "head 所记与位置 {at} 的最后一行不符。",
            "The head does not say what the last row, at position {at}, says: one of them was altered.",
        ),
        PUT_RIGHT,
    ),
    Kind.HEAD_BEHIND: (
        Words(
            "head 止于位置 {at}，日志止于 {end}：其后的行是绕过程序加入的，或 head 被改回。",
            "The head ends at position {at}, the log at {end}: what comes after was put in by hand, or the head was "
            "set back.",
        ),
        PUT_RIGHT,
    ),
    Kind.HEAD_AHEAD: (
        Words(
            "head 记到位置 {end}，而带此封的最后一行在 {at} 之前：其后的行在封存之前已被取走，或 head 被改动。",
            "The head counts to position {end}, but the row that it is sealed upon is the last, before {at}: what "
            "came after was taken out before it was sealed, or the head was altered.",
        ),
        PUT_RIGHT,
    ),
}


def _broken(broken: Broken) -> Fault:
    what, do = _SAID[broken.kind]
    row, end = broken.row, broken.through
    several = end is not None and end > broken.position
    words = [
        text.format(
            at=broken.position,
            end=end,
            through=f"–{end}" if several else "",
            stands_at=broken.stands_at,
            row=Words(f"{row.stream} 版本 {row.version}", f"version {row.version} of {row.stream}")
            if row is not None
            else "",
        )
        for text in (what.zh, what.en)
    ]
    place: dict[str, Any] = {"position": broken.position} if row is None else _place(row)
    place["position"] = broken.position
    return Fault(kind=str(broken.kind), what=Words(*words), do=do, through=end if several else None, **place)
