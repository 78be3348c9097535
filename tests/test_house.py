"""The house stands as it is drawn; every public name says what it is for; an import costs little."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import emergency

ROOT = Path(__file__).parents[1]
SOURCES = (ROOT / "src", ROOT / "cli")
Imports = dict[str, set[str]]


def modules(*folders: Path) -> dict[str, Path]:
    """Every module of ours, by its dotted name."""
    found = {}
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(*folders: Path) -> Imports:
    """What each module imports, wherever in it: modules of ours by full name, those of others by full name too."""
    ours = modules(*folders)
    found: Imports = {}
    for name, path in ours.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        found[name] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found[name].update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                up = (
                    ".".join(package.split(".")[: len(package.split(".")) - node.level + 1])
                    if node.level
                    else ""
                )
                base = ".".join(filter(None, (up, node.module)))
                inner = {f"{base}.{alias.name}" for alias in node.names}
                found[name].update((inner & ours.keys()) or {base})
    return found


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def contracts() -> dict[str, list[dict[str, Any]]]:
    """The drawing, as it stands in pyproject.toml, by type of contract."""
    drawn = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    return {kind: [c for c in drawn if c["type"] == kind] for kind in ("layers", "forbidden")}


def breaches(imports: Imports) -> Iterator[str]:
    """Every import that goes against the drawing."""
    for contract in contracts()["layers"]:
        ranks = {
            part.strip().strip("()"): (rank, layer)
            for rank, layer in enumerate(contract["layers"])
            for part in layer.replace(":", "|").split("|")
        }
        for name, imported in imports.items():
            for other in imported:
                mine = next((p for p in ranks if within(name, p)), None)
                its = next((p for p in ranks if within(other, p)), None)
                if mine and its and mine != its and ranks[mine][0] >= ranks[its][0]:
                    yield f"{name} imports {other}"
    for contract in contracts()["forbidden"]:
        for name, imported in imports.items():
            if not any(within(name, source) for source in contract["source_modules"]):
                continue
            for other in imported:
                if any(within(other, forbidden) for forbidden in contract["forbidden_modules"]):
                    yield f"{name} imports {other}"


IMPORTS = imports_of(*SOURCES)


def test_every_arrow_goes_down() -> None:
    assert list(breaches(IMPORTS)) == []


def test_the_drawing_names_every_room() -> None:
    """A package or module that stands in no layer would be free to import anything."""
    (drawn,) = contracts()["layers"]
    layers = [part.strip() for layer in drawn["layers"] for part in layer.split("|")]
    rooms = {".".join(name.split(".")[:2]) for name in IMPORTS if name.startswith("emergency.")}
    assert rooms - set(layers) == set()
    assert [room for room in layers if room not in IMPORTS] == []


def test_only_the_store_knows_the_event_sourcing_library() -> None:
    users = {name for name, imported in IMPORTS.items() if any(within(o, "eventsourcing") for o in imported)}
    assert users
    assert all(within(name, "emergency.store") for name in users)


def test_what_the_domain_reaches_does_no_input_or_output() -> None:
    reached, queue = set(), [name for name in IMPORTS if within(name, "emergency.domain")]
    while queue:
        name = queue.pop()
        if name not in reached and name in IMPORTS:
            reached.add(name)
            queue.extend(IMPORTS[name])
    outside = {o.split(".")[0] for name in reached for o in IMPORTS[name]} - {"emergency"}
    assert outside <= {
        "__future__",
        "collections",
        "contextlib",
        "dataclasses",
        "datetime",
        "enum",
        "errno",  # the numbers alone, to say in Chinese what the system says in one language
        "hashlib",
        "itertools",
        "json",
        "operator",
        "pydantic",
        "pydantic_core",
        "re",
        "typing",
        "unicodedata",
        "zoneinfo",
    }


def test_what_judges_reads_no_clock() -> None:
    for name, path in modules(SOURCES[0]).items():
        if not any(
            within(name, p) for p in ("emergency.domain", "emergency.assessment", "emergency.rulebook")
        ):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in {"now", "utcnow", "today"}, (
                    f"{name}:{node.lineno} reads the clock"
                )


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("emergency/errors.py", "import emergency.domain.values"),
        ("emergency/domain/values.py", "from emergency.rulebook import load"),
        ("emergency/domain/values.py", "import os.path"),
        ("emergency/domain/offices.py", "import time"),
        ("emergency/assessment/words.py", "from emergency.store import Log"),
        ("emergency/assessment/assess.py", "import sqlalchemy.orm"),
        ("emergency/store/log.py", "from emergency.assessment import assess"),
        ("emergency/store/port.py", "from ..projections import rows"),
        ("emergency/rulebook/model.py", "from emergency import store"),
        ("emergency/projections/rows.py", "import emergency.engine"),
        ("emergency/engine.py", "def f():\n    from eventsourcing.persistence import Tracking"),
    ],
)
def test_a_forbidden_import_is_seen(tmp_path: Path, module: str, line: str) -> None:
    shutil.copytree(SOURCES[0], tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "data"))
    path = tmp_path / "src" / module
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    name = module.removesuffix(".py").replace("/", ".")
    assert {breach.split(" imports ")[0] for breach in breaches(imports_of(tmp_path / "src"))} == {name}


def undocumented() -> Iterator[str]:
    """Public modules, classes and functions without a docstring."""
    for name, path in modules(SOURCES[0]).items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if not ast.get_docstring(tree):
            yield name
        scopes: list[tuple[str, ast.Module | ast.ClassDef]] = [(name, tree)]
        while scopes:
            where, scope = scopes.pop()
            for node in scope.body:
                if (
                    isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
                    and node.name[0] != "_"
                ):
                    if not ast.get_docstring(node):
                        yield f"{where}.{node.name}"
                    if isinstance(node, ast.ClassDef):
                        scopes.append((f"{where}.{node.name}", node))


def test_every_public_name_says_what_it_is_for() -> None:
    assert list(undocumented()) == []


def test_every_name_of_the_public_face_is_there() -> None:
    assert sorted(emergency.__all__) == emergency.__all__
    for name in emergency.__all__:
        assert getattr(emergency, name).__name__ == name
    with pytest.raises(AttributeError, match="Nothing"):
        _ = emergency.Nothing


def loaded_by(statement: str) -> set[str]:
    """The packages that a fresh interpreter has loaded after the statement."""
    script = f"{statement}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True
    )
    return set(answer.stdout.split())


@pytest.mark.parametrize(
    "statement", ["import emergency", "from emergency import RefusedError", "import emergency.store"]
)
def test_importing_costs_neither_database_nor_validation(statement: str) -> None:
    assert loaded_by(statement) & {"sqlalchemy", "pydantic", "eventsourcing", "yaml", "rich"} == set()


def test_the_domain_loads_no_database() -> None:
    names = " , ".join(name for name in modules(SOURCES[0]) if within(name, "emergency.domain"))
    assert loaded_by(f"import {names}") & {"sqlalchemy", "eventsourcing", "yaml", "sqlite3"} == set()
