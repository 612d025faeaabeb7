"""Templates stay compiled, where Python may keep what it compiled."""

import sys

import pytest
from jinja2 import DictLoader, Environment

from shared.web.compiled import Compiled


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return the folder that the compiled are kept in, which is not there yet."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    kept = Compiled().directory
    assert kept.startswith(str(tmp_path))
    return kept


def drawn(template):
    return Environment(loader=DictLoader({"page": template}), bytecode_cache=Compiled()).get_template("page").render()


def kept(tmp_path):
    return [file for file in tmp_path.rglob("*") if file.is_file()]


def test_a_template_is_kept_and_one_that_was_changed_is_drawn_as_it_is(folder, tmp_path):
    (tmp_path / folder).mkdir(parents=True)
    assert drawn("{{ 1 + 1 }}") == "2"
    (file,) = kept(tmp_path)
    before = file.stat().st_mtime_ns
    assert drawn("{{ 1 + 1 }}") == "2"
    assert file.stat().st_mtime_ns == before
    assert drawn("{{ 1 + 2 }}") == "3"


@pytest.mark.usefixtures("folder")
def test_a_page_is_drawn_where_nothing_can_be_kept(tmp_path):
    assert drawn("{{ 1 + 1 }}") == "2"
    assert kept(tmp_path) == []


def test_nothing_is_kept_where_python_is_told_to_keep_nothing(folder, tmp_path, monkeypatch):
    (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert drawn("{{ 1 + 1 }}") == "2"
    assert kept(tmp_path) == []
