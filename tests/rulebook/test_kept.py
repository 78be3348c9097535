"""The packaged rules are read once and kept: always the right ones, whatever happens to the files."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from tests.rulebook.bench import EXAMPLES, RULE, edited, write

from emergency.domain.times import CHINA
from emergency.errors import BrokenDataError
from emergency.rulebook import Rulebook, compiled, load
from emergency.rulebook.fingerprint import fingerprint
from emergency.rulebook.loader import read_folder, rulebook_of
from emergency.rulebook.packing import opened, packed
from emergency.rulebook.shelf import Later, Shelf

NAME = "cn/national/work-safety/unit-to-county"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of its own with one rule in it, and a cache of the user's beside it."""
    package = tmp_path / "emergency"
    for name in ("domain/words.py", "yamlfile.py", "rulebook/model.py"):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text("", encoding="utf-8")
    write(package / "rulebook/data", f"{NAME}.yaml", RULE + EXAMPLES)
    monkeypatch.setattr(compiled, "HOME", package / "rulebook")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield package / "rulebook"
    compiled._packaged.cache_clear()


def again() -> Rulebook:
    """Load the rules as the next process would."""
    compiled._packaged.cache_clear()
    return load()


def was_kept(book: Rulebook) -> bool:
    return isinstance(book.rules, Shelf)


def right(book: Rulebook, home: Path) -> bool:
    """Whether a rulebook is the one that stands in the files."""
    fresh = rulebook_of(read_folder(home / "data"))
    return tuple(book.rules) == tuple(fresh.rules) and book.fingerprint == fresh.fingerprint


def kept_file(home: Path) -> Path:
    return home / "__pycache__" / "rules.kept"


def everything(book: Rulebook) -> dict[str, Any]:
    return {
        **{name: tuple(getattr(book, name)) for name in compiled._SHELVES},
        "families": dict(book.families),
        "kinds": dict(book.kinds),
        "words": {listed: dict(words) for listed, words in book.words.items()},
        "years": {country: dict(known.years) for country, known in book.calendars.items()},
    }


def test_the_kept_rulebook_is_the_one_that_was_read() -> None:
    fresh = rulebook_of(read_folder())
    kept = compiled._of_content(opened(packed(compiled._content(fresh))))
    assert was_kept(kept)
    assert everything(kept) == everything(fresh)
    assert everything(fresh) == everything(kept)
    assert kept.fingerprint == fresh.fingerprint == fingerprint(kept)
    assert kept == fresh


def test_nothing_of_a_kept_rule_is_silently_empty() -> None:
    fresh = rulebook_of(read_folder())
    kept = compiled._of_content(opened(packed(compiled._content(fresh))))
    for read, rule in zip(fresh.rules, kept.rules, strict=True):
        assert isinstance(rule.examples, Later) or not read.examples
        assert bool(rule.examples) == bool(read.examples)
        assert len(rule.examples) == len(read.examples)
        assert list(rule.examples) == list(read.examples)
        assert rule.examples[:1] == read.examples[:1]
        assert repr(rule.examples) == repr(read.examples)
        assert hash(rule.examples[:0]) == hash(())
        assert rule.accepts == read.accepts
        assert rule.model_fields_set == read.model_fields_set
        assert rule.model_dump() == read.model_dump()
        assert rule.model_dump_json() == read.model_dump_json()
        assert type(rule).model_validate(rule) is rule
    assert any(rule.examples for rule in kept.rules)
    assert any(rule.accepts for rule in kept.rules)


def test_moments_of_examples_keep_their_zone() -> None:
    fresh = rulebook_of(read_folder())
    moments = [example.starts for rule in fresh.rules for example in rule.examples]
    for before, after in zip(moments, opened(packed(moments)), strict=True):
        assert before.isoformat() == after.isoformat()
        assert after.tzinfo is CHINA or before.tzinfo is not CHINA


def test_the_second_load_opens_what_the_first_one_kept(home: Path) -> None:
    assert not was_kept(again())
    assert was_kept(again())
    assert right(again(), home)
    assert [path.name for path in kept_file(home).parent.iterdir()] == ["rules.kept"]


def test_an_edited_rule_is_seen_by_the_next_load(home: Path) -> None:
    again()
    text = edited(("within: PT1H", "within: PT9H"))
    write(home / "data", f"{NAME}.yaml", text)
    book = again()
    assert not was_kept(book)
    assert right(book, home)
    value = book.rule(NAME).value_on(date(2020, 1, 1))
    assert value is not None
    assert str(value.limit.within) == "9:00:00"
    assert was_kept(again())
    assert right(again(), home)


def test_an_edit_of_the_same_size_is_seen(home: Path) -> None:
    again()
    path = home / "data" / f"{NAME}.yaml"
    size, then = path.stat().st_size, path.stat().st_mtime_ns
    path.write_text((RULE + EXAMPLES).replace('row: "1.2.2"', 'row: "9.9.9"'), encoding="utf-8")
    assert path.stat().st_size == size
    os.utime(path, ns=(then + 1, then + 1))
    assert again().rule(NAME).row == "9.9.9"


def test_an_added_and_a_removed_rule_are_seen(home: Path) -> None:
    again()
    other = "cn/national/work-safety/other"
    write(home / "data", f"{other}.yaml", RULE)
    assert [rule.id for rule in again().rules] == [other, NAME]
    assert right(again(), home)
    (home / "data" / f"{NAME}.yaml").unlink()
    assert [rule.id for rule in again().rules] == [other]
    assert right(again(), home)


def test_a_renamed_rule_is_seen(home: Path) -> None:
    again()
    path = home / "data" / f"{NAME}.yaml"
    path.rename(path.with_name("renamed.yaml"))
    assert [rule.id for rule in again().rules] == ["cn/national/work-safety/renamed"]


def test_a_rule_that_breaks_is_not_hidden_by_what_was_kept(home: Path) -> None:
    again()
    write(home / "data", f"{NAME}.yaml", edited(("clock: received", "clock: recieved")))
    for _ in range(2):
        with pytest.raises(BrokenDataError, match="recieved"):
            again()


@pytest.mark.parametrize("name", ["model.py", "../domain/words.py", "../yamlfile.py"])
def test_other_program_code_reads_anew(home: Path, name: str) -> None:
    again()
    assert was_kept(again())
    (home / name).write_text("# changed\n", encoding="utf-8")
    assert not was_kept(again())
    assert was_kept(again())


@pytest.mark.parametrize("attribute", ["FORMAT", "VERSION"])
def test_another_format_or_library_reads_anew(
    home: Path, attribute: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    again()
    monkeypatch.setattr(compiled, attribute, "another")
    assert not was_kept(again())
    assert right(again(), home)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:0],
        lambda data: data[:40],
        lambda data: data[: data.index(b"\n") + 1],
        lambda data: data[: len(data) // 2],
        lambda data: data[:-1],
        lambda data: data + b"x",
        lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
        lambda data: bytes(len(data)),
        lambda data: data[:0] + b'{"state": "another"}',
        lambda data: data[:0] + pickle.dumps({"rules": ()}),
    ],
    ids=["empty", "torn-head", "head", "half", "short", "long", "flipped", "zeros", "json", "pickle"],
)
def test_a_broken_or_foreign_file_is_passed_over_and_replaced(
    home: Path, spoil: Callable[[bytes], bytes]
) -> None:
    again()
    whole = kept_file(home).read_bytes()
    kept_file(home).write_bytes(spoil(whole))
    book = again()
    assert not was_kept(book)
    assert right(book, home)
    assert kept_file(home).read_bytes() == whole
    assert was_kept(again())


def test_a_folder_in_its_place_is_passed_over(home: Path, tmp_path: Path) -> None:
    kept_file(home).mkdir(parents=True)
    assert right(again(), home)
    assert was_kept(again())
    assert list((tmp_path / "cache/emergency").glob("rules-*.kept"))


def test_where_the_package_cannot_be_written_the_user_s_cache_is(home: Path, tmp_path: Path) -> None:
    kept_file(home).parent.write_text("no folder", encoding="utf-8")
    assert not was_kept(again())
    assert was_kept(again())
    assert right(again(), home)
    (kept,) = (tmp_path / "cache/emergency").iterdir()
    assert kept.name.startswith("rules-")
    assert kept.suffix == ".kept"


def test_where_nothing_can_be_written_the_rules_are_read_each_time(home: Path, tmp_path: Path) -> None:
    kept_file(home).parent.write_text("no folder", encoding="utf-8")
    (tmp_path / "cache").write_text("no folder", encoding="utf-8")
    for _ in range(2):
        book = again()
        assert not was_kept(book)
        assert right(book, home)


def test_a_disk_that_fills_leaves_nothing_behind(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        real(path, data[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert right(again(), home)
    assert list(kept_file(home).parent.iterdir()) == []


def test_without_its_source_the_rules_are_read_each_time(home: Path) -> None:
    (home.parent / "yamlfile.py").unlink()
    packaged = rulebook_of(read_folder()).fingerprint
    for _ in range(2):
        assert again().fingerprint == packaged
    assert not kept_file(home).exists()


def test_several_processes_at_once_all_have_the_right_rules(home: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from emergency.rulebook import compiled\n"
        "compiled.HOME = Path(sys.argv[1])\n"
        "for _ in range(20):\n"
        "    compiled._packaged.cache_clear()\n"
        "    book = compiled.load()\n"
        "    print(book.fingerprint, *(len(rule.examples) for rule in book.rules))\n"
        "    compiled.keep(compiled.state_of(compiled.HOME), compiled.HOME, {'other': list(range(99))})\n"
    )
    runs = [
        subprocess.Popen([sys.executable, "-c", script, str(home)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = [run.communicate(timeout=120)[0].splitlines() for run in runs]
    assert [run.returncode for run in runs] == [0] * 3
    assert set(chain(*said)) == {f"{rulebook_of(read_folder(home / 'data')).fingerprint} 3"}
    assert [path.name for path in kept_file(home).parent.iterdir()] == ["rules.kept"]


class Harm:
    """What a file that somebody else put there might hold."""

    def __init__(self, call: Callable[..., object], *arguments: object) -> None:
        self.what = call, arguments

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.what


@pytest.mark.parametrize(
    "harm",
    [
        Harm(os.system, "true"),
        Harm(eval, "1"),
        Harm(getattr, "a", "upper"),
        Harm(compiled.load),
        Harm(Path, "x"),
        Harm(subprocess.run, ["true"]),
    ],
)
def test_nothing_but_data_of_a_rulebook_is_opened(harm: Harm) -> None:
    with pytest.raises(pickle.UnpicklingError, match="is no part of a rulebook"):
        opened(pickle.dumps(harm))


def test_other_instants_can_be_packed() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert opened(packed([moment], seldom=True)) == [moment]
