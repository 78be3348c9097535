"""``emergency rules new``, ``lint`` and ``test``: write a rule, look it over, run its examples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from emergency_cli.bilingual import StoppedError, WrongUseError, command
from emergency_cli.context import Settings, common_options, pass_settings
from emergency_cli.lazy import REFUSED, leave
from emergency_cli.output import SCHEMA, emit_json, indented, show
from emergency_cli.rules_show import form_option

if TYPE_CHECKING:
    from emergency.assessment.examples import Tried


@command(
    "new",
    zh="""在 PATH 写出带注释的规则模板，如 cn/local/330127-chunan/unit-to-county.yaml。

    在 cn/norms、cn/review、cn/schemes 之下的，为该类内容的模板。
    """,
)
@click.argument("path", type=click.Path(path_type=Path))
@common_options
@pass_settings
def new_rule(settings: Settings, path: Path) -> None:
    """Write a template of a rule to PATH, like cn/local/330127-chunan/unit-to-county.yaml.

    Below cn/norms, cn/review or cn/schemes the template is one of what lies there.
    """
    from emergency.rulebook.loader import place_of  # noqa: PLC0415 - help needs no rules
    from emergency.rulebook.template import TEMPLATES, folder_at, template  # noqa: PLC0415 - as above

    if path.suffix != ".yaml":
        raise WrongUseError(
            f"{path} does not end in .yaml; a rule is one .yaml file.",
            zh=f"{path} 不以 .yaml 结尾；一条规则是一个 .yaml 文件。",
        )
    if (folder := folder_at(path)) not in TEMPLATES:
        raise WrongUseError(
            f"There is no template of what lies in {folder}, only of {', '.join(TEMPLATES)}. "
            "Begin from a copy of a file that comes with the program; docs/rules/README.md tells what it says.",
            zh=f"{folder} 中的内容没有模板，有模板的只有 {'、'.join(TEMPLATES)}。请复制程序自带的文件"
            "修改；写法见 docs/rules/README.md。",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(template(path))
    except FileExistsError:
        raise StoppedError(
            f"{path} is already there; nothing was written.", zh=f"{path} 已存在，未写入。"
        ) from None
    click.echo(
        settings.say(
            f"已写入 {path}。改好后：emergency rules lint {path}；emergency rules test {path}",
            f"Wrote {path}. Fill it in, then: emergency rules lint {path}; emergency rules test {path}",
        )
    )
    if place_of(path) is None:
        # The path is the rule's name: a file that stands in no country can be tried, and not yet looked over.
        click.echo(
            settings.say(
                f"先把它移到国家文件夹下（如 cn/local/420100-wuhan/{path.name}）；"
                f"也可就地试用：emergency audit findings --rules {path}",
                f"First move it below a country, like cn/local/420100-wuhan/{path.name}; "
                f"or try it where it is: emergency audit findings --rules {path}",
            )
        )


@command(
    "lint",
    zh="""检查一个文件夹或文件的规则，或程序自带的规则。

    有不能使用的内容时，退出码为 3。看过且无误的提醒，可在规则中注明不再提示：accepts: {CODE: why}。
    """,
)
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@form_option
@common_options
@pass_settings
def lint_rules(settings: Settings, folder: Path | None, form: str) -> None:
    """Look over a folder or file of rules, or those that come with the program.

    Exit code 3 where something in it cannot be used. A warning that was looked at and found right is silenced in the
    rule: `accepts: {CODE: why}`.
    """
    from emergency.rulebook.lint import Severity, lint  # noqa: PLC0415 - help needs no rules

    problems = lint(folder or settings.rules)
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    if form == "json":
        rows = [
            {
                "severity": problem.severity.value,
                "code": problem.code,
                "file": problem.file,
                "line": problem.line,
                "key": problem.key,
                "message": problem.message,
                "message_zh": problem.zh,
            }
            for problem in problems
        ]
        emit_json({"schema": SCHEMA, "rows": rows})
        leave(REFUSED if errors else 0)
    for problem in problems:
        click.echo(settings.words(problem.words))
    click.echo(
        settings.say(
            f"{errors} 处错误，{len(problems) - errors} 处提醒。",
            f"{errors} errors, {len(problems) - errors} warnings.",
        )
    )
    leave(REFUSED if errors else 0)


@command("test", zh="用引擎运行一个文件夹或文件的规则自带的例子；有一个不符，退出码即为 3。")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@form_option
@common_options
@pass_settings
def test_rules(settings: Settings, folder: Path | None, form: str) -> None:
    """Run the examples of a folder or file of rules through the engine; exit code 3 where one comes out otherwise."""
    from emergency.assessment.examples import run_examples  # noqa: PLC0415 - help needs no engine
    from emergency.rulebook.loader import read_part, rulebook_of  # noqa: PLC0415 - as above
    from emergency.rulebook.plain import plain  # noqa: PLC0415 - as above

    part = read_part(folder or settings.rules)
    tried = list(run_examples(rulebook_of(part.reading), part.rules))
    failed = [one for one in tried if not one.passed]
    without = [rule.id for rule in part.rules if not rule.examples]
    if form == "json":
        rows = [
            {
                "rule": one.rule,
                "example": one.number,
                "passed": one.passed,
                "expected": plain(one.example.then),
                "came": plain(one.came),
                "reason": None if one.reason is None else {"zh": one.reason.zh, "en": one.reason.en},
            }
            for one in tried
        ]
        emit_json({"schema": SCHEMA, "rows": rows, "without_examples": without})
        leave(REFUSED if failed else 0)
    for one in failed:
        _failure(settings, one)
    if without:
        some = ", ".join(without[:5]) + ("…" if len(without) > 5 else "")  # noqa: PLR2004 - a few names
        click.echo(
            settings.say(f"没有例子：{len(without)} 条（{some}）", f"No example: {len(without)} ({some})")
        )
    click.echo(
        settings.say(
            f"{len(tried)} 个例子，{len(failed)} 个不符。",
            f"{len(tried)} examples, {len(failed)} came out otherwise.",
        )
    )
    leave(REFUSED if failed else 0)


def _failure(settings: Settings, one: Tried) -> None:
    from emergency_cli import rules_words as words  # noqa: PLC0415 - help needs no engine

    say = settings.say
    lines = [
        words.example(say, one.example),
        say(
            f"应为：{words.outcome(say, one.example.then)}；得出：{words.outcome(say, one.came)}",
            f"expected: {words.outcome(say, one.example.then)}; came out: {words.outcome(say, one.came)}",
        ),
    ]
    if one.reason is not None:
        lines.append(f"{say('理由', 'why')}: {words.worded(say, one.reason)}")
    show(one.name, *(indented(line, 2) for line in lines))
