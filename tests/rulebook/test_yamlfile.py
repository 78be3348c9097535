"""YAML as plain text, with the line of everything."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency import yamlfile
from emergency.errors import BrokenDataError

TEXT = """\
format: 1
at: 2014-04-07T04:50+08:00
code: 0530302
yes: no
nothing: null
quoted: "null"
steps:
  - id: s1
    facts: {deaths: 0, by: [a, b]}
  - id: s2
"""


def test_every_scalar_but_a_plain_null_is_text() -> None:
    assert yamlfile.parse(TEXT, "t").data == {
        "format": "1",
        "at": "2014-04-07T04:50+08:00",
        "code": "0530302",
        "yes": "no",
        "nothing": None,
        "quoted": "null",
        "steps": [{"id": "s1", "facts": {"deaths": "0", "by": ["a", "b"]}}, {"id": "s2"}],
    }


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("format",), 1),
        (("steps",), 7),
        (("steps", 0), 8),
        (("steps", 0, "facts"), 9),
        (("steps", 0, "facts", "by", 1), 9),
        (("steps", 1, "id"), 10),
        (("steps", 1, "missing", "deeper"), 10),
        (("steps", 9), 7),
        (("nowhere",), 1),
    ],
)
def test_a_line_is_that_of_the_key_or_its_nearest_ancestor(path: tuple[str | int, ...], line: int) -> None:
    assert yamlfile.parse(TEXT, "t").line(path) == line


def test_bytes_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    path = tmp_path / "marked.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: \xe4\xb8\xad\n")
    assert yamlfile.read(path).data == {"a": "中"}
    assert yamlfile.parse("\ufeffa: 中\n", "t").data == {"a": "中"}


def test_a_file_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(
        BrokenDataError, match=r"gone\.yaml:1: cannot be read \(No such file or directory\); check"
    ):
        yamlfile.read(tmp_path / "gone.yaml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: {b: 1, b: 2}", "t:1: a.b: stands twice, first on line 1; keep one of them"),
        ("a:\n  - &x 1", "t:2: a.0: &x is an anchor"),
        ("a: *x", "t:1: a: *x is an alias"),
        ("? [a]\n: 1", "t:1: has a key that is no word"),
        ("'': 1", "t:1: has an empty key"),
        ("&a k: 1", "t:1: &a is an anchor"),
        ("!!map {a: 1}", "t:1: tag:yaml.org,2002:map is a tag"),
        ("a: [1", "t:2: is not YAML"),
        ("a: \x07", "t:1: is not YAML"),
        ("a: \ud800", "t:1: holds half a character"),
        ("a: " + "[" * 60 + "]" * 60, "t:1: a.0.0: is nested too deeply"),
        ("a: 1\n...\n---\nb: 1", "t:3: starts a second document"),
        ("a:", "t:1: a: has no value"),
    ],
)
def test_what_could_mean_two_things_is_refused(text: str, said: str) -> None:
    with pytest.raises(BrokenDataError) as refused:
        yamlfile.parse(text, "t")
    assert str(refused.value).startswith(said)


def test_a_quoted_merge_key_is_only_a_word() -> None:
    assert yamlfile.parse('"<<": 1', "t").data == {"<<": "1"}


def test_a_long_list_of_problems_is_cut() -> None:
    many = [yamlfile.Flaw("t", line, "k", "is wrong") for line in range(1, 14)]
    said = str(yamlfile.BrokenFileError(many)).splitlines()
    assert len(said) == 11
    assert said[-1] == "… and 3 more."


def _outcome(text: str | bytes) -> str:
    try:
        yamlfile.parse(text, "t")
    except BrokenDataError as error:
        return str(error)
    return "t: read"


@given(st.text() | st.binary())
def test_anything_is_either_read_or_refused_in_our_own_words(text: str | bytes) -> None:
    assert _outcome(text).startswith("t:")


@given(st.recursive(st.text("ab :-[]{}&*!\n\t'\"", max_size=9), lambda inner: st.lists(inner).map("\n".join)))
def test_what_looks_like_yaml_is_either_read_or_refused_in_our_own_words(text: str) -> None:
    assert _outcome(text).startswith("t:")
