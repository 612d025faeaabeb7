"""Writes tables as XLSX, by a library that is imported where a workbook is asked for."""

import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import chain, islice
from typing import Final

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, WriteOnlyCell
from openpyxl.cell.cell import Cell as XlsxCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from shared.sheets.writing import Cell, Table, local, plain

CELL_LENGTH: Final = 32_767
"""The longest text an XLSX cell may hold (ECMA-376)."""
FIRST_WIDE: Final = 0x2E80
"""From this character on (CJK radicals), one is as wide as two digits."""
NARROWEST: Final = 10
WIDEST: Final = 48
MEASURED: Final = 200
"""Rows from whose texts the width of the columns is taken."""


def written(tables: Iterable[Table]) -> bytes:
    """Return a workbook with the tables as its sheets."""
    book = Workbook(write_only=True)
    for table in tables:
        _add(book, table)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _add(book: Workbook, table: Table) -> None:
    sheet = book.create_sheet(_sheet_title(table.title))
    sheet.freeze_panes = "A2"
    bold = Font(bold=True)
    wash = PatternFill("solid", fgColor="FFD9D2")
    marked = table.marked or {}
    rows = iter(table.rows)
    first = list(islice(rows, MEASURED))
    for index, width in enumerate(_widths(table.header, first), start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    head = [_cell(sheet, name) for name in table.header]
    for cell in head:
        cell.font = bold
        cell.alignment = Alignment(vertical="top", wrap_text=True)
    sheet.append(head)
    for number, row in enumerate(chain(first, rows)):
        cells = [_value(sheet, value) for value in row]
        for column in range(len(cells)):
            if remark := marked.get((number, column)):
                cell = _cell(sheet, row[column])
                cell.fill = wash
                cell.comment = Comment(remark, "Steward")
                cells[column] = cell
        sheet.append(cells)


def _value(sheet: WriteOnlyWorksheet, value: Cell) -> object:
    """Return what ``append`` takes; a cell object only where one is needed, since they are what takes the time."""
    if isinstance(value, str):
        is_plain = value[:1] not in {"=", "#"} and value.isprintable() and len(value) <= CELL_LENGTH
        return value if is_plain else _cell(sheet, value)
    return _cell(sheet, value) if isinstance(value, date) else value


def _cell(sheet: WriteOnlyWorksheet, value: Cell) -> XlsxCell:
    if isinstance(value, str):
        text = ILLEGAL_CHARACTERS_RE.sub("", value)[:CELL_LENGTH]
        cell = WriteOnlyCell(sheet, text)
        cell.data_type = "s"  # else openpyxl takes "=…" for a formula, and "#N/A" for an error
        return cell
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, local(value))
        cell.number_format = "yyyy-mm-dd hh:mm"
        return cell
    cell = WriteOnlyCell(sheet)
    cell.value = value
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    return cell


def _widths(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[int]:
    widths = [_width(name) for name in header]
    for row in rows:
        for index, value in enumerate(row[: len(widths)]):
            widths[index] = max(widths[index], _width(plain(value)))
    return [min(max(width + 2, NARROWEST), WIDEST) for width in widths]


def _width(value: object) -> int:
    return sum(2 if ord(character) >= FIRST_WIDE else 1 for character in str(value))


def _sheet_title(title: str) -> str:
    """Return the title as Excel takes it: without some signs, and at most 31 characters long."""
    return re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", title).strip(" '")[:31].strip(" '") or "Sheet"
