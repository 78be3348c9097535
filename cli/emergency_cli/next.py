"""``emergency next``."""

from __future__ import annotations

from emergency_cli.bilingual import StoppedError, command
from emergency_cli.context import common_options


@command("next", zh="本单位现在应办的事。")
@common_options
def next_due() -> None:
    """What this office owes now."""
    raise StoppedError("This is not there yet.", zh="尚未完成。")
