"""Makes the font of papers from the whole Noto Serif SC: the same outlines, without what no Chinese paper needs.

    python tools/font.py NotoSerifSC-Regular.otf

What is left out are kana, Hangul, vertical setting and layout features. What stays is every Chinese character that
the font has, since the rare ones are in people's names. The font's licence lies beside the result.
"""

import sys
from pathlib import Path
from typing import Final

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET: Final = Path(__file__).parents[1] / "shared" / "papers" / "fonts" / "NotoSerifSC-Regular.otf"
LEFT_OUT: Final = (
    range(0x1100, 0x1200),
    range(0x3040, 0x3100),
    range(0x3130, 0x3190),
    range(0x31F0, 0x3200),
    range(0xAC00, 0xD7B0),
)
"""Kana and Hangul."""
TABLES: Final = ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG", "STAT", "gasp"]


def main(source: str) -> None:
    """Write the font anew."""
    font = TTFont(source)
    options = subset.Options(hinting=False, layout_features=[], glyph_names=False, notdef_outline=True)
    options.drop_tables += TABLES
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes={sign for sign in font.getBestCmap() if not any(sign in out for out in LEFT_OUT)})
    subsetter.subset(font)
    subset.save_font(font, str(TARGET), options)


if __name__ == "__main__":
    main(sys.argv[1])
