"""Finding installed programs, and what the private servers need of the operating system."""

import os
import pwd
import secrets
import shutil
import socket
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LOOPBACK: Final = "127.0.0.1"


class PartMissing(Exception):
    """A program that Steward starts is not installed; the text is one line that says what to install."""

    def __init__(self, part: str, package: str) -> None:
        super().__init__(f"{part} is not installed: install the package {package}.")
        self.part = part
        self.package = package


@dataclass(frozen=True, slots=True)
class Account:
    """An ordinary account of the machine, for servers that refuse to run as root."""

    uid: int
    gid: int


def find(name: str, part: str, package: str, patterns: Sequence[str] = ()) -> Path:
    """Return the program's path: the newest that matches one of the glob patterns, else the one on PATH.

    Patterns come first because what a distribution puts on PATH may be a wrapper that changes the user.
    Raises PartMissing.
    """
    for pattern in patterns:
        found = sorted(Path("/").glob(pattern.removeprefix("/")), key=_by_version)
        if found:
            return found[-1]
    on_path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if on_path is None:
        raise PartMissing(part, package)
    return Path(on_path)


def ordinary_account(*preferred: str) -> Account | None:
    """Return the first of the accounts that exists when we are root, and None when we are not."""
    if os.geteuid() != 0:
        return None
    for name in (*preferred, "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise PartMissing(f"An account named {preferred[0]} or nobody", "base-passwd")


def child_command(
    command: Sequence[str | Path],
    *,
    dies_with: str = "TERM",
    account: Account | None = None,
    folder: Path | None = None,
) -> list[str]:
    """Return the command so wrapped that its process gets a signal when its parent dies, whatever the cause.

    ``account`` makes it run as somebody else, who can reach ``folder`` even below one that is closed to others, as
    root's home is. Where the machine has no ``setpriv`` (it comes with every Linux) and no account is asked for,
    the command stays as it is.
    """
    words = [str(word) for word in command]
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        if account is None:
            return words
        raise PartMissing("setpriv", "util-linux")
    wrapped = [setpriv, "--pdeathsig", dies_with]
    if account is not None:
        wrapped += [f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups"]
        if folder is not None and not _open_to_all(folder):
            wrapped += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    return [*wrapped, *words]


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def kept_port(file: Path) -> int:
    """Return the port that the file remembers while it is free, else another one, which the file keeps.

    So whoever was told an address finds the same server there after a restart.
    """
    remembered = file.read_text(encoding="ascii") if file.exists() else ""
    if remembered and _is_free(int(remembered)):
        return int(remembered)
    port = free_port()
    file.write_text(str(port), encoding="ascii")
    return port


def kept_secret(file: Path, make: Callable[[], str] = lambda: secrets.token_urlsafe(32)) -> str:
    """Return the secret in the file, which only its owner can read; it is made at the first call."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text(encoding="utf-8")
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        secret = make()
        opened.write(secret)
    return secret


def _open_to_all(folder: Path) -> bool:
    return all(above.stat().st_mode & stat.S_IXOTH for above in folder.resolve().parents)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _by_version(path: Path) -> list[tuple[int, ...]]:
    """Order …/9.6/… before …/15/…, and rabbitmq_server-3.10.8 before rabbitmq_server-3.13.0."""
    return [
        tuple(int(number) for number in word.replace("-", ".").replace("_", ".").split(".") if number.isdigit())
        for word in path.parts
    ]
