"""``emergency shift``."""

from __future__ import annotations

from emergency_cli.bilingual import StoppedError, command
from emergency_cli.context import common_options


@command("shift", zh="值班。")
@common_options
def shift() -> None:
    """The shift."""
    raise StoppedError("This is not there yet.", zh="尚未完成。")
