"""Names as they are compared."""

import unicodedata


def name_key(name: str) -> str:
    """Return a name as names are compared: without case, width and blanks."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
