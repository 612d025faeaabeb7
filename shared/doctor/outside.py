"""Looking at what is around the services: disks, the mail server, the address that people open, backups."""

import json
import shutil
import smtplib
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from sqlalchemy import make_url

from shared import backups
from shared.clock import Clock
from shared.config import Config
from shared.doctor.databases import CLOCKS_DIFFER
from shared.doctor.findings import Finding, Findings, fine, soon, wrong
from shared.texts import text as _

SECONDS: Final = 5.0
SPARE: Final = 1 << 30
"""Bytes that should be free on each disk; a quarter of them is too little."""
RENEW_WITHIN: Final = timedelta(days=14)
TOO_LATE: Final = timedelta(days=3)
BACKUP_EVERY: Final = timedelta(hours=26)
"""A day, and the time that a backup takes."""


def disks(configs: Iterable[Config], kept: Path | None) -> Findings:
    """Look at the disks on which this machine keeps data, letters and backups."""
    folders = {Path(config.notices_file).resolve().parent for config in configs}
    urls = [make_url(config.database_url) for config in configs]
    folders |= {Path(url.database or "").resolve().parent for url in urls if url.get_backend_name() == "sqlite"}
    folders |= {kept.resolve()} if kept else set()
    devices = {folder.stat().st_dev: folder for folder in sorted(folders, reverse=True) if folder.exists()}
    for folder in devices.values():
        yield _disk(folder)


def mail(config: Config) -> Findings:
    """Look at the mail server, and sign in there as the sender of notices does."""
    if not config.smtp_url:
        return
    url = urlsplit(config.smtp_url)
    host, port = url.hostname or "localhost", url.port
    kind = smtplib.SMTP_SSL if url.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(host, port or 0, timeout=SECONDS) as server:
            server.ehlo()
            if url.scheme != "smtps" and server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
    except (OSError, smtplib.SMTPException) as error:
        yield wrong(
            "mail",
            _("The mail server does not let us in: %(reason)s.", reason=type(error).__name__),
            _("See that it runs, and that user and password in STEWARD_SMTP_URL are right. Letters wait meanwhile."),
        )
    else:
        yield fine("mail", _("The mail server lets us in."))


def origin(config: Config, services: Sequence[str], now: Clock) -> Findings:
    """Open the address that people open, at each service's own word on whether it is ready."""
    for name in services:
        try:
            with urllib.request.urlopen(f"{config.origin}/{name}/readyz", timeout=SECONDS) as answer:  # noqa: S310 - an origin
                said, date = json.load(answer), answer.headers["Date"]
        except urllib.error.HTTPError as error:
            yield _unready(name, f"HTTP {error.code}")
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            yield _unready(name, str(reason) or type(reason).__name__)
        else:
            yield from _answered(name, said, date, now())


def certificate(config: Config, now: datetime) -> Findings:
    """Look at the certificate of the address that people open, as a browser would."""
    if not config.secure:
        return
    url = urlsplit(config.origin)
    host = url.hostname or ""
    remedy = _("Renew it, and let the gateway read it again.")
    try:
        with (
            socket.create_connection((host, url.port or 443), timeout=SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure,
        ):
            presented: Any = secure.getpeercert()
    except ssl.SSLError as error:
        reason = getattr(error, "verify_message", None) or error.reason or "TLS"
        yield wrong("certificate", _("Browsers refuse the certificate: %(reason)s.", reason=reason), remedy)
    except OSError:
        return  # that the address does not answer is said already
    else:
        left = datetime.fromtimestamp(ssl.cert_time_to_seconds(presented["notAfter"]), UTC) - now
        words = _("The certificate is good for %(n)s more days.", n=left.days)
        if left < TOO_LATE:
            yield wrong("certificate", words, remedy)
        elif left < RENEW_WITHIN:
            yield soon("certificate", words, remedy)
        else:
            yield fine("certificate", words)


def taken(folder: Path | None, now: datetime) -> Findings:
    """Look at how old the newest of the backups in the folder is."""
    remedy = _("Run `steward backup` every day, and see that it ends with 0.")
    if folder is None:
        yield soon(
            "backups",
            _("Nobody said where the backups are."),
            _("Name the folder that holds them: --backups, or STEWARD_BACKUPS."),
        )
        return
    newest = backups.newest(folder)
    if newest is None:
        yield wrong("backups", _("There is no backup in %(folder)s.", folder=str(folder)), remedy)
        return
    words = _("The newest backup is %(n)s hours old.", n=round((now - newest) / timedelta(hours=1)))
    yield wrong("backups", words, remedy) if now - newest > BACKUP_EVERY else fine("backups", words)


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    words = _("%(n)s MB are free where %(folder)s is.", n=free >> 20, folder=str(folder))
    remedy = _("Make room: old logs and backups first. A database that cannot write takes no sign-ups.")
    if free < SPARE // 4:
        return wrong("disk", words, remedy)
    return soon("disk", words, remedy) if free < SPARE else fine("disk", words)


def _answered(name: str, said: Any, date: str | None, now: datetime) -> Findings:
    if said.get("status") != "ok":
        yield _unready(name, str(said.get("status")))
    elif date and abs(parsedate_to_datetime(date) - now) > timedelta(seconds=CLOCKS_DIFFER + 1):
        yield wrong(
            "clock",
            _("The gateway’s clock and this machine’s differ."),
            _("Let both machines take their time from the same server (NTP)."),
            name,
        )
    else:
        yield fine("origin", _("People reach the service."), name)


def _unready(name: str, reason: str) -> Finding:
    return wrong(
        "origin",
        _("People do not reach the service: %(reason)s.", reason=reason),
        _(
            "See that the gateway and `steward serve %(name)s` run, and that STEWARD_ORIGIN is right.",
            name=name,
        ),
        name,
    )
