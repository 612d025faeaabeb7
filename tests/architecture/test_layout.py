"""The map in docs/architecture.md, checked: rooms, layers, owners."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import Table

from shared.contracts import CONTRACTS, OWNERS
from shared.service import Service

ROOT = Path(__file__).parents[2]
SERVICES = sorted(folder.name for folder in (ROOT / "services").iterdir() if (folder / "app.py").exists())
ROOMS = ("app", "models", "schemas", "operations", "handlers", "api", "pages")
FOLDERS = ("templates", "translations", "migrations/versions")
CODE = sorted(
    file
    for folder in ("services", "shared")
    for file in (ROOT / folder).rglob("*.py")
    if "migrations" not in file.parts
)
MAX_LINES = 320
"""About 300: past that a file becomes a package of the same name."""
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "base2", "misc"}
QUIET = {"flask", "pika"}
"""What operations, models and handlers know nothing of."""

of_every_service = pytest.mark.parametrize("name", SERVICES)
of_every_file = pytest.mark.parametrize("file", CODE, ids=[file.relative_to(ROOT).as_posix() for file in CODE])


def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def imports(file: Path) -> Iterator[str]:
    """Yield every module that the file names in an import, wherever it stands."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(name: str, which: str) -> list[Path]:
    """The files of one room: a module, or a package of the same name."""
    folder = ROOT / "services" / name
    package = sorted((folder / which).rglob("*.py"))
    return package or [file for file in [folder / f"{which}.py"] if file.exists()]


def service(name: str) -> Service:
    found = import_module(f"services.{name}.app").service
    assert isinstance(found, Service)
    return found


def test_the_services_are_those_that_own_messages():
    assert set(SERVICES) == set(OWNERS.values())


def test_the_layers_hold():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter], cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "NO_COLOR": "1"}
    )
    assert done.returncode == 0, done.stdout + done.stderr


@of_every_file
def test_one_file_writes_cookies(file):
    """So that each has the prefix, and is out of reach of scripts and of other sites."""
    called = {
        node.func.attr for node in ast.walk(tree(file)) if isinstance(node, ast.Call) and hasattr(node.func, "attr")
    }
    assert not called & {"set_cookie", "delete_cookie"} or file == ROOT / "shared/web/cookies.py"


@of_every_service
def test_every_service_has_the_same_rooms(name):
    missing = [which for which in ROOMS if not room(name, which)]
    missing += [which for which in FOLDERS if not (ROOT / "services" / name / which).is_dir()]
    assert missing == []


@of_every_service
def test_every_service_speaks_chinese(name):
    assert (ROOT / "services" / name / "translations/zh_Hans_CN/LC_MESSAGES/messages.po").is_file()


@of_every_service
def test_app_is_data(name):
    file = ROOT / "services" / name / "app.py"
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 60
    assert service(name).name == name


@of_every_file
def test_the_first_line_says_what_may_live_in_the_file(file):
    docstring = ast.get_docstring(tree(file))
    assert docstring, "begins without a docstring"
    assert file.read_text(encoding="utf-8").startswith('"""'), "the docstring is not the first line"


@of_every_file
def test_no_file_is_longer_than_a_story(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


@of_every_file
def test_no_file_is_a_drawer_for_everything(file):
    assert FORBIDDEN_NAMES.isdisjoint(file.relative_to(ROOT).with_suffix("").parts)


def test_only_the_composition_root_knows_several_services():
    knowing = [
        file.relative_to(ROOT).as_posix()
        for file in CODE
        if len({module.split(".")[1] for module in imports(file) if module.startswith("services.")} & set(SERVICES)) > 1
    ]
    assert knowing == ["services/__main__.py"]


def test_no_service_knows_another():
    for file in CODE:
        folder = file.relative_to(ROOT).parts[1]
        others = [f"services.{name}" for name in SERVICES if name != folder]
        if folder in SERVICES:
            assert not [module for module in imports(file) if module.startswith(tuple(others))], file


def test_what_is_shared_knows_no_service():
    for file in CODE:
        if file.relative_to(ROOT).parts[0] == "shared":
            assert not [module for module in imports(file) if module.partition(".")[0] == "services"], file


def test_one_room_knows_pika():
    knowing = [file for file in CODE if any(module.partition(".")[0] == "pika" for module in imports(file))]
    assert {file.relative_to(ROOT).parent.as_posix() for file in knowing} == {"shared/messaging/rabbit"}


@of_every_service
@pytest.mark.parametrize("which", ["operations", "models", "handlers"])
def test_the_domain_knows_neither_the_web_nor_the_broker(name, which):
    for file in room(name, which):
        for module in imports(file):
            assert module.partition(".")[0] not in QUIET, f"{file} imports {module}"
            assert not module.startswith("shared.web"), f"{file} imports {module}"


@of_every_service
def test_operations_never_commit_and_never_look_at_the_clock(name):
    for file in room(name, "operations"):
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in {"commit", "rollback", "utc_now", "utcnow", "today"}, (
                    f"{file}:{node.lineno}"
                )
                assert ast.unparse(node.func) not in {"datetime.now", "time.time"}, f"{file}:{node.lineno}"


def test_every_message_type_has_one_owner():
    assert {message_type.partition(".")[0] for message_type in CONTRACTS} == OWNERS.keys()


@of_every_service
def test_a_service_names_the_messages_of_others_only_where_it_listens_to_them(name):
    listening = room(name, "handlers")
    for file in CODE:
        if file.is_relative_to(ROOT / "services" / name) and file not in listening:
            for node in ast.walk(tree(file)):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in CONTRACTS:
                    assert OWNERS[node.value.partition(".")[0]] == name, f"{file}:{node.lineno}"


def test_every_message_type_is_listened_to_by_somebody_else():
    listened = {message_type: name for name in SERVICES for message_type in service(name).handlers.types}
    for message_type in CONTRACTS:
        assert message_type in listened, f"nobody listens to {message_type}"


@of_every_service
def test_a_service_listens_only_to_what_exists_and_is_not_its_own(name):
    for message_type in service(name).handlers.types:
        assert message_type in CONTRACTS
        assert OWNERS[message_type.partition(".")[0]] != name


@of_every_service
def test_handlers_are_named_for_what_they_hear(name):
    registry = service(name).handlers
    for message_type in registry.types:
        handler = registry.handler(message_type)
        assert handler.__name__.startswith("on_"), handler


@of_every_service
def test_every_table_has_a_primary_key_and_named_constraints(name):
    for metadata in service(name).all_metadata:
        for table in metadata.tables.values():
            assert isinstance(table, Table)
            assert len(table.primary_key), table.name
            assert all(constraint.name for constraint in table.constraints), table.name
