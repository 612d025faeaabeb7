"""A directory of units from a sheet: shown first, then taken over all or none."""

import io
from typing import Any
from uuid import uuid4

from flask import Flask
from openpyxl import load_workbook

from services.partners import directory, words
from services.partners.operations.importing import UNITS
from shared import catalogues, imports
from shared.imports import Owner, Upload, UploadState
from shared.sheets.layout import arrange
from shared.sheets.reading import read_pasted
from tests.conftest import ON_SQLITE
from tests.partners.conftest import COMMUNITY, DESK, NOW, World
from tests.partners.web import an_organizer

HEAD = ["单位名称", "类型", "联系人", "联系电话", "地址", "常提供的支持"]
CLINIC = ["卫生服务中心", "医院", "王医生", "139 0000 2222", "东路2号", "义诊"]


def take(world: World, *rows: list[str]) -> Upload:
    text = "\n".join("\t".join(row) for row in [HEAD, *rows])
    arranged = arrange(read_pasted(text), UNITS.layouts)
    owner = Owner(uuid4(), COMMUNITY)
    return world.database.write(imports.take_in, UNITS, arranged, owner=owner, language="zh-CN", now=NOW)


def confirm(world: World, upload: Upload) -> Upload:
    owner = Owner(upload.organizer_id, upload.community)
    return world.database.write(imports.confirm, UNITS, upload.id, owner, NOW)


def found(upload: Upload) -> list[Any]:
    """What was found of each row: its wrong columns, else what would become of it."""
    findings = imports.findings_of(upload)
    return [sorted(findings[at].errors) or str(findings[at].note) for at in range(upload.total)]


def entries(world: World) -> list[tuple[str, str, list[str], str]]:
    units = [one.unit for one in world.database.read(directory.overviews, scope=DESK)]
    return [(unit.name, unit.kind, [one.name for one in unit.contacts], unit.address) for unit in units]


def test_new_units_come_with_their_contacts_and_known_ones_are_completed(world: World) -> None:
    rows = [
        CLINIC,
        ["卫生服务中心", "医院", "张护士", "13900003333"],
        ["朝阳 小学", "小学", "李老师", "13900001111", "朝阳路8号"],
        ["朝阳小学", "学校", "赵老师", "13900004444"],
    ]
    upload = take(world, *rows)
    assert found(upload) == [
        "Becomes a new unit",
        "Is there already; gets one more contact",
        "Is there already; gaps are filled in",
        "Is there already; gets one more contact",
    ]
    assert len(entries(world)) == 1
    done = confirm(world, upload)
    assert (done.state, done.outcome) == (UploadState.DONE, {"added": 1, "contact": 2, "filled": 1})
    assert entries(world) == [
        ("卫生服务中心", "clinic", ["王医生", "张护士"], "东路2号"),
        ("朝阳小学", "school", ["李老师", "赵老师"], "朝阳路8号"),
    ]
    again = take(world, *rows)
    assert set(found(again)) == {"Already there; nothing changes"}
    assert confirm(world, again).outcome == {"already": 4}


def test_wrong_rows_are_marked_and_nothing_is_written(world: World) -> None:
    upload = take(world, CLINIC, CLINIC, ["X", "饭馆", "", "123"], ["卫生站", "诊所", "王五", "13900005555"])
    assert found(upload) == [
        "Becomes a new unit",
        ["phone"],
        ["contact", "kind", "name", "phone"],
        "Becomes a new unit",
    ]
    assert len(entries(world)) == 1


def test_kinds_are_known_by_their_names_on_our_pages(world: World) -> None:
    chinese = catalogues.language("partners", "zh-CN")
    rows = [
        [f"单位{at}", chinese.translate(label), "王五", "13900005555"]
        for at, label in enumerate(words.UNIT_KINDS.values())
    ]
    confirm(world, take(world, *rows))
    assert {kind for name, kind, *_rest in entries(world) if name.startswith("单位")} == set(words.UNIT_KINDS)


@ON_SQLITE
def test_the_pages_lead_from_the_list_to_the_directory(app: Flask) -> None:
    browser, start = an_organizer(app), "/partners/desk/units/import"
    assert browser.send(start, start, {"lines": ""}).status_code == 422
    answer = browser.send(start, start, {"lines": "卫生站，诊所，王五，13900005555"})
    assert answer.status_code == 303
    assert "新增单位" in browser.get(answer.location)
    assert browser.send(answer.location, answer.location, {}).status_code == 303
    assert "卫生站" in browser.get("/partners/desk?q=卫生")
    an_organizer(app).get(answer.location, 404)
    template = browser.client.get(f"{start}/template.xlsx")
    book = load_workbook(io.BytesIO(template.data))
    assert [cell.value for cell in book.worksheets[0][1]][:4] == ["单位名称 *", "单位类型 *", "联系人 *", "手机号 *"]
