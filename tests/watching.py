"""Watches over what the whole run tells, for names, numbers and addresses of people that were stored in it.

Whoever is stored becomes known here; from then on no message, no log line, no figure and no address that our pages lead
to may hold them. Passwords that were checked, and tokens that somebody came with, stand in no log line and no figure.
It sees what happens in this process; what other processes of the stack log, tests of theirs look at.
"""

import gzip
import logging
import re
from typing import Any

import flask
import structlog
from argon2 import PasswordHasher
from flask.signals import request_finished, request_started
from sqlalchemy import Engine, event

from shared import trips
from shared.lines import Lines
from shared.messaging import outbox

TABLES = re.compile(r"INSERT INTO (?:volunteers|contacts|signups)\b")
NUMBER = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}")
NAME = re.compile(r"[\u4e00-\u9fff]{2,4}")
"""Other names of tests are words that stand for something else as well."""
LINK = re.compile(r'(?:href|action|src|hx-get|hx-post)="(?!tel:|sms:|mailto:)([^"]*)"')
TOKEN = re.compile(r"[\w-]{20,}")
"""What may be one, or a part of one."""
SHORTEST = 8
"""Signs of a password that is looked for; shorter ones of tests are words."""
MOST = 500
"""Names that are looked for, and passwords; the machines make thousands, all alike."""
HEAD = "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9"
"""With which every organizer's token begins."""
OURS = ("debug", "info", "warning", "error", "critical")
LEVELS = ("msg", "log", "debug", "info", "warn", "warning", "error", "critical", "fatal", "exception", "failure")


class Watch:
    """Knows whom the run has stored, and notes what tells of them: ``leaks`` says where, and what."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}
        self.reached: set[str] = set()
        """Numbers as they are dialled, and e-mail addresses."""
        self.tokens: set[str] = set()
        self.passwords: dict[str, None] = {}
        self.leaks: list[str] = []

    def know(self, values: dict[str, Any]) -> None:
        """Take note of somebody who is stored."""
        for name, value in values.items():
            if isinstance(value, list):  # rows that travel together
                for one in value:
                    self.know({name.removeprefix("all_of_"): one})
            if not isinstance(value, str):
                continue
            if name.startswith("name") and NAME.fullmatch(value) and len(self.names) < MOST:
                self.names[value] = None
            elif name.startswith(("phone", "email")):
                self.reached.update(NUMBER.findall(value.removeprefix("+86")), ADDRESS.findall(value))

    def look(self, where: str, told: str) -> None:
        """Note a leak where what is told holds somebody who is known."""
        found = [
            one for one in (*NUMBER.findall(told.replace("+86", " ")), *ADDRESS.findall(told)) if one in self.reached
        ]
        found += [name for name in self.names if name in told]
        if where in {"log", "figures"}:
            found += [one for one in TOKEN.findall(told) if one in self.tokens]
            found += [password for password in self.passwords if password in told]
        if found:
            self.leaks.append(f"{where}: {found} in {told[:300]}")

    def install(self) -> None:
        """Look at everything from now on."""
        event.listen(Engine, "before_cursor_execute", self._stored)
        trips._Written.values = self._noting(trips._Written.values)  # before they are sealed
        request_started.connect(self._asked)
        request_finished.connect(self._answered)
        for name, position in (("hash", 0), ("verify", 1)):
            setattr(PasswordHasher, name, self._checking(getattr(PasswordHasher, name), position))
        logging.getLogger().addHandler(_Lines(self))
        seal = outbox.seal

        def sealed(*given: Any) -> Any:
            message_id, body = seal(*given)
            self.look("message", body.decode())
            return message_id, body

        outbox.seal = sealed
        for logger, levels in ((structlog.PrintLogger, LEVELS), (Lines, OURS)):
            for level in levels:
                setattr(logger, level, self._printing(getattr(logger, level)))

    def _printing(self, write: Any) -> Any:
        def written(logger: Any, message: str) -> None:
            self.look("log", message)
            write(logger, message)

        return written

    def _checking(self, check: Any, position: int) -> Any:
        def checked(hasher: Any, *given: str) -> Any:
            password = given[position]
            if len(password) >= SHORTEST and len(self.passwords) < MOST:
                self.passwords[password] = None
            return check(hasher, *given)

        return checked

    def _asked(self, _app: flask.Flask, **_more: Any) -> None:
        request = flask.request
        given = [request.headers.get("Authorization", ""), *request.cookies.values()]
        given += [str(text) for name, text in (request.view_args or {}).items() if name == "token"]
        self.tokens.update(one for text in given for one in TOKEN.findall(text) if one != HEAD)

    def _stored(
        self, _connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: Any
    ) -> None:
        if context is not None and TABLES.match(statement):
            for values in context.compiled_parameters or ():
                self.know(values)

    def _noting(self, make: Any) -> Any:
        def made(written: Any, values: dict[str, Any]) -> Any:
            if TABLES.match(written.text):
                self.know(values)
            return make(written, values)

        return made

    def _answered(self, _app: flask.Flask, response: flask.Response, **_more: Any) -> None:
        self.look("address", response.headers.get("Location", ""))
        if flask.request.endpoint == "health.metrics":
            self.look("figures", _text(response))
        elif response.mimetype == "text/html" and not response.is_streamed and not response.direct_passthrough:
            self.look("address", " ".join(LINK.findall(_text(response))))


def _text(response: flask.Response) -> str:
    packed = response.headers.get("Content-Encoding") == "gzip"
    return (gzip.decompress(response.data) if packed else response.data).decode()


class _Lines(logging.Handler):
    """What libraries log."""

    def __init__(self, watch: Watch) -> None:
        super().__init__(logging.INFO)
        self._watch = watch

    def emit(self, record: logging.LogRecord) -> None:
        self._watch.look("log", str(record.msg))


WATCH = Watch()
