"""What the columns of a sheet are, and finding them by their headings, in whichever order they stand."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shared.errors import Invalid, field_error
from shared.sheets.reading import EMPTY, Line, Sheet
from shared.texts import Text
from shared.texts import text as _

EXAMPLES: Final = ("例：", "例:", "Example:")
"""How the first cell of a row begins that only shows how it is done."""
REMARK: Final = _("What to correct")
REMARKS: Final = ("what to correct", "需要修改")
"""The column that we add to a sheet that is to be corrected; it is passed over when the sheet comes back."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key, what it is called on pages, and all the headings it is known by."""

    key: str
    label: Text
    names: Sequence[str]
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet: what it is called on pages, all the titles it is known by, and its columns in their usual order."""

    label: Text
    titles: Sequence[str]
    columns: Sequence[Column]
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Record:
    """A row of a known sheet: which sheet, its number there, and column key -> text for what is not empty."""

    sheet: int
    row: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Arranged:
    """All rows of a file, and the headings of columns that nobody knows."""

    records: Sequence[Record]
    unknown: Sequence[str]


def arrange(
    sheets: Sequence[Sheet], layouts: Sequence[Layout], given: Mapping[str, str] | None = None, *, bare: bool = False
) -> Arranged:
    """Return the rows of the sheets by the layouts.

    A single layout takes the first sheet whatever its title. ``given`` is what every row says that does not say
    otherwise. ``bare``: rows without a heading are read in the usual order. Raises Invalid where a sheet or a needed
    column is missing, or there are no rows.
    """
    records: list[Record] = []
    unknown: list[str] = []
    for number, layout in enumerate(layouts):
        sheet = _find(sheets, layout, is_only=len(layouts) == 1)
        if sheet is None and layout.needed:
            raise _refused(_("The sheet “%(title)s” is missing. Please use the template.", title=layout.label))
        if sheet is None or not sheet.lines:
            continue
        head, *rows = sheet.lines
        keys = _keys(head, layout)
        if bare and not any(keys):
            keys, rows = [column.key for column in layout.columns], list(sheet.lines)
        else:
            _check_heading(keys, layout, given or {})
            unknown += [name for key, name in zip(keys, head.cells, strict=False) if key is None and _is_unknown(name)]
        for row in rows:
            cells = {key: cell for key, cell in zip(keys, row.cells, strict=False) if key and cell}
            if cells and not row.cells[0].startswith(EXAMPLES):
                records.append(Record(number, row.number, {**(given or {}), **cells}))
    if not records:
        raise _refused(EMPTY)
    return Arranged(records, list(dict.fromkeys(unknown)))


def _find(sheets: Sequence[Sheet], layout: Layout, *, is_only: bool) -> Sheet | None:
    wanted = {_plain(title) for title in layout.titles}
    found = next((sheet for sheet in sheets if _plain(sheet.title) in wanted), None)
    if found is None and is_only:
        return next((sheet for sheet in sheets if sheet.lines), None)
    return found


def _keys(head: Line, layout: Layout) -> list[str | None]:
    known = {_plain(name): column.key for column in layout.columns for name in (*column.names, column.label.msgid)}
    return [known.get(_plain(cell)) for cell in head.cells]


def _check_heading(keys: Sequence[str | None], layout: Layout, given: Mapping[str, str]) -> None:
    for column in layout.columns:
        if keys.count(column.key) > 1:
            raise _refused(_("The column “%(column)s” stands there twice.", column=column.label))
        if column.needed and column.key not in keys and column.key not in given:
            text = _(
                "The column “%(column)s” is missing in the first row of “%(title)s”.",
                column=column.label,
                title=layout.label,
            )
            raise _refused(text)


def _is_unknown(name: str) -> bool:
    return bool(name) and _plain(name) not in REMARKS


def _plain(name: str) -> str:
    """Return a heading as it is compared: without case, blanks, and what marks it as needed."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(plain.replace("*", " ").replace("_", " ").split())


def _refused(text: Text) -> Invalid:
    return Invalid(field_error("file", text))
