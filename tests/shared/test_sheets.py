"""Tables read from files that people send, and written for spreadsheets."""

import csv
import io
import zipfile
from contextlib import suppress
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError
from openpyxl import Workbook, load_workbook

from shared.errors import Invalid
from shared.sheets import reading
from shared.sheets.fields import SheetDay, SheetStart, SheetTime, YesNo
from shared.sheets.layout import Column, Layout, arrange
from shared.sheets.reading import read_file, read_pasted
from shared.sheets.writing import Table, csv_lines, workbook, xlsx
from shared.texts import text as _

NINTH = date(2027, 6, 9)
LAYOUT = Layout(
    _("People"),
    ("People", "名单"),
    (
        Column("name", _("Name"), ("Name", "姓名"), needed=True),
        Column("phone", _("Mobile number"), ("Phone", "手机号"), needed=True),
        Column("role", _("Shift"), ("Shift", "岗位")),
    ),
)


def book(rows, title="名单"):
    made = Workbook()
    made.active.title = title
    for row in rows:
        made.active.append(row)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def replaced(data, name, content):
    """The workbook with one of its files replaced."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, content if entry.filename == name else old.read(entry))
    return buffer.getvalue()


def refused(data):
    with pytest.raises(Invalid) as error:
        read_file(data)
    [said] = error.value.errors["file"]
    return said


def cells(data):
    return [list(line.cells) for line in read_file(data)[0].lines]


def test_a_workbook_is_read_as_people_wrote_it_with_the_numbers_of_its_rows():
    rows = [
        ["姓名", "手机号", "出生日期", "开始"],
        [],
        ["赵敏", 13900139000, date(1990, 5, 1), time(14, 30)],
        ["钱", 1.5],
    ]
    [sheet] = read_file(book(rows))
    assert sheet.title == "名单"
    assert [line.number for line in sheet.lines] == [1, 3, 4]
    assert list(sheet.lines[1].cells) == ["赵敏", "13900139000", "1990-05-01", "14:30"]
    assert list(sheet.lines[2].cells) == ["钱", "1.5"]
    assert cells(book([[datetime.combine(NINTH, time(14)), True]])) == [["2027-06-09T14:00", "是"]]


def test_a_text_that_looks_like_a_formula_comes_in_as_text_and_goes_out_as_text():
    evil = '=HYPERLINK("http://bad.example","x")'
    data = xlsx("名单", ["姓名"], [[evil], ["#N/A"]])
    assert cells(data) == [["姓名"], [evil], ["#N/A"]]
    cell = load_workbook(io.BytesIO(data)).active["A2"]
    assert (cell.value, cell.data_type) == (evil, "s")


def test_a_formula_counts_as_what_it_showed_and_is_never_worked_out():
    assert cells(book([["姓名"], ["=1+1"], ["赵敏"]])) == [["姓名"], ["赵敏"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_csv_file_is_read_in_the_encodings_and_with_the_signs_of_offices(encoding, sign):
    data = f"姓名{sign}手机号\r\n赵敏{sign}13900139000\r\n".encode(encoding)
    assert cells(data) == [["姓名", "手机号"], ["赵敏", "13900139000"]]


@pytest.mark.parametrize("line", ["赵敏\t139\t引导", "赵敏，139，引导", "赵敏, 139, 引导", "赵敏 139  引导"])
def test_pasted_lines_may_be_parted_by_whatever_was_typed(line):
    assert list(read_pasted(line)[0].lines[0].cells) == ["赵敏", "139", "引导"]


def test_columns_are_found_by_name_in_any_order_and_in_both_languages():
    sheets = read_file(book([["Phone *", "部门", " 姓名"], ["139", "三科", "赵敏"], ["138", "", "例：钱"]], "Sheet1"))
    arranged = arrange(sheets, [LAYOUT])
    assert [(one.row, dict(one.cells)) for one in arranged.records] == [
        (2, {"phone": "139", "name": "赵敏"}),
        (3, {"phone": "138", "name": "例：钱"}),
    ]
    assert arranged.unknown == ["部门"]


def test_example_rows_are_passed_over_and_what_is_given_fills_the_gaps():
    sheets = read_pasted("例：赵敏，139\n钱进，138")
    [record] = arrange(sheets, [LAYOUT], {"role": "引导"}, bare=True).records
    assert (record.row, dict(record.cells)) == (2, {"name": "钱进", "phone": "138", "role": "引导"})


def test_a_sheet_without_a_needed_column_or_with_one_twice_is_refused():
    for head, said in (
        (["姓名"], "“Mobile number” is missing"),
        (["姓名", "Name", "手机号"], "“Name” stands there twice"),
    ):
        with pytest.raises(Invalid) as error:
            arrange(read_file(book([head, ["x", "y", "z"]])), [LAYOUT])
        assert said in str(error.value.errors["file"][0])


def test_a_file_that_is_none_of_these_is_refused_with_what_to_do():
    assert ".xls" in refused(b"\xd0\xcf\x11\xe0" + b"\0" * 600)
    assert "cannot be read" in refused(b"PK\x03\x04 and no more")
    assert "cannot be read" in refused(b"\x89PNG\r\n\0\0")
    assert "no rows" in refused(b"")


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    bomb = replaced(book([["x"]]), "xl/worksheets/sheet1.xml", b" " * (reading.MAX_UNPACKED + 1))
    assert len(bomb) < 100_000
    assert "more in this file" in refused(bomb)


def test_a_directory_that_lies_about_its_sizes_lets_nothing_more_be_unpacked():
    data = bytearray(replaced(book([["x"]]), "xl/worksheets/sheet1.xml", b" " * (reading.MAX_UNPACKED + 1)))
    size = (reading.MAX_UNPACKED + 1).to_bytes(4, "little")
    assert "cannot be read" in refused(bytes(data).replace(size, (10).to_bytes(4, "little")))


@pytest.mark.parametrize(
    "entity", ['<!ENTITY x SYSTEM "file:///etc/passwd">', '<!ENTITY x "boom">'], ids=["external", "internal"]
)
def test_a_workbook_that_declares_entities_is_refused(entity):
    xml = (
        f"<?xml version='1.0'?><!DOCTYPE r [{entity}]>"
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
        '<c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row></sheetData></worksheet>'
    )
    assert "cannot be read" in refused(replaced(book([["x"]]), "xl/worksheets/sheet1.xml", xml.encode()))


@pytest.mark.parametrize("last", [5002, 1_000_000_000])
def test_too_many_rows_are_refused_and_none_is_dropped_unseen(last):
    xml = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f'<row r="1"><c r="A1"><v>1</v></c></row><row r="{last}"><c r="A{last}"><v>1</v></c></row>'
        "</sheetData></worksheet>"
    )
    assert "at most 5000 rows" in refused(replaced(book([["x"]]), "xl/worksheets/sheet1.xml", xml.encode()))


def test_too_many_columns_are_refused():
    assert "50 columns" in refused(book([["x"] * 51]))


SOUND = book([["姓名", "手机号"], ["赵敏", 13900139000]])
"""A workbook that is made once: the moment that stands in it would make each example another."""


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_bytes_make_anything_but_the_one_error(data):
    for sent in (data, b"PK\x03\x04" + data):
        with suppress(Invalid):
            read_file(sent)


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_damage_to_a_workbook_makes_anything_but_the_one_error(data):
    damaged = bytearray(SOUND)
    for _time in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Invalid):
        read_file(bytes(damaged))


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_no_pasted_text_makes_anything_but_the_one_error(pasted):
    with suppress(Invalid):
        arrange(read_pasted(pasted), [LAYOUT], bare=True)


@pytest.mark.parametrize("written", ["2027-06-09", "2027/6/9", "2027.6.9", "2027年6月9日", "２０２７-06-09"])
def test_dates_are_understood_in_the_ways_people_write_them(written):
    assert SheetDay().deserialize(written) == NINTH


def test_times_and_answers_are_understood_in_the_ways_people_write_them():
    for written in ("14:00", "14：00", "14点", "14:00:00", "14时00分"):
        assert SheetTime().deserialize(written) == time(14)
    assert SheetStart().deserialize("2027/6/9 14:00") == datetime.combine(NINTH, time(14))
    assert SheetStart().deserialize("2027-06-09T14:00") == datetime.combine(NINTH, time(14))
    assert SheetStart().deserialize("9:30") == time(9, 30)
    assert [YesNo().deserialize(word) for word in ("是", "YES", "√", "否", "no")] == [True, True, True, False, False]
    for field, wrong in ((SheetDay(), "2027-13-01"), (SheetTime(), "25:00"), (SheetStart(), "x 14:00"), (YesNo(), "?")):
        with pytest.raises(ValidationError):
            field.deserialize(wrong)


def test_csv_begins_with_a_mark_ends_lines_as_excel_does_and_starts_no_formula():
    rows = [
        ["=1+1", -5, NINTH],
        ["+86 139", None, datetime(2027, 6, 9, 14, tzinfo=UTC)],
        ["＝1", 1.5, "a,b"],
    ]
    data = b"".join(csv_lines(["姓名", "@数", "时间"], rows))
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == 4
    read = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert read == [
        ["姓名", "'@数", "时间"],
        ["'=1+1", "-5", "2027-06-09"],
        ["'+86 139", "", "2027-06-09 14:00"],
        ["'＝1", "1.5", "a,b"],
    ]


def test_a_long_csv_comes_in_pieces():
    assert len(list(csv_lines(["n"], ([number] for number in range(1200))))) == 4


def test_no_row_of_a_long_workbook_is_lost():
    [_head, *numbers] = cells(xlsx("n", ["n"], ([number] for number in range(1200))))
    assert numbers == [[str(number)] for number in range(1200)]


def test_a_written_workbook_has_a_head_that_stays_and_marks_what_is_asked_for():
    data = workbook([Table("a/b[c]?" + "x" * 40, ["姓名", "日"], [["赵敏\x07", NINTH]], {(0, 0): "改"})])
    sheet = load_workbook(io.BytesIO(data)).active
    assert sheet.title.startswith("a b c")
    assert len(sheet.title) <= 31
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold
    assert (sheet["A2"].value, sheet["A2"].comment.text) == ("赵敏", "改")
    assert sheet["B2"].value == datetime.combine(NINTH, time())
