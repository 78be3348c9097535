"""A rule file to begin from: it loads as it stands, and says in comments what else it could say."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

from emergency.rulebook.folders import BY_NAME

_TEMPLATE = """\
# One sentence of one text. The path of this file is the name of the rule.
# Lines that begin with # are explanations; delete what you do not need. docs/rules/README.md explains every key.
title:
  zh: 谁在多长时间内向谁报告
  en: Who reports to whom by when
row: "0"                                # where it stands in your own list of texts
rank: notice                            # law, administrative-regulation, local-regulation, departmental-rule,
                                        # local-rule, plan, notice
who: {tiers: [county], lines: [government]}
                                        # tiers: unit, village, township, county, city, province, ministry, state
                                        # lines: party, government, department, enterprise
to: {tier: next, line: same}            # a tier, next or same; a line or same; or_above: true; any_line: true
                                        # or: to: {named: {zh: 公安机关, en: the police}}
# stage: first                          # follow-up, supplement, final, likely, warning, recovery
# channel: written                      # only where a second, written report is asked for
# modality: may                         # only where it is allowed, not owed
# categories: [accident]                # natural-disaster, accident, public-health, social-security; without it all
# kinds: ["*-mine"]                     # families of kinds.yaml, or patterns; kinds_except leaves some out
# levels: [I, II]                       # conditions: all that stand here must hold
# at_least: {deaths: 10}                # ... one of these figures
# circumstances: [drinking-water]       # ... one of these, declared in circumstances.yaml
# level_unclear: true                   # ... only while the level cannot be told
@where@values:
  2026-01-01:                           # the day from which this holds; a change is a new day below
    limit: {within: PT2H}               # one of: {within: PT2H} or P14D or P1M; {working_days: 2}; {same_day: true};
                                        # {times_a_day: 2}; {daily_by: "09:00"}; {every: PT4H};
                                        # {before: {tier: city, line: party}}; {no_hours: 立即}; null = repealed
    clock: learned                      # occurred, learned, received, verified, graded, changed, first-report,
                                        # follow-up, last-report, last-follow-up, asked, stable, ended, foreseen,
                                        # warned
    citation:
      law: 文件名称
      number: null                      # its number, such as 国务院令第493号
      article: null                     # such as 第九条第一款
      promulgated: null                 # the day, such as 2025-12-20
      # text: the words themselves, only where you read them
      source: how you know it; who read what, and where
    confirmed: false                    # true only where the text was read; then say when in checked_on
    recorded_on: 2026-01-01             # the day on which you write this file
    # checked_on: 2026-01-01
    note:                               # what a reader must know before relying on it
      zh: 条次和公布日期尚待查证。
      en: The article and the day of promulgation are still to be looked up.
examples:                               # each is run through the engine by `emergency rules test`
  - {starts: "2026-01-01T10:00", sent: "2026-01-01T12:00", then: met}       # at the very end of the limit
  - {starts: "2026-01-01T10:00", sent: "2026-01-01T12:01", then: late}      # just after it
  - {starts: "2025-12-31T10:00", sent: "2025-12-31T20:00", then: none}      # the day before it took effect
"""


_HEAD = """\
# @about
# The path of this file is its name. Lines that begin with # are explanations; delete what you do not need.
title:
  zh: 一句话说明
  en: The matter in one line
row: "0"                                # where it stands in your own list of texts
rank: notice                            # law, administrative-regulation, local-regulation, departmental-rule,
                                        # local-rule, plan, notice
@where@"""
_CITED = """\
    citation:
      law: 文件名称
      number: null                      # its number, such as 国务院令第493号
      article: null                     # such as 第九条第一款
      promulgated: null                 # the day, such as 2025-12-20
      # text: the words themselves, only where you read them
      source: how you know it; who read what, and where
    confirmed: false                    # true only where the text was read; then say when in checked_on
    recorded_on: 2026-01-01             # the day on which you write this file
    # checked_on: 2026-01-01
    note:                               # what a reader must know before relying on it
      zh: 条次和公布日期尚待查证。
      en: The article and the day of promulgation are still to be looked up.
"""
_OTHERS = {
    "norms": (
        "One text that asks for one check of the four norms. docs/rules/README.md explains every key.",
        """\
# who: {tiers: [county], lines: [government]}   # of whom; without it everybody
# categories: [accident]                # kinds, kinds_except and levels as in a rule
check: sign-off                         # one of the checks in docs/rules/README.md
values:
  2026-01-01:                           # the day from which this holds; a change is a new day below
    asks:                               # how strictly; {} where the text says no more; null = no longer asked for
      chain: [review, sign]             # first-check, recheck, review, sign
      in_order: true
      # separate: true
""",
    ),
    "review": (
        "By when one step of a review is due. docs/how-to/review-a-finding.md explains the steps.",
        """\
proceedings: [circular]                 # investigation, supervision, discipline, penalty, circular
step: appeal                            # statement, determination, delivery, appeal, appeal-decision
# round: first                          # of an appeal; first, second
# body: same                            # of the decision of an appeal; same, other
values:
  2026-01-01:                           # the day from which this holds; a change is a new day below
    limit: {within: P30D}               # or {working_days: 5}, or {no_hours: 及时}; null = repealed
    clock: delivered                    # opened, determined, delivered, appealed, accepted
    # extension: P30D
""",
    ),
    "schemes": (
        "How reporting is scored somewhere. docs/rules/schemes.md explains every key.",
        """\
# who: {tiers: [county], lines: [government]}   # whom the text speaks of
values:
  2026-01-01:                           # the day from which this holds; a change is a new day below
    result: sum                         # or mean-per-item
    # base: 5                           # only where the text gives it; likewise floor and grades
    lines:                              # null = the scheme ended
      - name: late                      # every point is traced to a line by this name
        title: {zh: 迟报一次扣1分, en: a late report takes one}
        counts: {findings: [late]}      # late, missed, falsified, concealed; or adopted, instruction, media, commended
        points: -1                      # left out where the text gives no amount
""",
    ),
}
TEMPLATES = ("rules", *_OTHERS)
"""The folders for which there is a template."""


def template(path: Path) -> str:
    """Give the text of a new file that is to stand at a path; in a local pack, with the division of its folder."""
    folders = path.absolute().parts[:-1]
    text = _TEMPLATE
    if (name := folder_at(path)) in _OTHERS:
        about, own = _OTHERS[name]
        text = _HEAD.replace("@about", about) + own + _CITED
    if "local" not in folders[:-1]:
        return text.replace("@where@", '# where: ["330127"]                     # only in these divisions\n')
    code = folders[folders.index("local") + 1].partition("-")[0]
    return text.replace("@where@", f'where: ["{code}"]\n')


def folder_at(path: Path) -> str:
    """Name the folder of rule files that a path lies in, going by what stands behind the two letters of a country."""
    parts = path.absolute().parts[:-1]
    for country, folder in reversed(list(pairwise(parts))):
        if re.fullmatch("[a-z]{2}", country) and folder in BY_NAME:
            return folder
    return "rules"


__all__ = ["TEMPLATES", "folder_at", "template"]
