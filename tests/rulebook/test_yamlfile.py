"""YAML as plain text, with the line of everything."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, ValidationError

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


class Learned(BaseModel, extra="forbid"):
    """A step of one kind."""

    act: Literal["learned"]
    office: str


class Reported(BaseModel, extra="forbid"):
    """A step of another kind."""

    act: Literal["reported"]
    to: list[str]
    channel: Literal["phone", "written"] = "phone"


class Timeline(BaseModel, extra="forbid"):
    """What a timeline may look like."""

    steps: list[Annotated[Learned | Reported, Field(discriminator="act")]]


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("{act: reported, to: [a], chanel: b}", 'chanel: is not a known key; did you mean "channel"?'),
        (
            "{act: reported, to: [a], channel: phon}",
            'channel: "phon" is not one of phone, written; did you mean "phone"?',
        ),
        ("{act: reported, to: a}", 'to: "a" must be a list; write [one, two]'),
        ("{act: reportd}", 'act: "reportd" is not one of learned, reported; did you mean "reported"?'),
        ("{office: a}", "act: is missing; add it"),
        ("{act: learned}", "office: is missing; add it"),
    ],
)
def test_a_choice_of_models_is_explained_without_their_names(step: str, said: str) -> None:
    document = yamlfile.parse(f"steps:\n  - {step}\n", "t")
    with pytest.raises(ValidationError) as refused:
        Timeline.model_validate(document.data)
    assert str(yamlfile.explain(document, refused.value, Timeline)) == f"t:2: steps.0.{said}"


def test_a_null_in_place_of_a_step_is_named() -> None:
    document = yamlfile.parse("steps:\n  - null\n", "t")
    with pytest.raises(ValidationError) as refused:
        Timeline.model_validate(document.data)
    explained = str(yamlfile.explain(document, refused.value, Timeline))
    assert explained == "t:2: steps.0: null must be a mapping; write `key: value` lines"


def test_without_the_model_a_misspelt_key_is_still_known_by_what_is_missing() -> None:
    document = yamlfile.parse("act: learned\nofice: a\n", "t")
    with pytest.raises(ValidationError) as refused:
        Learned.model_validate(document.data)
    explained = str(yamlfile.explain(document, refused.value))
    assert 't:2: ofice: is not a known key; did you mean "office"?' in explained.splitlines()


def test_a_long_list_of_problems_is_cut() -> None:
    many = [yamlfile.Flaw("t", line, "k", "is wrong", "有误") for line in range(1, 14)]
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
