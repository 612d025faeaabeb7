"""A migration leaves what the release before reads and writes, so that old and new processes run side by side.

What only takes away is a step of its own in a later release; its docstring says "unused since" and the release that
stopped using it.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from services.commands.opening import NAMES
from shared.migrations import SERVICES
from tests.commands.upgrading import REVISIONS

TAKES_AWAY = {"drop_column", "drop_table", "rename_table"}
WORDS = re.compile(r"\b(DROP\s+(TABLE|COLUMN)|RENAME|SET\s+NOT\s+NULL)\b", re.IGNORECASE)
SAID = re.compile(r"\bunused since \S*\d")


def new_migrations() -> Iterator[Path]:
    """Yield the migrations that the previous release did not have."""
    for name in NAMES:
        scripts = ScriptDirectory(str(SERVICES / name / "migrations"))
        for one in scripts.walk_revisions(REVISIONS[name], "head"):
            if one.revision != REVISIONS[name]:
                yield Path(one.path)


def refused(source: str) -> list[str]:
    """Return what the migration takes from the release before, unless it says that nobody uses that any more."""
    module = ast.parse(source)
    if SAID.search(ast.get_docstring(module) or ""):
        return []
    forward = [one for one in module.body if not (isinstance(one, ast.FunctionDef) and one.name == "downgrade")]
    calls = [node for one in forward for node in ast.walk(one) if isinstance(node, ast.Call)]
    return [problem for call in calls if (problem := _problem(call))]


def _problem(call: ast.Call) -> str:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if name in TAKES_AWAY or (name == "alter_column" and "new_column_name" in given):
        return name
    columns = [one for one in call.args if isinstance(one, ast.Call)] if name == "add_column" else []
    if any(_must_be_given(one) for one in columns) or (name == "alter_column" and _must_be_given(call)):
        return f"{name} without a default"
    texts = [one.value for one in ast.walk(call) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return "raw SQL" if name in {"execute", "exec_driver_sql"} and WORDS.search(" ".join(texts)) else ""


def _must_be_given(column: ast.Call) -> bool:
    given = {keyword.arg: keyword.value for keyword in column.keywords}
    nullable = given.get("nullable")
    return isinstance(nullable, ast.Constant) and nullable.value is False and "server_default" not in given


@pytest.mark.parametrize("file", list(new_migrations()), ids=lambda file: f"{file.parents[2].name}-{file.stem}")
def test_what_the_release_before_needs_stays(file):
    assert refused(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "step",
    [
        "op.drop_table('records')",
        "op.rename_table('records', 'entries')",
        "batch_op.drop_column('note')",
        "batch_op.alter_column('note', new_column_name='words')",
        "batch_op.alter_column('note', existing_type=sa.String(), nullable=False)",
        "op.add_column('records', sa.Column('note', sa.String(), nullable=False))",
        "op.execute('ALTER TABLE records ALTER COLUMN note SET NOT NULL')",
        "op.execute(sa.text('alter table records drop column note'))",
    ],
)
def test_what_takes_away_is_refused_unless_a_release_stopped_using_it(step):
    migration = f'"""Records have no notes."""\ndef upgrade():\n    {step}\ndef downgrade():\n    pass\n'
    assert len(refused(migration)) == 1
    assert refused(migration.replace("no notes.", "no notes, which are unused since 0.2.0.")) == []


@pytest.mark.parametrize(
    "step",
    [
        "op.create_table('notes', sa.Column('id', sa.Uuid(), nullable=False))",
        "op.add_column('records', sa.Column('note', sa.String(), nullable=True))",
        "batch_op.add_column(sa.Column('note', sa.String(), server_default='', nullable=False))",
        "batch_op.alter_column('note', existing_type=sa.String(), nullable=True)",
        "op.execute('UPDATE records SET note = NULL')",
    ],
)
def test_what_only_adds_is_taken(step):
    assert refused(f"def upgrade():\n    {step}\ndef downgrade():\n    op.drop_table('notes')\n") == []
