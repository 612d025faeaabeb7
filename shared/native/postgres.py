"""A private PostgreSQL server."""

import os
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import ClassVar, Final

import psycopg
from psycopg import sql
from sqlalchemy import URL

from shared.native.parts import LOOPBACK, child_command, find, kept_port, kept_secret, ordinary_account
from shared.native.server import DidNotStart, PrivateServer

OWNER: Final = "steward"


class PrivatePostgres(PrivateServer):
    """A PostgreSQL server of our own, with a password and without sockets.

    As root it runs under the account ``postgres`` (or ``nobody``), because PostgreSQL refuses root.
    ``durable=False`` switches off fsync: for tests, whose data must survive a killed server but no power cut.
    """

    name = "PostgreSQL"
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT  # "fast": does not wait for clients to leave

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        super().__init__(folder)
        self.durable = durable
        self._password = ""
        self._account = ordinary_account("postgres")

    def prepare(self) -> None:
        """Make the database cluster with a random password for its owner, once, and choose a port."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._password = kept_secret(self.folder / "password")
        if not self.directory.exists():
            self._make_cluster()
        self.port = kept_port(self.folder / "port")

    @property
    def command(self) -> list[str]:
        """The postmaster in the foreground."""
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "300",
            "timezone": "UTC",
        }
        if not self.durable:
            settings |= {"fsync": "off", "full_page_writes": "off"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return child_command(
            [_binary("postgres", self.directory), "-D", self.directory, *options],
            dies_with="INT",
            account=self._account,
            folder=self.directory,
        )

    @property
    def directory(self) -> Path:
        """The cluster's data."""
        return self.folder / "data"

    def answers(self) -> bool:
        """Say whether the owner can open a connection."""
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def url(self, database: str = "postgres", role: str = OWNER, password: str | None = None) -> str:
        """Return the address of a database as SQLAlchemy writes it; without a role, the owner's."""
        return URL.create(
            "postgresql+psycopg",
            username=role,
            password=self._password if password is None else password,
            host=LOOPBACK,
            port=self.port,
            database=database,
        ).render_as_string(hide_password=False)

    def add_database(self, name: str, password: str) -> str:
        """Make a role and a database of the same name that only the role may enter, and return its URL.

        What is there already stays, but for the password.
        """
        role, literal = sql.Identifier(name), sql.Literal(password)
        with self._connect() as connection:
            verb = "ALTER" if _exists(connection, "pg_roles", "rolname", name) else "CREATE"
            connection.execute(sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}").format(role, literal))
            if not _exists(connection, "pg_database", "datname", name):
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))
                connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(role))
        return self.url(name, name, password)

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=LOOPBACK,
            port=self.port,
            user=OWNER,
            password=self._password,
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        )

    def _make_cluster(self) -> None:
        """Run initdb beside the final place and move the finished cluster there: half a cluster is none."""
        account = self._account
        growing = Path(tempfile.mkdtemp(prefix="data-", dir=self.folder))
        with tempfile.NamedTemporaryFile("w", encoding="utf-8") as password:
            password.write(self._password)
            password.flush()
            if account is not None:
                os.chown(growing, account.uid, account.gid)
                os.chown(password.name, account.uid, account.gid)
            words: list[str | Path] = [
                _binary("initdb", growing),
                "--pgdata", growing,
                "--username", OWNER,
                "--pwfile", password.name,
                "--auth", "scram-sha-256",
                "--encoding", "UTF8",
                "--locale", "C.UTF-8",
            ]  # fmt: skip
            if not self.durable:
                words.append("--no-sync")
            made = subprocess.run(  # noqa: S603 - our own command
                child_command(words, account=account, folder=growing),
                cwd=growing,
                capture_output=True,
                text=True,
                check=False,
            )
        if made.returncode != 0:
            raise DidNotStart(f"initdb failed: {made.stderr.strip()}")
        growing.rename(self.directory)


def _binary(name: str, data: Path) -> Path:
    """Return the program of the version that made the data, else of the newest."""
    version_file = data / "PG_VERSION"
    version = version_file.read_text(encoding="ascii").strip() if version_file.exists() else "*"
    return find(
        name,
        "PostgreSQL's server",
        "postgresql",
        [f"/usr/lib/postgresql/{version}/bin/{name}", f"/usr/pgsql-{version}/bin/{name}"],
    )


def _exists(connection: psycopg.Connection, catalogue: str, column: str, name: str) -> bool:
    query = sql.SQL("SELECT 1 FROM {} WHERE {} = %s").format(sql.Identifier(catalogue), sql.Identifier(column))
    return connection.execute(query, [name]).fetchone() is not None
