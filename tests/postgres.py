"""A PostgreSQL of the tests' own: in a folder of its own, on a socket inside it, gone when they end.

It alters nothing outside that folder. PostgreSQL refuses to run as root; started by root, it runs as ``nobody``.
"""

from __future__ import annotations

import atexit
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql
from sqlalchemy import URL

HOW_TO_INSTALL = (
    "PostgreSQL's programs are not here. Run tests/install-postgres as root, or install PostgreSQL 14 or newer, "
    "or name the folder of its initdb and postgres with POSTGRES_BIN."
)
STOPPING = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}


def programs() -> Path | None:
    """The folder of PostgreSQL's programs: that of POSTGRES_BIN, where it is set, else Debian's newest, else PATH's."""
    if named := os.environ.get("POSTGRES_BIN"):
        folders = [Path(named)]
    else:
        debian = Path("/usr/lib/postgresql").glob("[0-9]*/bin")
        folders = sorted(debian, key=lambda folder: int(folder.parent.name), reverse=True)
        if there := shutil.which("initdb"):
            folders.append(Path(there).resolve().parent)
    return next((f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None)


class Server:
    """One server, there from entering its context until leaving it; it may be stopped and started between.

    Args:
        durable: Write through to the disk, as in earnest. Otherwise it outlives its own end, but no power failure.
        tcp: Listen on a free port of 127.0.0.1 too, for those that give the password.
        max_connections: How many may be connected at once.
    """

    def __init__(self, *, durable: bool = False, tcp: bool = False, max_connections: int = 100) -> None:
        self.tcp = tcp
        self.port = _free_port() if tcp else 5432
        self.folder = Path()
        self._password = secrets.token_hex()
        self._databases = 0
        self._process: subprocess.Popen[bytes] | None = None
        settings = {
            "fsync": durable,
            "full_page_writes": durable,
            "shared_buffers": "32MB",
            "max_connections": max_connections,
            "port": self.port,
            "listen_addresses": "127.0.0.1" if tcp else "",
        }
        self._settings = [f"--{name}={value}" for name, value in settings.items()]

    def __enter__(self) -> Self:
        # Not below TMPDIR: the path of a socket has at most 107 bytes, and whom it runs as must get there.
        self.folder = Path(tempfile.mkdtemp(prefix="emergency-pg-", dir="/tmp"))
        atexit.register(self._remove)
        password = self.folder / "password"
        password.write_text(self._password)
        if os.geteuid() == 0:
            for path in (self.folder, password):
                shutil.chown(path, "nobody")
        made = self._launch(
            "initdb", "--username=postgres", "--auth-local=trust", "--auth-host=scram-sha-256",
            "--pwfile=password", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        if made.wait() != 0:
            raise RuntimeError(f"initdb failed: {self.log()}")
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remove()
        atexit.unregister(self._remove)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = self._launch("postgres", "-k", str(self.folder), *self._settings)
        until = time.monotonic() + 60
        while True:
            try:
                self._connect().close()
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"PostgreSQL does not start: {self.log()}") from None
                time.sleep(0.02)
            else:
                return

    def stop(self, mode: str = "fast") -> None:
        """Stop it: ``fast`` ends every connection in good order, ``immediate`` breaks all off as a crash would."""
        if self._process is not None:
            self._process.send_signal(STOPPING[mode])
            self._process.wait()
            self._process = None

    def restart(self, mode: str = "fast") -> None:
        """Stop it and start it again."""
        self.stop(mode)
        self.start()

    @property
    def pid(self) -> int | None:
        """The id of its process; None while it is stopped."""
        return self._process.pid if self._process is not None else None

    def url(self, database: str = "postgres", **query: str) -> str:
        """Where SQLAlchemy finds a database of it: by the socket, or by the port where it has one."""
        where = {} if self.tcp else {"host": str(self.folder), "port": str(self.port)}
        return URL.create(
            "postgresql+psycopg",
            username="postgres",
            password=self._password if self.tcp else None,
            host="127.0.0.1" if self.tcp else None,
            port=self.port if self.tcp else None,
            database=database,
            query={**where, **query},
        ).render_as_string(hide_password=False)

    def create_database(self, *, icu: str | None = None) -> str:
        """Make an empty database and give its name; ``icu`` names the language by whose rules it sorts."""
        self._databases += 1
        name = f"test_{self._databases}"
        order = sql.SQL(" TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE {}").format(sql.Literal(icu))
        with self._connect() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)) + (order if icu else sql.SQL(""))
            )
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is connected to it."""
        with self._connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def log(self) -> str:
        """The last that it said."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")[-2000:]

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.folder), port=self.port, user="postgres", dbname="postgres", autocommit=True
        )

    def _launch(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start one of its programs as somebody who may, out of reach of Ctrl-C; it ends when the tests are killed."""
        folder = programs()
        if folder is None:
            raise RuntimeError(HOW_TO_INSTALL)
        leash = ["setpriv", "--pdeathsig", "QUIT"] if shutil.which("setpriv") else []
        root = os.geteuid() == 0
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [*leash, str(folder / program), "-D", "data", *arguments],
                cwd=self.folder,
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user="nobody" if root else None,
                group=pwd.getpwnam("nobody").pw_gid if root else None,
                extra_groups=[] if root else None,
            )

    def _remove(self) -> None:
        self.stop("immediate")
        shutil.rmtree(self.folder)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
