"""QR codes of addresses, as inline SVG."""

from io import BytesIO

import segno
from markupsafe import Markup


def svg(address: str) -> Markup:
    """Return the code as an SVG without size, which fills its frame; dark on light in every theme, as readers need."""
    drawn = BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(drawn, kind="svg", xmldecl=False, omitsize=True, border=4, light="#fff", dark="#000")
    return Markup(drawn.getvalue().decode())  # noqa: S704  (drawn by the library; the address is not in it as text)
