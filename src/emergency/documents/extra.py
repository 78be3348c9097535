"""What is said where the packages of the extra ``documents`` are not installed."""

from __future__ import annotations

from emergency.errors import NotInstalledError


def not_installed(package: str, form: str) -> NotInstalledError:
    """The error that a package is missing without which there is no document in a form."""
    command = "pip install 'emergency[documents]'"
    return NotInstalledError(
        f"A document as {form} needs the package {package}, which is not installed: {command}. "
        "Plain text works without.",
        zh=f"生成 {form} 公文需要软件包 {package}，尚未安装：{command}。纯文本不需要。",
    )
