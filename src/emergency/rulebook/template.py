"""A rule file to begin from: it loads as it stands, and says in comments what else it could say."""

from __future__ import annotations

from pathlib import Path

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
    note: The article and the day of promulgation are still to be looked up.
examples:                               # each is run through the engine by `emergency rules test`
  - {starts: "2026-01-01T10:00", sent: "2026-01-01T12:00", then: met}       # at the very end of the limit
  - {starts: "2026-01-01T10:00", sent: "2026-01-01T12:01", then: late}      # just after it
  - {starts: "2025-12-31T10:00", sent: "2025-12-31T20:00", then: none}      # the day before it took effect
"""


def template(path: Path) -> str:
    """Give the text of a new rule that is to stand at a path; in a local pack, with the division of its folder."""
    folders = path.absolute().parts[:-1]
    if "local" not in folders[:-1]:
        return _TEMPLATE.replace(
            "@where@", '# where: ["330127"]                     # only in these divisions\n'
        )
    code = folders[folders.index("local") + 1].partition("-")[0]
    return _TEMPLATE.replace("@where@", f'where: ["{code}"]\n')


__all__ = ["template"]
