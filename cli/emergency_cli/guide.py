"""``emergency guide``."""

from __future__ import annotations

from emergency_cli.bilingual import StoppedError, command
from emergency_cli.context import common_options


@command("guide", zh="录入之前先问。")
@common_options
def guide() -> None:
    """Ask before anything is entered."""
    raise StoppedError("This is not there yet.", zh="尚未完成。")
