"""``emergency drill``."""

from __future__ import annotations

from emergency_cli.bilingual import StoppedError, command
from emergency_cli.context import common_options


@command("drill", zh="演练。")
@common_options
def drill() -> None:
    """Drills."""
    raise StoppedError("This is not there yet.", zh="尚未完成。")
