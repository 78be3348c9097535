"""``emergency completion``: the script that lets a shell complete commands and values."""

from __future__ import annotations

import os
from pathlib import Path

import click

from emergency_cli.bilingual import WrongUseError, both, command
from emergency_cli.context import common_options

SHELLS = ("bash", "zsh", "fish")


@command(
    "completion",
    zh="""输出命令行补全脚本；不写 SHELL 时按当前登录的 shell。

    补全命令、选项、取值，以及事件、单位、规则、条目编号、未提交的录入。只读，不写入任何内容。
    """,
    epilog=both(
        "\b\n"
        'bash：在 ~/.bashrc 末尾加一行\n    eval "$(emergency completion bash)"\n'
        'zsh：在 ~/.zshrc 中 compinit 之后加一行\n    eval "$(emergency completion zsh)"\n'
        "fish：运行\n    emergency completion fish > ~/.config/fish/completions/emergency.fish",
        'bash: add the line  eval "$(emergency completion bash)"  to ~/.bashrc. zsh: add the line  '
        'eval "$(emergency completion zsh)"  to ~/.zshrc, after compinit. fish: emergency completion fish > '
        "~/.config/fish/completions/emergency.fish",
    ),
)
@click.argument("shell", required=False, metavar="[bash|zsh|fish]")
@common_options
def completion(shell: str | None) -> None:
    """Print the script that lets a shell complete; without SHELL, for the one you log in with.

    It completes commands, options and their values, incidents, offices, rules, numbers of entries and unsent entries.
    It only reads.
    """
    from emergency_cli.completing import script  # noqa: PLC0415 - help needs none of it

    wanted = shell or Path(os.environ.get("SHELL", "")).name
    if wanted not in SHELLS:
        raise WrongUseError(
            f"There is no completion for {wanted or 'this shell'}. Say bash, zsh or fish.",
            zh=f"不支持 {wanted or '此 shell'} 的补全。请写 bash、zsh 或 fish。",
        )
    click.echo(script(click.get_current_context().find_root().command, wanted), nl=False)
