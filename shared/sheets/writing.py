"""Writes tables as CSV and XLSX. No cell of either ever becomes a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
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

Cell = str | int | float | date | datetime | None
"""A moment is written as its own zone's clock shows it; bring it to the event's zone first."""

XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE: Final = "text/csv; charset=utf-8"

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet may take for the start of a formula: OWASP, "CSV Injection"; also in their full-width forms."""
WIDE_STARTS: Final = ("\uff1d", "\uff0b", "\uff0d", "\uff20")
CHUNK: Final = 500
"""Rows of CSV that go out at once."""
CELL_LENGTH: Final = 32_767
"""The longest text an XLSX cell may hold (ECMA-376)."""
FIRST_WIDE: Final = 0x2E80
"""From this character on (CJK radicals), one is as wide as two digits."""
NARROWEST: Final = 10
WIDEST: Final = 48
MEASURED: Final = 200
"""Rows from whose texts the width of the columns is taken."""


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet of a workbook. ``marked`` maps a cell (row and column from 0, without the header) to a remark on it."""

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    marked: dict[tuple[int, int], str] | None = None


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield the table as CSV in pieces: UTF-8 with a byte order mark and CRLF, as Excel in China reads it best.

    A text that a spreadsheet could take for a formula gets an apostrophe in front; numbers stay numbers.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([_harmless(name) for name in header])
    yield b"\xef\xbb\xbf"
    for number, row in enumerate(rows, start=1):
        writer.writerow([_plain(cell) for cell in row])
        if number % CHUNK == 0:
            yield _drain(buffer)
    yield _drain(buffer)


def xlsx(title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a workbook of one sheet."""
    return workbook([Table(title, header, rows)])


def workbook(tables: Iterable[Table]) -> bytes:
    """Return a workbook with the tables as its sheets.

    Texts are kept as texts, and the header is bold and stays in view.
    """
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
        cell = WriteOnlyCell(sheet, _local(value))
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
            widths[index] = max(widths[index], _width(_plain(value)))
    return [min(max(width + 2, NARROWEST), WIDEST) for width in widths]


def _width(value: object) -> int:
    return sum(2 if ord(character) >= FIRST_WIDE else 1 for character in str(value))


def _sheet_title(title: str) -> str:
    """Return the title as Excel takes it: without some signs, and at most 31 characters long."""
    return re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", title).strip(" '")[:31].strip(" '") or "Sheet"


def _plain(value: Cell) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{_local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return _harmless(value)
    return value


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith((*FORMULA_STARTS, *WIDE_STARTS)) else text


def _local(moment: datetime) -> datetime:
    """Return the moment as a clock on the wall shows it, since a spreadsheet knows no zones."""
    return moment.replace(tzinfo=None)


def _drain(buffer: io.StringIO) -> bytes:
    data = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return data
