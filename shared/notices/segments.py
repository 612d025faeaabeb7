"""How many text messages a text takes; operators charge for each of them."""

from typing import Final

GSM: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWICE: Final = frozenset("^{}\\[~]|€\f")
"""3GPP TS 23.038, 6.2.1: the alphabet of seven bits, and the signs that take two places in it."""


def segments(text: str) -> int:
    """Return the number of text messages: of 160 signs, or 70 where one is beyond GSM's alphabet, as all Chinese is.

    A longer text is sent in parts, each of which is a little shorter (3GPP TS 23.040, 9.2.3.24.1).
    """
    if all(sign in GSM or sign in GSM_TWICE for sign in text):
        length, single, part = sum(2 if sign in GSM_TWICE else 1 for sign in text), 160, 153
    else:
        length, single, part = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= single else -(-length // part)
