"""How long a text message is: phones put it together again, but each of its parts is paid for."""

from typing import Final

BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The alphabet of GSM, 7 bits a sign (3GPP TS 23.038, 6.2.1)."""
EXTENDED: Final = frozenset("\f^{}\\[~]|€")
"""Its extension (6.2.1.1): two signs each."""
LAST_OF_ONE: Final = 0xFFFF
"""UCS-2 writes what comes after it as two."""
ALONE: Final = {True: 160, False: 70}
"""Signs of a message in one part: in that alphabet, and in UCS-2."""
OF_SEVERAL: Final = {True: 153, False: 67}
"""The same for each part of several, which say how they belong together."""


def parts(text: str, signature: str = "") -> int:
    """Return how many parts a text message has, with the signature that stands before it as 【…】; none for no text.

    One sign outside of GSM's alphabet, such as any Chinese one, makes the whole message UCS-2. No sign is divided
    between two parts, whether it is of the extension or one that UCS-2 writes as two.
    """
    whole = f"【{signature}】{text}" if signature else text
    plain = all(sign in BASIC or sign in EXTENDED for sign in whole)
    sizes = [1 + (sign in EXTENDED if plain else ord(sign) > LAST_OF_ONE) for sign in whole]
    if sum(sizes) <= ALONE[plain]:
        return min(len(sizes), 1)
    number, used = 1, 0
    for size in sizes:
        if used + size > OF_SEVERAL[plain]:
            number, used = number + 1, 0
        used += size
    return number
