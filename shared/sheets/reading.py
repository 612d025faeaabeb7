"""Reads tables out of files that people send: XLSX, CSV, and lines pasted from anywhere.

Nothing in a file is trusted: not its size, not its directory, not its XML. Whatever is wrong, the one error raised is
``Invalid`` with a sentence beside ``file``.
"""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from shared.errors import Invalid, field_error
from shared.texts import Text
from shared.texts import text as _

MAX_ROWS: Final = 5000
MAX_COLUMNS: Final = 50
MAX_UNPACKED: Final = 32 * 1024 * 1024
"""Bytes; a request carries 1 MB at most, and sheets of texts shrink to a tenth."""
MAX_ENTRIES: Final = 500
"""Files in the archive that an XLSX file is."""
MAX_CELL: Final = 5000
"""Characters; the longest text that may be entered anywhere has 2,000."""
EMPTY_TAIL: Final = 100_000
"""Empty rows that are passed over; a file may claim that its next row is the billionth."""
OLE: Final = b"\xd0\xcf\x11\xe0"
"""How .xls files begin, and XLSX files with a password."""
ZIP: Final = b"PK\x03\x04"
SIGNS: Final = ("\t", ",", "，", ";", "；")
"""What may part the columns of a text."""

OLD: Final = _("This is an old Excel file (.xls), or one with a password. Please save it as .xlsx without a password.")
BROKEN: Final = _("This file cannot be read. Please save it as .xlsx or .csv and choose it again.")
HUGE: Final = _("There is more in this file than can be read. Please copy the rows into a new, empty workbook.")
LONG: Final = _("Please import at most %(n)s rows at once, and split longer lists.", n=MAX_ROWS)
WIDE: Final = _("Please use at most %(n)s columns.", n=MAX_COLUMNS)
EMPTY: Final = _("There are no rows in it. Please fill in the sheet and choose it again.")


@dataclass(frozen=True, slots=True)
class Line:
    """A row that is not empty: its number in the sheet, from 1, and its cells as text (dates as 2027-06-19T14:00)."""

    number: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with its rows; a text has a single sheet without a title."""

    title: str
    lines: Sequence[Line]


def read_file(data: bytes) -> list[Sheet]:
    """Return the sheets of an XLSX or CSV file, told apart by how it begins; raises Invalid."""
    if data.startswith(OLE):
        raise _refused(OLD)
    if not data.strip():
        raise _refused(EMPTY)
    if data.startswith(ZIP):
        return _read_xlsx(data)
    return [_read_text(_decoded(data))]


def read_pasted(text: str) -> list[Sheet]:
    """Return the lines of a pasted text as one sheet; columns may be parted by tabs, commas or blanks."""
    return [_read_text(text, blanks=True)]


def _read_xlsx(data: bytes) -> list[Sheet]:
    from openpyxl import load_workbook  # noqa: PLC0415  (it takes long to import)

    try:
        _bounded(data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            return [_read_sheet(book[name]) for name in book.sheetnames]
        finally:
            book.close()
    except Invalid:
        raise
    except Exception:  # noqa: BLE001  # a broken file makes the library fail in any way there is
        raise _refused(BROKEN) from None


def _bounded(data: bytes) -> None:
    """Refuse an archive that unpacks to too much; ``zipfile`` reads no more of an entry than the directory says."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise _refused(HUGE)


def _read_sheet(sheet: Any) -> Sheet:
    sheet.reset_dimensions()  # what the file says of its own extent may be wrong
    rows = ([_written(value) for value in row] for row in sheet.iter_rows(values_only=True))
    return Sheet(str(sheet.title), list(_lines(rows)))


def _read_text(text: str, *, blanks: bool = False) -> Sheet:
    if "\0" in text:
        raise _refused(BROKEN)
    first = next((line for line in text.splitlines() if line.strip()), "")
    sign = max(SIGNS, key=first.count)
    if blanks and not first.count(sign):
        rows: Iterable[Sequence[str]] = (line.split() for line in text.splitlines())
    else:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    try:
        return Sheet("", list(_lines([_written(cell) for cell in row] for row in rows)))
    except csv.Error:
        raise _refused(BROKEN) from None


def _lines(rows: Iterable[list[str]]) -> Iterator[Line]:
    for number, row in enumerate(rows, start=1):
        while row and not row[-1]:
            row.pop()
        if len(row) > MAX_COLUMNS:
            raise _refused(WIDE)
        if number > (MAX_ROWS + 1 if row else EMPTY_TAIL):  # one row is the heading
            raise _refused(LONG)
        if row:
            yield Line(number, row)


def _written(value: object) -> str:
    """Return a cell as somebody would write it: 13900139000 and not 13900139000.0, dates as ISO 8601."""
    if isinstance(value, date | time):
        return _clock(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = "" if value is None else str(value)
    if len(text) > MAX_CELL:
        raise _refused(HUGE)
    return "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in {"Cc", "Cs"}).strip()


def _clock(value: date | time) -> str:
    """Return a date, a time, or both as ISO 8601 to the minute; a spreadsheet's date is a moment at midnight."""
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, datetime) and value.time() != time():
        return value.replace(tzinfo=None).isoformat(timespec="minutes")
    return value.strftime("%Y-%m-%d")


def _decoded(data: bytes) -> str:
    """Return a CSV file as text: UTF-8, else what Excel in China writes (GB 18030), or UTF-16 where it says so."""
    known = ("utf-16",) if re.match(rb"\xff\xfe|\xfe\xff", data) else ("utf-8-sig", "gb18030")
    for encoding in known:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused(BROKEN)


def _refused(text: Text) -> Invalid:
    return Invalid(field_error("file", text))
