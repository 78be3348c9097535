"""``emergency remind``."""

from __future__ import annotations

from emergency_cli.bilingual import StoppedError, command
from emergency_cli.context import common_options


@command("remind", zh="提醒一遍。")
@common_options
def remind() -> None:
    """Remind once."""
    raise StoppedError("This is not there yet.", zh="尚未完成。")
