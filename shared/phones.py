"""Telephone numbers, as people write them and as they are kept (E.164)."""

import re
import unicodedata
from typing import Final

HOME_REGION: Final = "CN"
HOME_CODE: Final = 86
HOME_LENGTH: Final = 11
DRESS: Final = re.compile(r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff().\-\u2010-\u2015·]")
"""What stands between the digits, seen or unseen: contact lists put direction marks around the numbers they copy."""


def e164(written: str) -> str:
    """Return the number in E.164; raises ValueError unless it can get a text message.

    Numbers of mainland China must be mobile ones of 11 digits, with or without +86; all others begin with ``+``.
    Full-width digits, spaces, hyphens and brackets do not matter.
    """
    import phonenumbers  # noqa: PLC0415  # its tables take 50 ms, and a service without forms for people needs none

    digits = DRESS.sub("", unicodedata.normalize("NFKC", written))
    if not re.fullmatch(r"\+?[0-9]{5,20}", digits):
        raise ValueError("not a telephone number")
    try:
        number = phonenumbers.parse(digits, HOME_REGION)
    except phonenumbers.NumberParseException:
        raise ValueError("not a telephone number") from None
    kinds = {phonenumbers.PhoneNumberType.MOBILE}
    if number.country_code == HOME_CODE:
        right = len(str(number.national_number)) == HOME_LENGTH
    else:
        right = digits.startswith("+")
        kinds.add(phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    if not right or phonenumbers.number_type(number) not in kinds:  # which is unknown of an invalid one
        raise ValueError("not a mobile number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def shown(number: str) -> str:
    """Return a number in E.164 as people read it: 139 0013 9000, with the country's prefix where that is another."""
    home = f"+{HOME_CODE}"
    if number.startswith(home) and len(number) == len(home) + HOME_LENGTH:
        digits = number.removeprefix(home)
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    return number


def masked(number: str) -> str:
    """Return a number in E.164 with its middle hidden: 139 **** 9000; enough to tell two people of one name apart.

    Where there is no number, there is nothing to hide.
    """
    if not number:
        return ""
    home = f"+{HOME_CODE}"
    if number.startswith(home) and len(number) == len(home) + HOME_LENGTH:
        digits = number.removeprefix(home)
        return f"{digits[:3]} **** {digits[7:]}"
    return f"{number[:3]} **** {number[-4:]}"
