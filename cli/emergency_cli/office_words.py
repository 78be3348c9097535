"""Posts, reporting classes and offices as people say them, and as they type them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING

import click

from emergency.domain.vocabulary import POST_NAMES, REPORTING_NAMES, Post, ReportingClass
from emergency_cli.bilingual import WrongValueError, say
from emergency_cli.context import Settings, hint, now

if TYPE_CHECKING:
    from emergency.domain.offices import Directory

POSTS: Mapping[str, str] = {post.value: name for post, name in POST_NAMES.items()}
CLASSES: Mapping[str, str] = {given.value: name for given, name in REPORTING_NAMES.items()}


def one_of(names: Mapping[str, str]) -> Callable[[click.Context, click.Parameter, str], str]:
    """An argument that is one of a few words, typed in English or in Chinese: it comes out in English."""

    def found(ctx: click.Context, param: click.Parameter, value: str) -> str:
        typed = value.strip().lower()
        for word, zh in names.items():
            if typed in (word, zh):
                return word
        listed = say("、", ", ").join(f"{word} {zh}" for word, zh in names.items())
        near = hint(value, [*names, *names.values()])
        raise WrongValueError(
            f"{value} is none of: {listed}.{near}",
            zh=f"{value} 不在可选之列：{listed}。{near.zh}",
            ctx=ctx,
            param=param,
        )

    return found


def post_word(settings: Settings, post: str) -> str:
    """A post as people say it."""
    return settings.say(POST_NAMES[Post(post)], post.replace("-", " "))


def class_word(settings: Settings, given: str) -> str:
    """A reporting class as people say it."""
    return settings.say(REPORTING_NAMES[ReportingClass(given)], given)


def day_word(settings: Settings, day: date | None) -> str:
    """The first day of something; None = as long as anyone knows."""
    return settings.say("一直", "always") if day is None else day.isoformat()


def called(directory: Directory, offices: tuple[str, ...] | list[str]) -> str:
    """Offices by id and name."""
    return say("、", ", ").join(
        f"{one} {name}" if (name := directory.name(one)) != one else one for one in offices
    )


def today(settings: Settings) -> date:
    """The day at the keyboard."""
    return now().astimezone(settings.zone()).date()
