"""Figures as people type them."""

from __future__ import annotations

from typing import Any

import click
import pytest

from emergency_cli.bilingual import WrongUseError
from emergency_cli.counts import MEASURES as PHRASED
from emergency_cli.figures import NAMES, OTHERS, facts_of, is_figure, level_of, others_of, taken_out
from emergency_cli.numerals import number_of


def _n(value: int, *, about: bool = False) -> dict[str, Any]:
    return {"value": value, "about": about}


@pytest.mark.parametrize(
    ("word", "name", "count"),
    [
        ("死=6", "deaths", _n(6)),
        ("死亡=0", "deaths", _n(0)),
        ("死=六", "deaths", _n(6)),
        ("转移=约一百二十人", "evacuated", _n(120, about=True)),
        ("死＝１２", "deaths", _n(12)),
        ("deaths=6", "deaths", _n(6)),
        ("失踪=3人", "missing", _n(3)),
        ("被困=约20", "trapped", _n(20, about=True)),
        ("被困=20左右", "trapped", _n(20, about=True)),
        ("at-risk=~5", "at_risk", _n(5, about=True)),
        ("重伤=1,200", "seriously_injured", _n(1200)),
        ("损失(元)=500万", "loss_yuan", _n(5_000_000)),
        ("损失=1.2亿元", "loss_yuan", _n(120_000_000)),
    ],
)
def test_a_figure(word: str, name: str, count: dict[str, Any]) -> None:
    assert facts_of([word])[name] == count


def test_being_verified_is_no_number() -> None:
    assert facts_of(["死=?", "失联=核实中", "伤=3"]) == {
        "verifying": ["deaths", "missing"],
        "injured": _n(3),
    }


def test_a_level() -> None:
    assert facts_of(["级别=较大"])["level"] == "III"
    assert facts_of(["level=Ⅱ"])["level"] == "II"


def test_putting_right_starts_from_what_was_said() -> None:
    said = {"deaths": 6, "injured": 3, "verifying": ["missing"]}
    assert facts_of(["死=", "失联=2"], said) == {"injured": 3, "missing": _n(2), "verifying": []}


@pytest.mark.parametrize("word", ["死", "死=", "死=-1", "死=两三", "死=1.5", "死=6.55万亿", "伤员=1", "=3"])
def test_what_is_no_figure(word: str) -> None:
    with pytest.raises(click.UsageError):
        facts_of([word])


@pytest.mark.parametrize(
    ("word", "name", "count"),
    [
        ("sick=12", "sick", _n(12)),
        ("Burnt-Hectares=约120", "burnt_hectares", _n(120, about=True)),
        ("滞留＝１２０左右", "stranded", _n(120, about=True)),
        ("participants=1.2万人", "participants", _n(12_000)),
    ],
)
def test_another_figure(word: str, name: str, count: dict[str, Any]) -> None:
    assert others_of([word]) == {name: count}


def test_other_figures_are_put_right_one_by_one() -> None:
    assert others_of(["sick=", "stranded=2"], {"sick": 3, "stranded": 1, "participants": 9}) == {
        "stranded": _n(2),
        "participants": 9,
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["deaths=3"], "write deaths=NUMBER without --figure"),
        (["死=3"], "write 死=NUMBER without --figure"),
        (["sick"], "write NAME=NUMBER"),
        (["=3"], "write NAME=NUMBER"),
        (["sick="], "is no number"),
        (["sick=?"], "Write digits like 6, or 约20"),
        (["sick=many"], "is no number"),
        (["sick=1.5"], "whole number"),
        (["sick=1", "患病=2"], "already said"),
    ],
)
def test_what_is_no_other_figure(words: list[str], said: str) -> None:
    with pytest.raises(click.UsageError, match=said):
        others_of(words)


def test_a_level_by_itself() -> None:
    assert [level_of(word, word) for word in ("重大", "Ⅲ级", "iv", " ")] == ["II", "III", "IV", None]
    with pytest.raises(click.UsageError, match="the levels are I, II, III, IV"):
        level_of("grave", "grave")


def test_each_figure_has_a_chinese_name_of_its_own() -> None:
    words = [*OTHERS, *OTHERS.values(), *NAMES, *(word for several in NAMES.values() for word in several)]
    assert len(words) == len(set(words))


def test_the_figures_are_those_of_the_engine() -> None:
    from emergency.domain.values import MEASURES  # noqa: PLC0415 - only here

    assert tuple(NAMES) == MEASURES


# -- phrases ---------------------------------------------------------------------------------------------------


def _short(phrase: str) -> dict[str, str]:
    """``{"deaths": "2", "trapped": "~20", "missing": "?"}``."""
    facts = facts_of([phrase])
    open_ones = dict.fromkeys(facts.pop("verifying", ()), "?")
    return {name: ("~" if c["about"] else "") + str(c["value"]) for name, c in facts.items()} | open_ones


PHRASES = [
    ("2死3伤1失联", {"deaths": "2", "injured": "3", "missing": "1"}),
    ("２死３伤", {"deaths": "2", "injured": "3"}),
    ("死2伤3", {"deaths": "2", "injured": "3"}),
    ("死2,伤3", {"deaths": "2", "injured": "3"}),
    ("死2,3伤", {"deaths": "2", "injured": "3"}),
    ("死亡1,200人", {"deaths": "1200"}),
    ("0死3伤", {"deaths": "0", "injured": "3"}),
    ("2死 3伤", {"deaths": "2", "injured": "3"}),
    ("2人死亡、3人受伤、1人失联", {"deaths": "2", "injured": "3", "missing": "1"}),
    ("已造成2人死亡，3人受伤（其中重伤1人）", {"deaths": "2", "injured": "3", "seriously_injured": "1"}),
    ("死亡人数为2人，受伤人数达30余人", {"deaths": "2", "injured": "~30"}),
    ("死亡两人", {"deaths": "2"}),
    ("十二人死亡", {"deaths": "12"}),
    ("2名矿工被困", {"trapped": "2"}),
    ("死亡失踪3人", {"dead_or_missing": "3"}),
    ("重伤2轻伤3", {"seriously_injured": "2", "injured": "5"}),
    ("3伤(重伤2轻伤1)", {"seriously_injured": "2", "injured": "3"}),
    ("转移一百二十人", {"evacuated": "120"}),
    ("转移3万人", {"evacuated": "30000"}),
    ("损失1.2亿元", {"loss_yuan": "120000000"}),
    ("2 dead 3 injured 1 missing", {"deaths": "2", "injured": "3", "missing": "1"}),
    ("2 dead, 3 injured and 1 missing", {"deaths": "2", "injured": "3", "missing": "1"}),
    ("6 killed", {"deaths": "6"}),
    ("3 seriously injured", {"seriously_injured": "3"}),
    # approximate
    ("约20人被困", {"trapped": "~20"}),
    ("近20人被困", {"trapped": "~20"}),
    ("30人左右受伤", {"injured": "~30"}),
    ("10余人被困", {"trapped": "~10"}),
    ("十几人被困", {"trapped": "~10"}),
    ("转移3万余人", {"evacuated": "~30000"}),
    ("about 20 trapped", {"trapped": "~20"}),
    # none, because it says so; and nothing, because it does not
    ("无人员伤亡", {"deaths": "0", "injured": "0"}),
    ("未造成人员伤亡", {"deaths": "0", "injured": "0"}),
    ("无人死亡", {"deaths": "0"}),
    ("无被困人员", {"trapped": "0"}),
    ("no casualties", {"deaths": "0", "injured": "0"}),
    ("暂无人员伤亡报告", {}),
    ("暂无人员伤亡", {}),
    ("无人员伤亡报告", {}),
    ("未接到人员伤亡报告", {}),
    ("未发现人员被困", {}),
    # being verified
    ("伤亡不明", {"deaths": "?", "injured": "?"}),
    ("人员伤亡情况正在核实", {"deaths": "?", "injured": "?"}),
    ("2死，失联人数不明", {"deaths": "2", "missing": "?"}),
    ("casualties unknown", {"deaths": "?", "injured": "?"}),
]


@pytest.mark.parametrize(("phrase", "facts"), PHRASES, ids=lambda one: one if isinstance(one, str) else "")
def test_a_phrase(phrase: str, facts: dict[str, str]) -> None:
    assert _short(phrase) == facts
    assert is_figure(phrase)


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("数十人死亡", "'数十' is no number"),
        ("多人受伤", "'多' is no number"),
        ("几人受伤", "'几' is no number"),
        ("两三人受伤", "'两三' is no whole number"),
        ("一百二人受伤", "no whole number"),
        ("至少3人死亡", "that it is no fewer cannot be kept"),
        ("3人以上受伤", "that it is no fewer cannot be kept"),
        ("3-5人受伤", "a count is one number"),
        ("伤亡5人", "dead and injured are kept apart"),
        ("轻伤3", "kept together with the seriously injured"),
        ("3伤(重伤2轻伤2)", "2 seriously and 2 slightly injured are not 3 injured"),
        ("损失300", "in which unit"),
        ("2死3死", "死亡 .deaths. is said twice"),
        ("伤亡不明，2死", "死亡 .deaths. is said twice"),
    ],
)
def test_a_phrase_that_cannot_be_kept(phrase: str, said: str) -> None:
    with pytest.raises(WrongUseError, match=said) as raised:
        facts_of([phrase])
    assert is_figure(phrase), "it is no incident"
    assert any("\u4e00" <= one <= "\u9fff" for one in raised.value.message.zh)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "phrase",
    [
        "死",
        "伤亡",
        "2死3",
        "死2伤",
        "2死伤3",
        "3人2死1伤",
        "2死，1人正在抢救",
        "火势已控制",
        "2",
        "dead",
        "无事",
    ],
)
def test_what_is_no_phrase(phrase: str) -> None:
    with pytest.raises(WrongUseError, match="is no figure"):
        facts_of([phrase])
    assert not is_figure(phrase)


@pytest.mark.parametrize(
    "ref",
    [
        "-",
        "xiangshui-20261121-01",
        "响水-20261121-01",
        "#01",
        "1121-01",
        "爆炸",
        "伤病救治中心-20261121-01",
        "",
    ],
)
def test_a_reference_is_no_figure(ref: str) -> None:
    assert not is_figure(ref)


def test_words_between_signs_are_one_phrase() -> None:
    assert facts_of(["2", "dead", "失联=1", "3", "injured"]) == facts_of(["死=2", "失联=1", "伤=3"])


def test_a_phrase_and_a_figure_may_not_say_the_same() -> None:
    with pytest.raises(WrongUseError, match="deaths was already said: 2死3伤"):
        facts_of(["2死3伤", "死=2"])
    with pytest.raises(WrongUseError, match="deaths was already said: 死=2"):
        facts_of(["死=2", "2死3伤"])


def test_a_phrase_puts_right_what_it_names() -> None:
    said = {"deaths": 6, "injured": 3, "verifying": ["missing", "trapped"]}
    assert facts_of(["7死，1失联"], said) == {
        "deaths": _n(7),
        "injured": 3,
        "missing": _n(1),
        "verifying": ["trapped"],
    }
    assert facts_of(["死亡人数不明"], said) == {"injured": 3, "verifying": ["missing", "trapped", "deaths"]}


def test_a_phrase_takes_nothing_out_of_a_draft() -> None:
    assert taken_out(["2死3伤", "失联="]) == (["2死3伤"], [], ["missing"])


def test_phrases_name_what_is_kept_as_it_is_named_elsewhere() -> None:
    for name, words in PHRASED.items():
        for word in words:
            if name in NAMES and word in {w for several in NAMES.values() for w in several}:
                assert word in NAMES[name], word


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("12", 12),
        ("1,200", 1200),
        ("0", 0),
        ("零", 0),
        ("两", 2),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("九十九", 99),
        ("一百", 100),
        ("一百零五", 105),
        ("一百一十五", 115),
        ("两千五百", 2500),
        ("一千零五十", 1050),
        ("三万", 30_000),
        ("十二万", 120_000),
        ("三万零五百", 30_500),
        ("三万五千", 35_000),
        ("一亿", 100_000_000),
        ("1.2万", 12_000),
        ("1.25万", 12_500),
        ("6.12345万", None),
        ("两三", None),
        ("一百二", None),
        ("三万五", None),
        ("百", None),
        ("十十", None),
        ("二十十", None),
        ("十百", None),
        ("万", None),
        ("零零", None),
        ("", None),
        ("1.5", None),
    ],
)
def test_a_number(said: str, number: int | None) -> None:
    assert number_of(said) == number
