"""``emergency rules``: what the law says, since when, where it is written, and whether anybody read it."""

from __future__ import annotations

import click

from emergency_cli.lazy import Later, LazyGroup

COMMANDS = {
    "list": Later("emergency_cli.rules_show", "list_rules", "The rules in force today, or on a day."),
    "at": Later("emergency_cli.rules_show", "rules_at", "The rules of a day, and what begins or ends on it."),
    "show": Later("emergency_cli.rules_show", "show_rule", "One rule with all that it says."),
    "new": Later("emergency_cli.rules_check", "new_rule", "Write a commented template of a rule."),
    "lint": Later("emergency_cli.rules_check", "lint_rules", "Look over rules for mistakes and oddities."),
    "test": Later("emergency_cli.rules_check", "test_rules", "Run the examples of rules through the engine."),
    "diff": Later("emergency_cli.rules_compare", "diff_rules", "What changed between two days or folders."),
    "coverage": Later(
        "emergency_cli.rules_compare", "coverage", "Which duties no rule, or no read text, gives."
    ),
    "reference": Later("emergency_cli.rules_compare", "reference", "The rules as pages for reading."),
}


@click.group(cls=LazyGroup, later=COMMANDS)
def rules() -> None:
    """The rules, dated and cited 规则库."""
