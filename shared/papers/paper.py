"""What all papers are drawn with: the font, titles, tables that break over pages, a code, and the foot of each page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

import segno
from fpdf import FPDF
from fpdf.enums import Align, TextMode, VAlign, WrapMode, XPos, YPos
from fpdf.fonts import FontFace, TTFFont

FONT: Final = Path(__file__).parent / "fonts" / "NotoSerifSC-Regular.otf"
FAMILY: Final = "paper"
MARGIN: Final = 22.0
BODY: Final = 11.0
SMALL: Final = 8.5
TABLE: Final = 9.5
INK: Final = 30
LINE: Final = 120
WASH: Final = 243


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, its share of the width, and whether it is set to the right."""

    heading: str
    share: float
    align: Literal["LEFT", "RIGHT", "CENTER"] = "LEFT"


class Paper(FPDF):
    """An A4 sheet, upright. Lengths are in millimetres, sizes of type in points.

    ``foot`` stands at the left of each page's foot; ``pages`` are the words for "page 1 of 2", with {page} and {nb}.
    """

    def __init__(self, *, title: str, foot: str, pages: str, made_at: datetime) -> None:
        super().__init__(format="A4")
        self.foot, self.pages_words = foot, pages
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.c_margin = 0
        self.set_line_width(0.15)
        self.set_auto_page_break(auto=True, margin=MARGIN)
        self.set_title(title)
        self.set_lang("zh-CN")
        self.set_creation_date(made_at)
        self.add_font(FAMILY, fname=FONT)
        self.set_font(FAMILY, size=BODY)
        self.set_text_color(INK)
        self.set_draw_color(LINE)
        self.add_page()

    def footer(self) -> None:
        """Draw the foot; the library calls it at the end of each page."""
        self.set_y(-15)
        self.set_font(FAMILY, size=SMALL)
        self.cell(self.epw / 2, 5, self.foot)
        self.cell(self.epw / 2, 5, self.pages_words.replace("{page}", str(self.page_no())), align=Align.R)

    def heading(self, text: str, size: float) -> None:
        """Draw a title in the middle, with some weight: the font has one weight, so its outline is drawn as well."""
        self.set_font(FAMILY, size=size)
        with self.local_context(text_mode=TextMode.FILL_STROKE, draw_color=INK, line_width=size * 0.006):
            self.cell(0, size * 0.6, text, align=Align.C, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def words(self, text: str, *, size: float = BODY, align: Align = Align.L, leading: float = 0.62) -> None:
        """Draw a paragraph; ``leading`` is the height of a line in millimetres for each point of its size."""
        self.set_font(FAMILY, size=size)
        self.multi_cell(
            0, size * leading, text, align=align, wrapmode=self._wrapping, new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )

    def grid(
        self, columns: Sequence[Column], rows: Sequence[Sequence[str]], total: tuple[str, str] | None = None
    ) -> None:
        """Draw a table; on each page that it reaches its headings stand again.

        ``total`` is a label and a sum: a last row whose sum stands below the last column.
        """
        self.set_font(FAMILY, size=TABLE)
        with self.table(
            col_widths=[column.share for column in columns],
            text_align=[column.align for column in columns],
            headings_style=FontFace(fill_color=WASH),
            line_height=TABLE * 0.55,
            padding=(1.4, 1.6),
            v_align=VAlign.M,
            wrapmode=self._wrapping,
        ) as table:
            table.row([column.heading for column in columns])
            for cells in rows:
                table.row(cells)
            if total is not None:
                last = table.row()
                last.cell(total[0], colspan=len(columns) - 1, align=Align.R)
                last.cell(total[1])

    def code(self, address: str, x: float, y: float, size: float) -> None:
        """Draw the QR code of an address in a square of that size."""
        matrix = segno.make(address, error="m", micro=False).matrix
        module = size / len(matrix)
        with self.local_context(fill_color=0):
            for line, bits in enumerate(matrix):
                for column, bit in enumerate(bits):
                    if bit:
                        self.rect(x + column * module, y + line * module, module, module, style="F")

    @property
    def _wrapping(self) -> WrapMode:
        """Where lines may end: Chinese has no blanks between its words, and any of its characters may be the last."""
        return WrapMode.CHAR if self.lang.startswith("zh") else WrapMode.WORD

    def bytes(self) -> bytes:
        """Return the finished file. The library leaves the font's own file open, so it is closed here."""
        finished = bytes(self.output())
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()
        return finished
