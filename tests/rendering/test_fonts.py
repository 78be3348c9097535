"""Which fonts are used, and what is said where the customary ones are missing."""

from __future__ import annotations

import builtins
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.rendering.given import CIRCULAR, LETTER, PLAIN

from emergency.documents import docx, pdf
from emergency.documents.fonts import Fonts, Role, found, places
from emergency.documents.sfnt import faces
from emergency.errors import BrokenDataError, NotInstalledError


@pytest.fixture
def folder(fonts: Fonts, tmp_path: Path) -> Path:
    """A folder of one's own with the font that stands for 仿宋."""
    path = fonts.roles[Role.FANG].path
    (tmp_path / path.name).symlink_to(path)
    return tmp_path


def test_a_missing_font_has_another_in_its_place_and_it_is_said(folder: Path) -> None:
    fonts = found([folder])
    for role in (Role.KAI, Role.BIAOSONG):
        (name,) = {path.name for path in folder.iterdir()}
        for words in (fonts.warnings[role].zh, fonts.warnings[role].en):
            assert name in words
            assert "EMERGENCY_FONTS" in words
    made = pdf.made(LETTER, fonts)
    assert {words.zh for words in made.warnings} <= {words.zh for words in fonts.warnings.values()}


def test_only_what_a_document_uses_is_warned_of(folder: Path) -> None:
    fonts = found([folder])
    plain = pdf.made(PLAIN, fonts).warnings
    letter = pdf.made(LETTER, fonts).warnings
    assert fonts.warnings[Role.KAI] in letter
    assert fonts.warnings[Role.KAI] not in plain


def test_without_any_chinese_font_it_is_said_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(NotInstalledError) as caught:
        found([tmp_path])
    for words in (str(caught.value), caught.value.zh):
        assert "fonts-noto-cjk" in words
        assert "EMERGENCY_FONTS" in words
        assert str(tmp_path) in words


def test_a_font_without_chinese_is_not_taken(tmp_path: Path) -> None:
    dejavu = next(Path("/usr/share/fonts").rglob("DejaVuSans.ttf"), None)
    if dejavu is None:
        pytest.skip("DejaVu is not here")
    shutil.copy(dejavu, tmp_path)
    with pytest.raises(NotInstalledError):
        found([tmp_path])


def test_what_is_no_font_is_passed_over(folder: Path) -> None:
    (folder / "a.ttf").write_bytes(b"not a font")
    (folder / "b.ttc").write_bytes(b"ttcf" + b"\xff" * 40)
    (folder / "c.otf").write_bytes(b"")
    (folder / "d.ttf").symlink_to(folder / "gone.ttf")
    assert found([folder]).roles[Role.FANG].path.name in {path.name for path in folder.iterdir()}


def test_a_damaged_font_is_named(fonts: Fonts, tmp_path: Path) -> None:
    whole = fonts.roles[Role.FANG].path
    cut = tmp_path / whole.name
    with whole.open("rb") as source:
        cut.write_bytes(source.read(2_000_000))
    try:
        damaged = found([tmp_path])
    except NotInstalledError:
        return  # it is so short that it has no names
    with pytest.raises(BrokenDataError, match=cut.name) as caught:
        pdf.rendered(PLAIN, damaged)
    assert cut.name in caught.value.zh


def test_the_environment_names_folders_and_they_come_first(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMERGENCY_FONTS", f"{folder}:/nowhere")
    assert list(places())[:2] == [folder, Path("/nowhere")]
    assert found().roles[Role.FANG].path.parent == folder


def test_which_characters_a_font_has_is_read_from_it(fonts: Fonts) -> None:
    face = fonts.roles[Role.FANG]
    assert face.lacks(set("的一㍙䶮\ue000\U000dddd0")) == {"\ue000", "\U000dddd0"}
    assert [one.index for one in faces(face.path)][: face.index + 1] == list(range(face.index + 1))
    dejavu = next(Path("/usr/share/fonts").rglob("DejaVuSans.ttf"), None)
    if dejavu is not None:
        (plain,) = faces(dejavu)
        assert plain.lacks(set("aé的")) == {"的"}
        assert plain.weight == 400


def test_another_font_gives_what_the_chosen_one_lacks(fonts: Fonts) -> None:
    dejavu = next(Path("/usr/share/fonts").rglob("DejaVuSans.ttf"), None)
    if dejavu is None:
        pytest.skip("DejaVu is not here")
    further, missing = fonts.for_text("一\u0531\ue000", [Role.FANG])  # Armenian
    assert missing == {"\ue000"}
    assert further
    assert all(face not in fonts.roles.values() for face in further)


@pytest.mark.parametrize(("package", "form"), [("docx", docx), ("typst", pdf)])
def test_without_the_extra_it_is_said_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, package: str, form: ModuleType
) -> None:
    true = builtins.__import__

    def without(name: str, *rest: Any) -> object:  # noqa: ANN401 - whatever an import is given
        if name.partition(".")[0] == package:
            raise ImportError(name)
        return true(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(NotInstalledError) as caught:
        form.rendered(CIRCULAR)
    assert "pip install 'emergency[documents]'" in str(caught.value)
    assert "pip install 'emergency[documents]'" in caught.value.zh
    assert "Plain text" in str(caught.value)
    assert "纯文本" in caught.value.zh
