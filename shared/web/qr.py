"""QR codes of addresses: as inline SVG, and as a picture to save."""

from io import BytesIO
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    import segno


def svg(address: str) -> Markup:
    """Return the code as an SVG without size, which fills its frame; dark on light in every theme, as readers need."""
    drawn = BytesIO()
    _code(address).save(drawn, kind="svg", xmldecl=False, omitsize=True, border=4, light="#fff", dark="#000")
    return Markup(drawn.getvalue().decode())  # noqa: S704  (drawn by the library; the address is not in it as text)


def png(address: str) -> bytes:
    """Return the code as a PNG of some 900 pixels, sharp on a poster."""
    drawn = BytesIO()
    _code(address).save(drawn, kind="png", scale=20, border=4)
    return drawn.getvalue()


def _code(address: str) -> "segno.QRCode":
    import segno  # noqa: PLC0415  (a start need not wait for it)

    return segno.make(address, error="m", micro=False)
