"""``emergency form``."""

from __future__ import annotations

from emergency_cli.bilingual import StoppedError, command
from emergency_cli.context import common_options


@command("form", zh="逐项录入。")
@common_options
def form() -> None:
    """Enter question by question."""
    raise StoppedError("This is not there yet.", zh="尚未完成。")
