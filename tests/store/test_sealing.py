"""A sealed name is read with its key, for its subject, unaltered; in any other way nothing of it is told."""

from __future__ import annotations

import base64
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from emergency.errors import RefusedError
from emergency.store.contacts import Sealed
from emergency.store.sealing import AlteredError, Key, Particulars, WrongKeyError, others_may_read

NAME = Particulars(name="欧阳某甲", phone="13800000000", note="东门门卫")


@pytest.fixture
def key(tmp_path: Path) -> Key:
    return Key.make(tmp_path / "people.key")


def test_what_was_sealed_is_read_with_the_same_key(tmp_path: Path, key: Key) -> None:
    sealed = key.seal("p-1", NAME)
    again = Key.read(tmp_path / "people.key")
    assert again.open("p-1", sealed) == NAME
    assert again.id == key.id == sealed.key_id
    assert key.open("p-2", key.seal("p-2", Particulars(phone="1"))) == Particulars(phone="1")


def test_nothing_of_it_shows(key: Key, tmp_path: Path) -> None:
    sealed = key.seal("p-1", NAME)
    for word in ("欧阳", "13800000000", "门卫"):
        assert word.encode() not in sealed.content
        assert word not in repr(NAME)
    secret = base64.b64decode((tmp_path / "people.key").read_text().rsplit(maxsplit=1)[-1])
    assert len(secret) == 32
    assert secret.hex() not in (sealed.key_id, sealed.content.hex())
    assert sealed.key_id not in secret.hex()


def test_the_same_name_is_sealed_differently_each_time_and_as_long_as_another(key: Key) -> None:
    first, second, longer = (key.seal("p-1", Particulars(name=n)) for n in ("王", "王", "欧阳某甲" * 5))
    assert first.content != second.content
    assert len(first.content) == len(longer.content)


def test_another_key_is_told_apart_from_an_altered_content(key: Key, tmp_path: Path) -> None:
    other = Key.make(tmp_path / "other.key")
    sealed = key.seal("p-1", NAME)
    with pytest.raises(WrongKeyError, match=f"{other.id} did not seal this name; the key {key.id} did"):
        other.open("p-1", sealed)
    with pytest.raises(AlteredError):  # though it says that it is the right one
        other.open("p-1", Sealed(sealed.content, other.id))


@pytest.mark.parametrize("place", [0, 1, 12, 13, 60, -1])
def test_one_bit_is_enough(key: Key, place: int) -> None:
    content, key_id = key.seal("p-1", NAME)
    altered = bytearray(content)
    altered[place] ^= 1
    with pytest.raises(AlteredError) as error:
        key.open("p-1", Sealed(bytes(altered), key_id))
    assert "欧阳" not in str(error.value)


@pytest.mark.parametrize("length", [0, 1, 5, 13, 29, -1])
def test_what_was_cut_off_is_altered(key: Key, length: int) -> None:
    content, key_id = key.seal("p-1", NAME)
    with pytest.raises(AlteredError):
        key.open("p-1", Sealed(content[:length], key_id))


def test_it_cannot_be_put_under_another_subject(key: Key) -> None:
    with pytest.raises(AlteredError):
        key.open("p-2", key.seal("p-1", NAME))


# -- the key file -----------------------------------------------------------------------------------------------


def test_a_key_file_is_its_owners_alone_and_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "people.key"
    before = os.umask(0)
    try:
        Key.make(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not others_may_read(path)
    text = path.read_text()
    with pytest.raises(RefusedError, match="already a file"):
        Key.make(path)
    assert path.read_text() == text
    path.chmod(0o640)
    assert others_may_read(path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "emergency-key-1\n",
        "emergency-key-2 " + base64.b64encode(bytes(32)).decode(),
        "emergency-key-1 " + base64.b64encode(bytes(31)).decode(),
        "emergency-key-1 " + base64.b64encode(bytes(33)).decode(),
        "emergency-key-1 !!!!",
        ("emergency-key-1 " + base64.b64encode(bytes(32)).decode() + "\n") * 2,
        "-----BEGIN PRIVATE KEY-----\n",
    ],
)
def test_what_is_no_key_file_is_not_taken_for_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / "no.key"
    path.write_text(text)
    with pytest.raises(RefusedError, match="is not a key file") as error:
        Key.read(path)
    assert base64.b64encode(bytes(31)).decode()[:20] not in str(error.value)


def test_a_key_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=r"none\.key cannot be read"):
        Key.read(tmp_path / "none.key")
    (tmp_path / "bytes.key").write_bytes(b"\xff\xfe")
    with pytest.raises(RefusedError, match="is not a key file"):
        Key.read(tmp_path / "bytes.key")


def test_the_library_is_loaded_only_where_a_name_is_sealed() -> None:
    script = (
        "import sys; import emergency.engine, emergency.store.sealing, emergency_cli.main\n"
        "assert not [m for m in sys.modules if m.startswith('cryptography')]\n"
        "emergency.store.sealing.Key(bytes(32)); assert 'cryptography' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
