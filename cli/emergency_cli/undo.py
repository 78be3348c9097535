"""``emergency undo``."""

from __future__ import annotations

from emergency_cli.bilingual import StoppedError, command
from emergency_cli.context import common_options


@command("undo", zh="撤回最后一条录入。")
@common_options
def undo() -> None:
    """Take back the last entry."""
    raise StoppedError("This is not there yet.", zh="尚未完成。")
