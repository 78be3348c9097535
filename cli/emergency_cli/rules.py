"""``emergency rules``: what the law says, since when, where it is written, and whether anybody read it."""

from __future__ import annotations

from emergency_cli.bilingual import both, group
from emergency_cli.context import lang_option
from emergency_cli.lazy import Later, LazyGroup

COMMANDS = {
    "list": Later(
        "emergency_cli.rules_show",
        "list_rules",
        both("今日或某日有效的规则。", "The rules in force today, or on a day."),
    ),
    "at": Later(
        "emergency_cli.rules_show",
        "rules_at",
        both("某日的规则，以及当日起止的规则。", "The rules of a day, and what begins or ends on it."),
    ),
    "show": Later(
        "emergency_cli.rules_show",
        "show_rule",
        both("一条规则的全部内容。", "One rule with all that it says."),
    ),
    "new": Later(
        "emergency_cli.rules_check",
        "new_rule",
        both("写出带注释的规则模板。", "Write a commented template of a rule."),
    ),
    "lint": Later(
        "emergency_cli.rules_check",
        "lint_rules",
        both("检查规则中的错误与可疑之处。", "Look over rules for mistakes and oddities."),
    ),
    "test": Later(
        "emergency_cli.rules_check",
        "test_rules",
        both("用引擎运行规则自带的例子。", "Run the examples of rules through the engine."),
    ),
    "diff": Later(
        "emergency_cli.rules_compare",
        "diff_rules",
        both("两个日期或两个文件夹之间的变化。", "What changed between two days or folders."),
    ),
    "coverage": Later(
        "emergency_cli.rules_compare",
        "coverage",
        both("哪些义务没有规则，或没有读过的原文。", "Which duties no rule, or no read text, gives."),
    ),
    "reference": Later(
        "emergency_cli.rules_compare",
        "reference",
        both("供阅读的规则页面。", "The rules as pages for reading."),
    ),
}


@group(zh="规则库：有日期、有出处。", cls=LazyGroup, later=COMMANDS)
@lang_option
def rules() -> None:
    """The rules, dated and cited."""
