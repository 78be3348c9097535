"""Questions, asked only where somebody can answer them; and what may have been meant."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import click

from emergency_cli.bilingual import Both, WrongUseError, both


def on_terminal() -> bool:
    """Whether a person sits at both ends."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask(option: str, question: str) -> str:
    """Ask for what an option would have said; where nobody can answer, say which option to give."""
    if not on_terminal():
        raise WrongUseError(
            f"{option} is missing. Give it, like {option} TEXT.",
            zh=f"缺少 {option}。请给出，如 {option} TEXT。",
        )
    answer: str = click.prompt(question, err=True)
    return answer


def choose(question: str, choices: Sequence[str]) -> int:
    """Which of several is meant, by its place; only to be asked on a terminal."""
    for number, choice in enumerate(choices, start=1):
        click.echo(f"  {number} {choice}", err=True)
    chosen: int = click.prompt(question, type=click.IntRange(1, len(choices)), err=True, show_choices=False)
    return chosen - 1


def meant(word: str, known: Iterable[str]) -> Both:
    """`` Did you mean …?`` where a known word is near; nothing otherwise."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    near = get_close_matches(word, list(known), n=1)
    return both(f"是否指 {near[0]}？", f" Did you mean {near[0]}?") if near else both("", "")
