"""A small folder of rules that tests write, break and load."""

from __future__ import annotations

from pathlib import Path

RULE = """\
title:
  zh: 单位1小时内向县级部门报告
  en: The unit reports to the county department within one hour
row: "1.2.2"
rank: administrative-regulation
who: {tiers: [unit], lines: [enterprise]}
to: {tier: county, line: department, or_above: true}
categories: [accident]
kinds_except: [environment]
values:
  2007-06-01:
    limit: {within: PT1H}
    clock: received
    citation:
      law: 条例
      article: 第九条
      promulgated: 2007-04-09
      source: read in full
    confirmed: true
    recorded_on: 2026-11-21
    checked_on: 2026-11-21
"""

EXAMPLES = """\
examples:
  - {starts: "2007-06-01T10:00", sent: "2007-06-01T11:00", then: met}
  - {starts: "2007-06-01T10:00", sent: "2007-06-01T11:01", then: late}
  - {starts: "2007-05-31T10:00", sent: "2007-05-31T20:00", then: none}
"""
"""Both sides of the rule's limit, and of its day."""

KINDS = """\
families:
  environment: ["*pollution*"]
"""

NAME = "cn/national/work-safety/unit-to-county"


def write(folder: Path, name: str, content: str | bytes) -> Path:
    """Write one file of the folder, and the families it may need."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    kinds = folder / "cn/kinds.yaml"
    if not kinds.exists():
        kinds.parent.mkdir(parents=True, exist_ok=True)
        kinds.write_text(KINDS, encoding="utf-8")
    return folder


def edited(*changes: tuple[str, str]) -> str:
    """Give the rule with some of its words changed; each must be there."""
    text = RULE
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text
