"""A container's health check: python -m shared.native.probe http://127.0.0.1:8000/events/readyz.

Ends with 0 where the address answers well, else with 1 and what it said, which `docker inspect` shows.
"""

import os
import sys
import urllib.error
import urllib.request
from typing import Final
from urllib.parse import urlsplit

SECONDS: Final = 4


def problem(address: str, host: str) -> str | None:
    """Ask as somebody who came by ``host``, since no other may be answered; return what is wrong, or None."""
    request = urllib.request.Request(address, headers={"Host": host} if host else {})  # noqa: S310 - ours
    try:
        with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310 - ours
            return None
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.read().decode(errors='replace')}"
    except OSError as error:
        return str(error)


if __name__ == "__main__":
    sys.exit(problem(sys.argv[1], urlsplit(os.environ.get("STEWARD_ORIGIN", "")).netloc))
