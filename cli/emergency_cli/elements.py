"""``--say measures=已封控``, ``--verifying trend``: what a report says beside its figures (要素)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from emergency_cli.asking import meant
from emergency_cli.bilingual import WrongUseError, both
from emergency_cli.context import Settings
from emergency_cli.figures import named_figure

if TYPE_CHECKING:
    from emergency.domain.values import Element


def elements_of(
    settings: Settings, says: Iterable[str], verifying: Iterable[str]
) -> tuple[tuple[Element, ...], tuple[str, ...]]:
    """Elements as they are typed, and the names of those that are taken out again (``measures=``).

    Raises:
        WrongUseError: an element that cannot be one, or one that was said twice.
    """
    says, verifying = tuple(says), tuple(verifying)
    if not says and not verifying:
        return (), ()
    from emergency.domain.values import PERSONAL, Element  # noqa: PLC0415 - help needs no engine
    from emergency_cli.entries import valid  # noqa: PLC0415 - it imports this module

    known = _known(settings)
    made: dict[str, Element] = {}
    gone = []
    for option, word in (*(("--say", each) for each in says), *(("--verifying", each) for each in verifying)):
        name, equals, text = word.replace("＝", "=", 1).partition("=")
        slug = _slug(known, name.strip(), option, word)
        personal = slug in PERSONAL
        if option == "--say" and not equals and not personal:
            raise WrongUseError(
                f"--say {word}: write ELEMENT=TEXT, like --say measures=已封控.",
                zh=f"--say {word}：请写成 要素=内容，如 --say measures=已封控。",
            )
        if slug in made or slug in gone:
            raise WrongUseError(
                f"{option} {word}: {slug} was already said. Say it once.",
                zh=f"{option} {word}：{slug} 已写过，请只写一次。",
            )
        if option == "--say" and not text.strip() and (equals or not personal):
            gone.append(slug)
            continue
        if personal and text.strip():
            note = settings.say(
                f"{slug}：日志不存姓名、电话，只记已报告此项。",
                f"{slug}: the log holds no names or phones; it says only that this was told.",
            )
            click.echo(f"{settings.say('注意：', 'Note: ')}{note}", err=True)
        fields: dict[str, Any] = {
            "of": slug,
            "text": None if personal else text.strip() or None,
            "verifying": option == "--verifying",
        }
        made[slug] = valid(Element, fields)
    return tuple(made.values()), tuple(gone)


def element_name(settings: Settings, slug: str) -> str:
    """An element as people call it."""
    title = _titles(settings).get(slug)
    return settings.say(title.zh, slug) if title is not None else slug


def _titles(settings: Settings) -> Mapping[str, Any]:
    return settings.engine.rulebook.words.get("elements", {})


def _known(settings: Settings) -> dict[str, str]:
    """The slug of each element that the rules name, by what people may write."""
    titles = _titles(settings)
    return {**{title.zh: slug for slug, title in titles.items()}, **{slug: slug for slug in titles}}


def _slug(known: Mapping[str, str], name: str, option: str, word: str) -> str:
    said = unicodedata.normalize("NFKC", name)
    figure = named_figure(said)
    if figure is not None:
        raise WrongUseError(
            f"{option} {word}: {said} is a figure. Write {said}=NUMBER without {option}, or {said}=? while it is being "
            "verified.",
            zh=f"{option} {word}：{said} 是数据。不要写 {option}，直接写 {said}=数字；正在核实的写 {said}=?。",
        )
    slug = known.get(said) or said.lower().replace("_", "-")
    if slug.isascii() and slug:
        return slug
    near = [title for title in known if said and said in title]
    if len(near) == 1:
        return known[near[0]]
    hint = (
        both(f"是否指 {'、'.join(near)}？", f" Did you mean {' or '.join(near)}?")
        if near
        else meant(said, known)
    )
    raise WrongUseError(
        f"{option} {word}: there is no element {said!r}.{hint} Others are named by lower-case words with hyphens, "
        "like leaders-on-scene.",
        zh=f"{option} {word}：没有要素“{said}”。{hint.zh}其他要素用小写英文加连字符命名，如 leaders-on-scene。",
    )
