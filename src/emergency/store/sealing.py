"""Sealing what identifies a person (封存): authenticated encryption, a key of its own for each subject.

The master key lies in a file outside the database. From it and the subject's id a key for that subject is derived
(HKDF-SHA256), and with that what identifies the person is encrypted (AES-256-GCM, a fresh random nonce each time).
The subject's id is authenticated with it: a sealed name cannot be put under another subject. What is encrypted is
padded, so that its length does not tell the name's.

The key's id stands beside what was sealed. So a wrong key and an altered content are told apart; the id is derived
one-way, and the key cannot be found from it.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from emergency.errors import RefusedError
from emergency.store.contacts import Sealed
from emergency.system import system_words

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SCHEMA = 1
"""The form of what is sealed: its first byte. Another form gets another number; a number never changes its form."""

_LENGTH = 32
_NONCE = 12
_PADDED_TO = 128
_HEADING = "emergency-key-1"
_EXPLAINED = (
    "# The key that seals people's names. Keep it outside the database and its backups, and keep a copy: without it\n"
    "# the names are lost (the clues are not). Whoever has it and the database can read them.\n"
)


class WrongKeyError(RefusedError):
    """Another key sealed this."""


class AlteredError(RefusedError):
    """What was sealed is no longer what was sealed, or was sealed for another subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What identifies a person. Its ``repr`` shows nothing.

    Args:
        name: The name.
        phone: The phone.
        note: Anything else that may identify the person.
    """

    name: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    note: str | None = field(default=None, repr=False)

    def __bool__(self) -> bool:
        return bool(self.name or self.phone or self.note)


class Key:
    """A master key.

    Args:
        secret: 32 random bytes.
    """

    __slots__ = ("_secret", "id")

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.id = self._derived(b"id", 8).hex()
        """What is stored beside all that it sealed."""

    @classmethod
    def make(cls, path: Path) -> Key:
        """Make a new key in a new file that only its owner may read.

        Raises:
            RefusedError: There is such a file already.
            OSError: It cannot be written.
        """
        secret = os.urandom(_LENGTH)
        text = f"{_EXPLAINED}{_HEADING} {base64.b64encode(secret).decode()}\n"
        try:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise RefusedError(
                f"There is already a file {path}. It was left as it is: a key that is overwritten takes the names "
                "with it that it sealed. Name another file.",
                zh=(f"已有文件 {path}，未作改动：密钥一旦被覆盖，由它封存的姓名也随之丢失。请另写一个文件。"),
            ) from error
        with os.fdopen(file, "w", encoding="utf-8") as written:
            written.write(text)
            written.flush()
            os.fsync(file)
        return cls(secret)

    @classmethod
    def read(cls, path: Path) -> Key:
        """Read a key from its file.

        Raises:
            RefusedError: There is no such file, it cannot be read, or holds no key.
        """
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except OSError as error:
            why = system_words(error)
            raise RefusedError(
                f"The key file {path} cannot be read: {why.en}.", zh=f"密钥文件 {path} 无法读取：{why.zh}。"
            ) from error
        except UnicodeDecodeError as error:
            raise _no_key(path) from error
        said = [line.split() for line in lines if line.strip() and not line.startswith("#")]
        if len(said) != 1 or len(said[0]) != 2 or said[0][0] != _HEADING:  # noqa: PLR2004 - the heading and the key
            raise _no_key(path)
        try:
            secret = base64.b64decode(said[0][1], validate=True)
        except binascii.Error as error:
            raise _no_key(path) from error
        if len(secret) != _LENGTH:
            raise _no_key(path)
        return cls(secret)

    def seal(self, subject_id: str, particulars: Particulars) -> Sealed:
        """Encrypt what identifies a person, for this subject and no other."""
        nonce = os.urandom(_NONCE)
        told = {name: value for name in Particulars.__slots__ if (value := getattr(particulars, name))}
        text = json.dumps(told, ensure_ascii=False).encode()
        text += b" " * (-len(text) % _PADDED_TO)
        encrypted = self._cipher(subject_id).encrypt(nonce, text, _bound_to(subject_id))
        return Sealed(bytes([SCHEMA]) + nonce + encrypted, self.id)

    def open(self, subject_id: str, sealed: Sealed) -> Particulars:
        """Decrypt what identifies a person.

        Raises:
            WrongKeyError: Another key sealed it.
            AlteredError: It was altered since, or sealed for another subject.
        """
        if sealed.key_id != self.id:
            raise WrongKeyError(
                f"The key {self.id} did not seal this name; the key {sealed.key_id} did. Name that one's file.",
                zh=(
                    f"这个姓名不是由密钥 {self.id} 封存的，而是由密钥 {sealed.key_id} "
                    "封存的。请写明后者的文件。"
                ),
            )
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - see _cipher

        nonce, encrypted = sealed.content[1 : 1 + _NONCE], sealed.content[1 + _NONCE :]
        try:
            if sealed.content[:1] != bytes([SCHEMA]) or len(nonce) != _NONCE:
                raise _altered(subject_id)
            text = self._cipher(subject_id).decrypt(nonce, encrypted, _bound_to(subject_id))
        except InvalidTag as error:
            raise _altered(subject_id) from error
        return Particulars(**json.loads(text))

    def _cipher(self, subject_id: str) -> AESGCM:
        # Imported where a name is sealed or opened, and nowhere else: it takes as long as a third of a command.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        return AESGCM(self._derived(b"subject\x00" + subject_id.encode(), _LENGTH))

    def _derived(self, purpose: bytes, length: int) -> bytes:
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - see _cipher
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

        return HKDF(SHA256(), length, salt=None, info=b"emergency people 1\x00" + purpose).derive(
            self._secret
        )


def others_may_read(path: Path) -> bool:
    """Whether others than its owner may read a key file."""
    return os.name == "posix" and bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))


def _bound_to(subject_id: str) -> bytes:
    return f"emergency contact {SCHEMA}\x00{subject_id}".encode()


def _altered(subject_id: str) -> AlteredError:
    return AlteredError(
        f"What was sealed of {subject_id} was altered since, or sealed for somebody else. Nothing of it can be told; "
        "look for it in a backup of the database.",
        zh=(
            f"{subject_id} 的封存内容此后被改动过，或本来是为他人封存的。"
            "其内容无法读出，请从数据库备份中查找。"
        ),
    )


def _no_key(path: Path) -> RefusedError:
    return RefusedError(
        f"{path} is not a key file of this program. `emergency people key new FILE` makes a new one; names that "
        "another key sealed can only be opened with that one.",
        zh=(
            f"{path} 不是本程序的密钥文件。`emergency people key new "
            "FILE` 可以制作新密钥；由别的密钥封存的姓名，只能用那一把启封。"
        ),
    )
