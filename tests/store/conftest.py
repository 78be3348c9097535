"""Lets the event-sourcing library's test cases load without its optional cipher, which none of them uses."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from types import ModuleType

if find_spec("Crypto") is None:
    _absent = ModuleType("eventsourcing.cipher")
    _absent.__dict__["AESCipher"] = None
    sys.modules["eventsourcing.cipher"] = _absent
