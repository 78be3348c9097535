"""``emergency unsent``."""

from __future__ import annotations

from emergency_cli.bilingual import StoppedError, command
from emergency_cli.context import common_options


@command("unsent", zh="未完成的录入。")
@common_options
def unsent() -> None:
    """Unfinished entries."""
    raise StoppedError("This is not there yet.", zh="尚未完成。")
