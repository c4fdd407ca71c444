"""Starts PostgreSQL and Redis, runs pytest on them, stops them.

    python -m tests.support.run [--embedded] [pytest's arguments]

With `--embedded` nothing is started: SQLite and the embedded broker. DATABASE_URL, when set to a
PostgreSQL server where the user may create databases, is used instead of a server of its own.
Where no path is named the whole suite runs, on two processes, each file on one of them. The exit
status is pytest's; 5 (no test ran) counts as failed like any other.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import psycopg2

from integrity.supervisor import end_with_parent
from tests.support import environment, migrating
from tests.support.services import Missing, PostgreSQL, Redis, execute, find_browser, obtain

ROOT = Path(__file__).resolve().parent.parent.parent


def _migrate(url: str, variables: dict[str, str]) -> None:
    """One migrated database; every test process copies it instead of migrating its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.migrating"],
        cwd=ROOT,
        env={**variables, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "integrity.settings.test"},
        check=False,
    )
    if done.returncode:
        raise Missing("No test database: the migration failed, see above.")


def _make_template(database: PostgreSQL | None, url: str, variables: dict[str, str]) -> None:
    """As `_migrate`, from what was kept of the last time where the server is one of our own."""
    if database is None or not database.can_copy():
        _migrate(url, variables)
        return
    known = migrating.kept("sql", database.version())
    if known.exists():
        try:
            database.load(url, known)
            return
        except subprocess.CalledProcessError:
            print("What was kept of the last migration does not load: migrating.", file=sys.stderr)
            known.unlink(missing_ok=True)
    _migrate(url, variables)
    with migrating.keeping(known) as new:
        database.dump(url, new)


def services(stack: ExitStack, variables: dict[str, str], given: str) -> None:
    """Start what is needed and put the addresses into `variables`."""
    obtain("Chromium", find_browser, "chromium", "Or: .venv/bin/playwright install chromium.")
    database = None
    if given.startswith(("postgres", "psql", "pgsql")):
        server = given
        variables[environment.GIVEN] = "DATABASE_URL"
    else:
        database = PostgreSQL()
        stack.callback(database.remove)
        database.start()
        server = database.url()
    variables[environment.DATABASE] = server
    name = f"integrity_template_{os.getpid()}"
    try:
        execute(server, f'CREATE DATABASE "{name}"')
    except psycopg2.Error as error:
        raise Missing(f"DATABASE_URL must allow making databases: {error}") from error
    stack.callback(execute, server, f'DROP DATABASE IF EXISTS "{name}"')
    _make_template(database, f"{server.rsplit('/', 1)[0]}/{name}", variables)
    variables[environment.TEMPLATE] = name
    broker = Redis()
    stack.callback(broker.remove)
    broker.start()
    variables[environment.REDIS] = broker.url()


def main(arguments: list[str]) -> int:
    """Exit status of pytest, or 1 when a service is missing."""
    embedded = "--embedded" in arguments
    arguments = [argument for argument in arguments if argument != "--embedded"]
    named = any((ROOT / argument.split("::")[0]).exists() for argument in arguments)
    if not named and "-n" not in arguments:
        # In the order of the folders: by default the files with few tests, which are those of the
        # browser and the slowest, come last, and one process does them while the other waits.
        split = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
        arguments = [*split, *arguments]
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    server = os.environ.get("DATABASE_URL", "")
    environment.prepare()
    variables = dict(os.environ)
    with ExitStack() as stack:
        try:
            if embedded:
                folder = Path(variables[environment.FOLDER])
                _migrate(f"sqlite:///{folder / 'migrated.sqlite3'}", variables)
            else:
                services(stack, variables, server)
        except Missing as reason:
            print(reason, file=sys.stderr)
            return 1
        pytest = subprocess.Popen(
            [sys.executable, "-m", "pytest", *arguments],
            cwd=ROOT,
            env=variables,
            preexec_fn=end_with_parent(os.getpid()),
        )
        try:
            return pytest.wait()
        except KeyboardInterrupt:
            # Ctrl-C reaches pytest too: it gets the time to say what it has found.
            pytest.wait(60)
            return 130
        except SystemExit:
            pytest.terminate()
            pytest.wait(60)
            raise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
