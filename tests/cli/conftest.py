"""A fresh store, a fresh memory, and a way to type a command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from emergency_cli.main import app

FIXED = {
    "LANG": "C",
    "LC_ALL": "",
    "LC_MESSAGES": "",
    "EMERGENCY_OFFICE": "",
    "EMERGENCY_ROLE": "",
    "EMERGENCY_OFFICER": "",
    "EMERGENCY_LANG": "en",
    "EMERGENCY_RULES": "",
    "EMERGENCY_DEBUG": "",
    "COLUMNS": "80",
}


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str


Type = Callable[..., Ran]


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An empty store, nobody remembered, and a folder of its own to work in."""
    fixed = {
        **{name: value for name, value in FIXED.items() if value},
        "EMERGENCY_DB": f"sqlite:///{tmp_path / 'log.db'}",
        "EMERGENCY_CONFIG": str(tmp_path / "identity.json"),
        "HOME": str(tmp_path),
    }
    for name in FIXED:
        monkeypatch.delenv(name, raising=False)
    for name, value in fixed.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return fixed


@pytest.fixture
def type_in(env: dict[str, str]) -> Type:
    """Type a command in this process and see what comes out."""
    del env

    def run(*words: str) -> Ran:
        result = CliRunner().invoke(app, list(words), prog_name="emergency", catch_exceptions=False)
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run


OFFICES = """\
offices:
  js: {name: 江苏省人民政府, tier: province, line: government}
  yancheng: {name: 盐城市人民政府, tier: city, line: government, reports_to: [js], division: "320900"}
  yc-em: {name: 盐城市应急管理局, tier: city, line: department, reports_to: [yancheng]}
  xiangshui: {name: 响水县人民政府, tier: county, line: government, reports_to: [yancheng], division: "320921"}
  xs-em: {name: 响水县应急管理局, tier: county, line: department, reports_to: [xiangshui, yc-em]}
"""


@pytest.fixture
def on_duty(type_in: Type, tmp_path: Path) -> Type:
    """The same, in a store with offices, at the desk of a county."""
    (tmp_path / "offices.yaml").write_text(OFFICES, encoding="utf-8")
    assert type_in("offices", "import", "offices.yaml").code == 0
    assert type_in("use", "xiangshui", "--as", "duty", "--officer", "X17").code == 0
    return type_in
