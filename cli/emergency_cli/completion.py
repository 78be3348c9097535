"""``emergency completion``."""

from __future__ import annotations

from emergency_cli.bilingual import StoppedError, command
from emergency_cli.context import common_options


@command("completion", zh="命令行补全。")
@common_options
def completion() -> None:
    """Completion."""
    raise StoppedError("This is not there yet.", zh="尚未完成。")
