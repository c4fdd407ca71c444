"""Real PostgreSQL and Redis servers for tests, and where to find them and the browser.

Each server runs on a free port of the loopback with its data in a temporary folder, and ends with
the process that started it. What is missing is installed from Debian's packages when that is
possible without asking (root and apt-get), otherwise `Missing` says in one line how to get it.
"""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg2
import redis

from integrity.supervisor import end_with_parent

LOOPBACK = "127.0.0.1"
START_WITHIN = 30.0
OWNER = "integrity_owner"
POSTGRES_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/*/bin")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Missing(Exception):
    """A service is not on this machine; the message says how to get it."""


def free_port() -> int:
    """A port of the loopback nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", folder.parent.name))) or (0,)


def find_postgres() -> Path | None:
    """The folder with initdb and postgres; the newest where there are several."""
    root = Path("/")
    found = [p for pattern in POSTGRES_FOLDERS for p in root.glob(pattern.lstrip("/"))]
    found = sorted((p for p in found if (p / "initdb").exists()), key=_version, reverse=True)
    on_path = shutil.which("initdb")
    return found[0] if found else Path(on_path).resolve().parent if on_path else None


def find_redis() -> Path | None:
    """The Redis server's program."""
    program = shutil.which("redis-server", path=os.environ.get("PATH", "") + ":/usr/bin:/usr/sbin")
    return Path(program) if program else None


def find_browser() -> Path | None:
    """Chromium: of the system, otherwise the one that Playwright downloaded."""
    for name in BROWSERS:
        if program := shutil.which(name):
            return Path(program)
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    own = sorted(cache.glob("chromium-*/chrome-linux*/chrome"))
    own += sorted(cache.glob("chromium-*/chrome-mac*/*.app/Contents/MacOS/*"))
    return own[-1] if own else None


def obtain(what: str, find: Callable[[], Path | None], package: str, otherwise: str = "") -> Path:
    """Find a program, installing Debian's package when root; raises `Missing`."""
    found = find()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {package}, for the tests need {what}.", flush=True)
        # Runlevel 1: the package must not start a server of its own.
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
        done = subprocess.run(install, env=quiet, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Missing(f"{what} is missing and could not be installed: {done.stderr.strip()}")
        found = find()
    if found is None:
        line = f"{what} is missing. On Debian: apt-get install {package}. {otherwise}"
        raise Missing(line.strip())
    return found


def program_version(*command: str) -> str:
    """The version number that a program tells of itself."""
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    match = re.search(r"\d+(?:\.\d+)+", told)
    return match.group() if match else told.strip()


def execute(url: str, *statements: str) -> None:
    """Run statements on a PostgreSQL database, each in a transaction of its own."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


class Server:
    """A server in a temporary folder. `start` and `stop` may be called again and again."""

    stop_signal = signal.SIGTERM
    name = "server"

    def __init__(self) -> None:
        # Root's own temporary folder may be closed to the user a server runs as.
        place = "/tmp" if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix=f"integrity-{self.name}-", dir=place))
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """The command line."""
        raise TypeError("a server has a command")

    def answers(self) -> bool:
        """Whether it takes connections."""
        raise TypeError("a server answers")

    def user(self) -> dict[str, object]:
        """Arguments for `Popen` when the server must not run as root."""
        return {}

    def start(self) -> None:
        """Return when it answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(  # type: ignore[call-overload]
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                process_group=0,
                preexec_fn=end_with_parent(os.getpid(), self.stop_signal),
                **self.user(),
            )
        limit = time.monotonic() + START_WITHIN
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > limit:
                tail = (self.folder / "log").read_text(errors="replace")[-2000:]
                raise Missing(f"{self.name} did not start:\n{tail}")
            time.sleep(0.05)

    def stop(self, number: signal.Signals | None = None) -> None:
        """End it, by default in order; `signal.SIGKILL` as a crash."""
        if self.process is None:
            return
        self.process.send_signal(number or self.stop_signal)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def remove(self) -> None:
        """Stop it and delete its data."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class PostgreSQL(Server):
    """PostgreSQL without fsync: fast, and good for nothing but tests."""

    # Fast shutdown: SIGTERM would wait for every client.
    stop_signal = signal.SIGINT
    name = "postgresql"

    def __init__(self) -> None:
        self.programs = obtain(
            "PostgreSQL", find_postgres, "postgresql", "Or set DATABASE_URL to a server."
        )
        super().__init__()
        self.password = secrets.token_urlsafe(16)
        self.data = self.folder / "data"
        self._init()

    def user(self) -> dict[str, object]:
        if os.geteuid() != 0:
            return {}
        names = {entry.pw_name for entry in pwd.getpwall()}
        user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def _init(self) -> None:
        secret = self.folder / "password"
        secret.write_text(self.password)
        secret.chmod(0o600)
        if user := self.user():
            for path in (self.folder, secret):
                os.chown(path, int(str(user["user"])), int(str(user["group"])))
        options = ["--auth=scram-sha-256", f"--pwfile={secret}", "-U", OWNER, "-N", "-E", "UTF8"]
        for locale in ("C.UTF-8", "C"):
            made = subprocess.run(  # type: ignore[call-overload]
                [self.programs / "initdb", "-D", self.data, f"--locale={locale}", *options],
                capture_output=True,
                text=True,
                cwd=self.folder,
                check=False,
                **user,
            )
            if made.returncode == 0:
                return
            shutil.rmtree(self.data, ignore_errors=True)
        raise Missing(f"initdb failed: {made.stderr.strip()}")

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": LOOPBACK,
            "port": self.port,
            "unix_socket_directories": "",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": 200,
            "timezone": "UTC",
        }
        pairs = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.data), *pairs]

    def version(self) -> str:
        """The version of its programs."""
        return program_version(str(self.programs / "postgres"), "--version")

    def can_copy(self) -> bool:
        """Whether the programs are there that write a database into a file and read it back."""
        return all((self.programs / name).exists() for name in ("pg_dump", "psql"))

    def dump(self, url: str, file: Path) -> None:
        """Write a whole database into a file. Raises `CalledProcessError`."""
        self._copy(url, "pg_dump", "--no-password", f"--file={file}")

    def load(self, url: str, file: Path) -> None:
        """Read what `dump` wrote into an empty database. Raises `CalledProcessError`."""
        strict = ["-X", "-q", "-o", os.devnull, "-v", "ON_ERROR_STOP=1", "--single-transaction"]
        self._copy(url, "psql", "--no-password", *strict, f"--file={file}")

    def _copy(self, url: str, program: str, *arguments: str) -> None:
        # The address holds the password: not on a command line, which everybody can read.
        where = {"PGHOST": LOOPBACK, "PGPORT": str(self.port), "PGUSER": OWNER}
        where |= {"PGPASSWORD": self.password, "PGDATABASE": url.rpartition("/")[2]}
        command = [str(self.programs / program), *arguments]
        subprocess.run(command, env={**os.environ, **where}, check=True)

    def url(self, database: str = "postgres") -> str:
        """Address for the owner, who may create databases and roles."""
        return f"postgres://{OWNER}:{self.password}@{LOOPBACK}:{self.port}/{database}"

    def answers(self) -> bool:
        try:
            psycopg2.connect(self.url(), connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True


class Redis(Server):
    """Redis that keeps nothing on disk."""

    name = "redis"

    def __init__(self) -> None:
        self.program = obtain("Redis", find_redis, "redis-server")
        super().__init__()

    def command(self) -> list[str]:
        limits = ["--save", "", "--appendonly", "no", "--databases", "64"]
        place = ["--bind", LOOPBACK, "--port", str(self.port), "--dir", str(self.folder)]
        return [str(self.program), *place, *limits]

    def url(self, database: int = 0) -> str:
        """Address of one of its 64 databases."""
        return f"redis://{LOOPBACK}:{self.port}/{database}"

    def answers(self) -> bool:
        client = redis.Redis(host=LOOPBACK, port=self.port, socket_connect_timeout=2)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()
