"""``emergency document``."""

from __future__ import annotations

from emergency_cli.bilingual import StoppedError, command
from emergency_cli.context import common_options


@command("document", zh="公文。")
@common_options
def document() -> None:
    """Documents."""
    raise StoppedError("This is not there yet.", zh="尚未完成。")
