"""A file that is not what it must be is refused whole, with file, line, key and reason; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from emergency import BrokenDataError, Engine, NotFoundError
from emergency.exchange import case_file

from .bench import SMALL, edited, log, write


@dataclass(frozen=True)
class Bad:
    """A file with one flaw: the line that is named, the key, and words of the message."""

    name: str
    text: str | bytes
    line: int
    key: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return self.name


def bad(name: str, old: str, new: str, line: int, key: str, *words: str) -> Bad:
    """The small file with one passage changed for the worse."""
    return Bad(name, edited(old, new), line, key, words)


TIME = 'at: "2020-01-02T09:50+08:00"'
LIST = "    office: city\n"
STEP = SMALL[SMALL.index("    act: reported") : SMALL.index("  - id: s3")]
GRADED = "    act: graded\n    office: unit\n"
SUSPENDED = "    act: suspended\n    office: unit\n"

ANSWERED = "    act: instruction-answered\n    office: unit\n"
WAIVED = "    act: waived\n    office: unit\n    authority: x\n"

FILES = [
    # the file as a whole
    Bad("empty", "", 1, "", ("is empty",)),
    Bad("only a comment", "# nothing\n", 1, "", ("is empty",)),
    Bad("a list", "- format: 1\n", 1, "", ("must be a mapping",)),
    Bad("a word", "hello\n", 1, "", ("must be a mapping",)),
    Bad("not UTF-8", SMALL.encode("gb18030"), 3, "", ("not UTF-8", "save the file as UTF-8")),
    Bad("two documents", SMALL + "---\n" + SMALL, 32, "", ("second document",)),
    bad("indented with a tab", LIST, "\toffice: city\n", 29, "", "tab", "spaces"),
    bad("unclosed", "[{office: unit, kind: late}]", "[{office: unit, kind: late}", 32, "", "is not YAML"),
    # keys
    bad("unknown key", "kind: coal-mine\n", "kind: coal-mine\nkinds: x\n", 6, "kinds", 'did you mean "kind"'),
    bad(
        "unknown key in a step", LIST, f"{LIST}    offise: x\n", 30, "steps.2.offise", 'did you mean "office"'
    ),
    bad(
        "unknown key in facts",
        "{trapped: 2}\n    source",
        "{traped: 2}\n    source",
        18,
        "steps.0.facts.traped",
        '"trapped"',
    ),
    bad(
        "unknown key in an office",
        "name: 某煤矿,",
        "name: x, rank: 1,",
        10,
        "offices.unit.rank",
        "known here: name, tier",
    ),
    bad(
        "unknown key of the record",
        "offices:\n",
        "record: {complete: [unit]}\noffices:\n",
        9,
        "record.complete",
        "complete_for",
    ),
    bad("duplicate key", "level: III\n", "level: III\nlevel: II\n", 7, "level", "twice"),
    bad("duplicate key in a step", LIST, LIST * 2, 30, "steps.2.office", "twice"),
    bad(
        "duplicate office",
        "offices:\n",
        "offices:\n  unit: {name: x, tier: unit, line: party}\n",
        11,
        "offices.unit",
        "twice",
    ),
    bad("no value", "title: 某煤矿透水事故", "title:", 3, "title", "has no value"),
    bad("missing head", "title: 某煤矿透水事故\n", "", 1, "title", "is missing"),
    bad("missing place", 'place: {name: 某县, division: "530302"}\n', "", 1, "place", "is missing"),
    bad("missing office of a step", LIST, "", 27, "steps.2.office", "is missing"),
    bad("missing act", "    act: determined\n", "", 27, "steps.2.act", "is missing"),
    # the head
    bad("wrong format", "format: 1", "format: 2", 1, "format", '"2" is not one of 1'),
    bad(
        "wrong category", "category: accident", "category: acident", 4, "category", 'did you mean "accident"'
    ),
    bad("wrong level", "level: III", "level: V", 6, "level", '"V" is not one of'),
    bad("a case name with a slash", "case: mine-20200102", "case: mine/2020", 2, "case", "mine/2020"),
    bad("a short division", '"530302"', '"5303"', 7, "place.division", '"5303"'),
    bad("wrong tier", "tier: county", "tier: cuonty", 11, "offices.county.tier", 'did you mean "county"'),
    bad("wrong line", "line: enterprise", "line: private", 10, "offices.unit.line", "enterprise"),
    # references
    bad(
        "unknown superior",
        "reports_to: [city]",
        "reports_to: [cty]",
        11,
        "offices.county.reports_to",
        '"cty"',
        '"city"',
    ),
    bad(
        "unknown office",
        LIST,
        "    office: cuonty\n",
        29,
        "steps.2.office",
        '"cuonty"',
        'did you mean "county"',
    ),
    bad("unknown receiver", "to: county", "to: [city, contry]", 23, "steps.1.to", '"contry"', '"county"'),
    bad(
        "unknown office in a finding",
        "{office: unit, kind",
        "{office: unti, kind",
        31,
        "steps.2.finding",
        '"unti"',
        '"unit"',
    ),
    bad(
        "unknown in complete_for",
        "offices:\n",
        "record: {complete_for: [uni]}\noffices:\n",
        9,
        "record.complete_for",
        '"unit"',
    ),
    bad("public acts", LIST, "    office: public\n", 29, "steps.2.office", '"public"'),
    bad(
        "public is an office",
        "  city:   {",
        "  public: {name: x, tier: unit, line: party}\n  city: {",
        12,
        "offices.public",
        "reserved",
    ),
    bad("duplicate step id", "id: s2", "id: s1", 20, "steps.1.id", '"s1"', "twice"),
    bad("unknown step in after", TIME, f"{TIME}\n    after: [s1, s8]", 26, "steps.1.after", 'no step "s8"'),
    bad("unknown step in before", TIME, f"{TIME}\n    before: s7", 26, "steps.1.before", 'no step "s7"'),
    bad("after itself", TIME, f"{TIME}\n    after: s2", 26, "steps.1.after", "before or after itself"),
    # what belongs to the act
    bad(
        "unknown act",
        "act: reported",
        "act: reporte",
        21,
        "steps.1.act",
        '"reporte"',
        'did you mean "reported"',
    ),
    bad(
        "to on an act that tells nobody",
        "source: phone log",
        "to: county",
        14,
        "steps.0",
        "learned has no to",
    ),
    bad("an empty to on such an act", "source: phone log", "to: null", 14, "steps.0", "learned has no to"),
    bad(
        "channel on such an act",
        "source: phone log",
        "channel: phone",
        14,
        "steps.0",
        "learned has no channel",
    ),
    bad(
        "received_at on such an act",
        "source: phone log",
        "received_at: null",
        14,
        "steps.0",
        "learned has no received_at",
    ),
    bad(
        "whom on a report", TIME, f"{TIME}\n    whom: city", 20, "steps.1", "reported has no whom", "directed"
    ),
    bad(
        "sign on a report",
        TIME,
        f"{TIME}\n    sign: true",
        20,
        "steps.1",
        "reported has no sign",
        "clue, learned",
    ),
    bad("by on a report", TIME, f"{TIME}\n    by: own", 20, "steps.1", "reported has no by", "clue"),
    bad(
        "outcome on a report",
        TIME,
        f"{TIME}\n    outcome: confirmed",
        20,
        "steps.1",
        "reported has no outcome",
    ),
    bad("finding on a report", TIME, f"{TIME}\n    finding: []", 20, "steps.1", "reported has no finding"),
    bad(
        "determined without a finding",
        "    finding: [{office: unit, kind: late}]\n",
        "",
        27,
        "steps.2",
        "needs its finding",
    ),
    bad("wrong kind of fault", "kind: late", "kind: slow", 31, "steps.2.finding.0.kind", '"slow"', "late"),
    bad("wrong channel", "channel: phone", "channel: fone", 24, "steps.1.channel", '"fone"', '"phone"'),
    # times
    bad("an hour without offset", TIME, 'at: "2020-01-02T09:50"', 25, "steps.1.at", "no offset", "+08:00"),
    bad("an impossible date", TIME, 'at: "2020-02-30"', 25, "steps.1.at", "not in the calendar"),
    bad("an impossible month", TIME, 'at: "2020-13"', 25, "steps.1.at", "2020-13"),
    bad("an impossible hour", TIME, 'at: "2020-01-02T25:50+08:00"', 25, "steps.1.at", "not in the calendar"),
    bad("words", TIME, "at: early morning", 25, "steps.1.at", "early morning", "is no time"),
    bad("a list of times", TIME, "at: [2020-01-02]", 25, "steps.1.at", "write a time like"),
    bad("an empty span", TIME, "at: {}", 25, "steps.1.at", "from, to, or both"),
    bad("a span with another key", TIME, 'at: {form: "2020-01-02"}', 25, "steps.1.at", "from, to, or both"),
    bad(
        "from after to",
        TIME,
        'at: {from: "2020-01-03", to: "2020-01-01"}',
        25,
        "steps.1.at",
        "end lies before the beginning",
    ),
    bad(
        "to a day before from",
        TIME,
        'at: {from: "2020-01-03", to: "2020-01-02"}',
        25,
        "steps.1.at",
        "end lies before the beginning",
    ),
    bad("a list as an end", TIME, "at: {from: [a]}", 25, "steps.1.at", "write a time like"),
    bad("the last day of all", TIME, 'at: "9999-12-31"', 25, "steps.1.at", "out of range", "1900 to 2200"),
    bad("the first day of all", TIME, 'at: {to: "0001-01-01"}', 25, "steps.1.at", "out of range"),
    bad(
        "about the last minute",
        TIME,
        'at: "9999-12-31T23:59+08:00"\n    basis: about',
        25,
        "steps.1.at",
        "out of range",
    ),
    bad(
        "an office key with a blank",
        "  city:   {",
        "  c ity: {name: x, tier: unit, line: party}\n  city: {",
        12,
        "offices.c ity",
        "one word without blanks",
    ),
    bad(
        "an office key too long",
        "  city:   {",
        f"  {'x' * 190}: {{name: x, tier: unit, line: party}}\n  city: {{",
        12,
        f"offices.{'x' * 190}",
        "at most 200 characters",
    ),
    bad("digits that are none of ours", '"530302"', '"５３０３０２"', 7, "place.division", "５３０３０２"),
    bad(
        "an infinite amount",
        "{trapped: 2}\n    source",
        "{amounts: [{of: a, unit: t, value: inf}]}\n    source",
        18,
        "steps.0.facts.amounts.0.value",
        "finite",
    ),
    bad(
        "an hour without offset in a span",
        TIME,
        'at: {from: "2020-01-02T01:00"}',
        25,
        "steps.1.at",
        "no offset",
    ),
    bad(
        "occurred at no time",
        'occurred_at: "2020-01-02T04:50+08:00"',
        "occurred_at: dawn",
        8,
        "occurred_at",
        "is no time",
    ),
    bad("basis without a time", TIME, "at: null\n    basis: about", 20, "steps.1", "basis", "null"),
    bad("basis where no at is", f"    {TIME}\n", "    basis: about\n", 20, "steps.1", "basis", "null"),
    bad("wrong basis", TIME, f"{TIME}\n    basis: abuot", 26, "steps.1.basis", '"about"'),
    bad(
        "another time without its source",
        TIME,
        f"{TIME}\n    also: [{{at: null}}]",
        26,
        "steps.1.also.0.source",
        "missing",
    ),
    # facts
    bad(
        "a negative number",
        "{trapped: 2}\n    source",
        "{trapped: -2}\n    source",
        18,
        "steps.0.facts.trapped",
        "is too small; write 0 or more",
    ),
    bad(
        "a number in words",
        "{trapped: 2}\n    source",
        "{trapped: two}\n    source",
        18,
        "steps.0.facts.trapped",
        '"two"',
    ),
    bad(
        "an amount in no form",
        "{trapped: 2}\n    source",
        "{amounts: [{of: a, unit: t}]}\n    source",
        18,
        "steps.0.facts.amounts.0",
        "either value",
    ),
    bad(
        "an unknown figure being verified",
        "{trapped: 2}\n    source",
        "{verifying: [dead]}\n    source",
        18,
        "steps.0.facts.verifying",
        "'dead'",
    ),
    bad(
        "figures as a list",
        "{trapped: 2}\n    source",
        "{figures: [sick]}\n    source",
        18,
        "steps.0.facts.figures",
        "must be a mapping",
        "write `key: value` lines",
    ),
    bad(
        "a count among the other figures",
        "{trapped: 2}\n    source",
        "{figures: {trapped: 2}}\n    source",
        18,
        "steps.0.facts.figures.trapped",
        "has a place of its own",
        "write it beside the other figures",
    ),
    bad(
        "a figure with a name that is none",
        "{trapped: 2}\n    source",
        "\n      figures:\n        sick: 1\n        Burnt-Hectares: 3\n    source",
        21,
        "steps.0.facts.figures.Burnt-Hectares",
        "is no name of a figure",
        'did you mean "burnt_hectares"?',
    ),
    bad(
        "a figure below nothing",
        "{trapped: 2}\n    source",
        "{figures: {sick: {value: -1}}}\n    source",
        18,
        "steps.0.facts.figures.sick",
        "is too small; write 0 or more",
    ),
    bad(
        "a figure without a number",
        "{trapped: 2}\n    source",
        "{figures: {sick: null}}\n    source",
        18,
        "steps.0.facts.figures.sick",
        "null is not a whole number",
    ),
    bad(
        "a figure twice",
        "{trapped: 2}\n    source",
        "{figures: {sick: 1, sick: 2}}\n    source",
        18,
        "steps.0.facts.figures.sick",
        "stands twice",
    ),
    bad(
        "one circumstance that is no list",
        "{trapped: 2}\n    source",
        "{circumstances: night}\n    source",
        18,
        "steps.0.facts.circumstances",
        "must be a list",
    ),
    bad(
        "a circumstance in words",
        "{trapped: 2}\n    source",
        "{circumstances: [night, Sensitive place]}\n    source",
        18,
        "steps.0.facts.circumstances.1",
        'did you mean "sensitive-place"?',
    ),
    bad(
        "a circumstance twice",
        "{trapped: 2}\n    source",
        "{circumstances: [night, night]}\n    source",
        18,
        "steps.0.facts.circumstances",
        "night stands twice; keep one of them",
    ),
    # the acts that say more than facts
    bad("a level on a report", TIME, f"{TIME}\n    level: II", 20, "steps.1", "foreseen, graded"),
    bad("a reason on a report", TIME, f"{TIME}\n    why: x", 20, "steps.1", "resumed, suspended"),
    bad("an act nearly named", "act: reported", "act: grade", 21, "steps.1.act", 'did you mean "graded"'),
    bad("a grading without its level", STEP, GRADED, 20, "steps.1", "needs its level: I, II, III or IV"),
    bad("a wrong level", STEP, f"{GRADED}    level: 2\n", 23, "steps.1.level", '"2" is not one of'),
    bad(
        "an instruction without words",
        STEP,
        "    act: instruction-received\n    office: unit\n    leader: 市长\n",
        20,
        "steps.1",
        "needs its words: the exact words",
    ),
    bad("an answer to nothing", STEP, f"{ANSWERED}    words: x\n", 20, "steps.1", "its of: the step of"),
    bad(
        "an answer to a step that is not there",
        STEP,
        f"{ANSWERED}    words: x\n    of: s9\n",
        24,
        "steps.1.of",
        'there is no step "s9"',
    ),
    bad(
        "an answer to what is no instruction",
        STEP,
        f"{ANSWERED}    words: x\n    of: s1\n",
        24,
        "steps.1.of",
        '"s1" is another act; name an instruction-received step',
    ),
    bad(
        "voided on what is no verification",
        STEP,
        "    act: voided\n    office: unit\n    why: x\n    of: s1\n",
        24,
        "steps.1.of",
        '"s1" is another act; name a verified step',
    ),
    bad("a waiver for nobody", STEP, f"{WAIVED}    why: x\n", 20, "steps.1", "needs its whom: the offices"),
    bad(
        "an instruction for an office that is not there",
        STEP,
        "    act: instruction-received\n    office: unit\n    leader: x\n    words: x\n    addressed: untit\n",
        25,
        "steps.1.addressed",
        'did you mean "unit"?',
    ),
    bad("a suspension without authority", STEP, f"{SUSPENDED}    why: x\n", 20, "steps.1", "its authority: "),
    bad("a suspension without reason", STEP, f"{SUSPENDED}    authority: x\n", 20, "steps.1", "its why: "),
    bad(
        "a reason that says nothing",
        STEP,
        f'{SUSPENDED}    authority: x\n    why: "  "\n',
        24,
        "steps.1.why",
        "says nothing; fill it in",
    ),
    bad(
        "a suspension of nobody known",
        STEP,
        f"{SUSPENDED}    authority: x\n    why: x\n    whom: [untit]\n",
        25,
        "steps.1.whom",
        'did you mean "unit"?',
    ),
    bad("no steps", SMALL[SMALL.index("steps:") :], "steps: []\n", 13, "steps", "is empty"),
]


@pytest.mark.parametrize("flaw", FILES, ids=str)
def test_a_bad_file_is_refused_whole(engine: Engine, tmp_path: Path, flaw: Bad) -> None:
    path = write(tmp_path, flaw.text)
    with pytest.raises(BrokenDataError) as refusal:
        engine.import_timeline(path)
    message = str(refusal.value)
    prefix = f"{path}:{flaw.line}: " + (f"{flaw.key}" if flaw.key else "")
    assert prefix in message, message
    line = next(line for line in message.splitlines() if line.startswith(prefix))
    for word in flaw.words:
        assert word in line, message
    assert log(engine) == []


def test_every_flaw_is_named_at_once(tmp_path: Path) -> None:
    text = edited("tier: county", "tier: town", edited("act: reported", "act: told", SMALL))
    path = write(tmp_path, text)
    with pytest.raises(BrokenDataError) as refusal:
        case_file.read(path)
    assert [line.split(": ")[1] for line in str(refusal.value).splitlines()] == [
        "offices.county.tier",
        "steps.1.act",
    ]


def test_a_file_that_is_not_there(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(BrokenDataError, match=r"nowhere\.yaml:1: cannot be read"):
        engine.import_timeline(tmp_path / "nowhere.yaml")
    assert log(engine) == []


def test_an_unmapped_office_is_refused_and_nothing_is_written(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no office QJ in the directory"):
        engine.import_timeline(write(tmp_path, SMALL), mapping={"city": "QJ"})
    assert log(engine) == []


def test_a_bad_file_does_not_touch_what_is_on_record(engine: Engine, tmp_path: Path) -> None:
    engine.import_timeline(write(tmp_path, SMALL))
    before = log(engine)
    for flaw in FILES:
        with pytest.raises(BrokenDataError):
            engine.import_timeline(write(tmp_path, flaw.text), amend=True)
    assert log(engine) == before


def test_checking_a_good_file_writes_nothing(tmp_path: Path) -> None:
    case = case_file.read(write(tmp_path, SMALL))
    assert (case.case, [step.id for step in case.steps]) == ("mine-20200102", ["s1", "s2", "s3"])
