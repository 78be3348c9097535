"""Questions, asked only where somebody can answer them."""

from __future__ import annotations

import sys

import click


def on_terminal() -> bool:
    """Whether a person sits at both ends."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask(option: str, question: str) -> str:
    """Ask for what an option would have said; where nobody can answer, say which option to give."""
    if not on_terminal():
        raise click.UsageError(f"{option} is missing. Give it, like {option} TEXT.")
    answer: str = click.prompt(question, err=True)
    return answer
