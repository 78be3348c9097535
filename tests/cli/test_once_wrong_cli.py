"""What once was missing or unreadable on the command line."""

from __future__ import annotations

from pathlib import Path

from .conftest import Type


def test_protected_people_are_a_listing_like_any_other(on_duty: Type) -> None:
    subject = on_duty("people", "add", "--name", "王某", "--unsealed").out.partition(":")[0]
    head, row = on_duty("people", "list", "--format", "csv").out.splitlines()
    assert head == "subject,kind,incident,kept,key,since,erased_at"
    assert row.startswith(f"{subject},witness,,unsealed,,20")
    assert "王某" not in row


def test_the_commands_of_people_and_their_purpose_fit_on_a_line(type_in: Type) -> None:
    assert "..." not in type_in("people", "--help").out.partition("Commands:")[2]


def test_an_empty_word_names_nothing_even_where_there_is_only_one(on_duty: Type) -> None:
    assert on_duty("learn", "--new", "火灾", "--kind", "fire", "--place", "某厂", "死=1").code == 0
    assert on_duty("people", "add", "--name", "王某", "--unsealed").code == 0
    for words in (
        ("show", ""),
        ("report", "", "死=2"),
        ("review", "open", "", "--office", "js", "--why", "x"),
    ):
        ran = on_duty(*words)
        assert (ran.code, ran.out) == (2, "")
        assert "Name the incident" in ran.err
    for what in ("erase", "open"):
        ran = on_duty("people", what, "", "--why", "x")
        assert (ran.code, ran.out) == (2, "")
        assert "Name the person" in ran.err
    assert "not sealed" in on_duty("people", "list").out


def test_what_does_not_score_is_named_in_the_language_of_the_reader(on_duty: Type, tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(CASE, encoding="utf-8")
    assert on_duty("timeline", "import", "case.yaml").code == 0
    chinese = on_duty("audit", "scores", "--scheme", "宝鸡", "--lang", "zh").out
    assert "不计  瞒报一次扣4分  mine-1:mine-1/county:concealed；仅为疑点" in chinese.replace("\n", "")
    english = " ".join(on_duty("audit", "scores", "--scheme", "宝鸡").out.split())
    assert "— a concealed report takes four mine-1:mine-1/county:concealed; only suspected" in english


CASE = """\
format: 1
case: mine-1
title: 透水事故
category: accident
kind: coal-mine
place: {name: 某矿, division: "620121"}
record: {complete_for: [county]}
offices:
  city: {name: 某市人民政府, tier: city, line: government, division: "620100"}
  county: {name: 某县人民政府, tier: county, line: government, reports_to: [city], division: "620121"}
steps:
  - {id: s1, act: learned, office: county, at: "2026-03-01T09:00+08:00", facts: {deaths: 1}}
  - {id: s3, act: withheld, office: county, at: "2026-03-01T12:30+08:00", facts: {deaths: 1}}
  - {id: s4, act: reported, office: county, to: [city], channel: phone, at: "2026-03-01T14:00+08:00"}
"""


def test_two_offices_do_not_succeed_each_other_out_of_the_directory(on_duty: Type) -> None:
    assert on_duty("offices", "succeed", "xs-em", "--by", "yc-em", "--since", "2026-01-01").code == 0
    for day in ("2025-12-31", "2026-01-01", "2026-05-01"):
        ran = on_duty("offices", "succeed", "yc-em", "--by", "xs-em", "--since", day)
        assert ran.code == 3
        assert f"xs-em, which is itself gone on {max(day, '2026-01-01')}" in ran.err
    assert on_duty("offices", "succeed", "yc-em", "--by", "yancheng", "--since", "2026-05-01").code == 0


def test_an_officer_id_that_looks_like_a_name_is_told(on_duty: Type) -> None:
    assert "looks like a name" in on_duty("use", "xiangshui", "--officer", "张三").err
    told = on_duty("offices", "post", "xiangshui", "first-reporter", "--officer", "张三", "--lang", "zh")
    assert "像是姓名" in told.err
    for quiet in (("use", "xiangshui", "--officer", "X17"), ("use", "xiangshui")):
        assert on_duty(*quiet).err == ""


def test_names_and_phones_of_who_called_are_not_kept(on_duty: Type, tmp_path: Path) -> None:
    on_duty(
        "report",
        "--new",
        "泄漏",
        "--kind",
        "chemical-plant",
        "--place",
        "园区",
        "--by",
        "phone",
        "--to",
        "yancheng",
    )
    logged = on_duty("call-log", "-", "#2", "--say", "报告人=张某某", "--say", "reporter-phone")
    assert logged.code == 0, logged.err
    assert "the log holds no names or phones" in logged.err
    assert "张某某".encode() not in b"".join(path.read_bytes() for path in tmp_path.glob("log.db*"))
