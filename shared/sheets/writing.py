"""Writes tables as CSV and XLSX. No cell of either ever becomes a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

Cell = str | int | float | date | datetime | None
"""A moment is written as its own zone's clock shows it; bring it to the event's zone first."""

XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE: Final = "text/csv; charset=utf-8"

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet may take for the start of a formula: OWASP, "CSV Injection"; also in their full-width forms."""
WIDE_STARTS: Final = ("\uff1d", "\uff0b", "\uff0d", "\uff20")
CHUNK: Final = 500
"""Rows of CSV that go out at once."""


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
        writer.writerow([plain(cell) for cell in row])
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
    from shared.sheets import excel  # noqa: PLC0415  (its library takes long to import)

    return excel.written(tables)


def plain(value: Cell) -> str | int | float:
    """Return the cell as CSV has it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return _harmless(value)
    return value


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith((*FORMULA_STARTS, *WIDE_STARTS)) else text


def local(moment: datetime) -> datetime:
    """Return the moment as a clock on the wall shows it, since a spreadsheet knows no zones."""
    return moment.replace(tzinfo=None)


def _drain(buffer: io.StringIO) -> bytes:
    data = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return data
