"""Fixtures for every test.

How to run: `.venv/bin/python -m pytest tests/policies -x -q` uses SQLite and the embedded broker
and starts at once; `.venv/bin/python -m tests.support.run tests/policies` does the same on
PostgreSQL and Redis; `make test` runs everything there.

- `db`, `transactional_db`, `client`, `settings` ...: pytest-django's own
- `live_server`: the product in a thread of this process, on a real port; the database is emptied
  afterwards, also of rows behind append-only triggers
- `page`, `context`, `new_context`: Chromium on the `live_server`: `page.goto("/policies/")`
- `smtp`: a mail server on the loopback (`tests.support.smtp.SmtpServer`); Django's mail goes there
- `start_worker`: call it for a real Celery worker on this test's database, broker, mail server
- `celery_worker_process`: such a worker, started already
- `start_process`: call it with a command line for any other process in the same environment
- `redis_server`: a Redis of this test's own, to be stopped and started (marker `redis`)
- `fresh_database`: address of a new, migrated, empty database for other processes
- `frozen_clock`: holds `integrity.core.clock`; `.move_to(instant)`, `.advance(days=1)`
- `count_queries`: `with count_queries() as queries: ...`, then `queries.number`, `queries.list`

Markers: `postgres` and `redis` leave a test out, with the reason in the closing lines, where that
server does not run. Warnings are errors.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection, connections
from django.test import TransactionTestCase
from django.test.utils import CaptureQueriesContext

from integrity.core import clock
from tests.support import environment, migrating
from tests.support.emptying import Emptying
from tests.support.plugin import note_use
from tests.support.processes import Process, test_environment, worker_command
from tests.support.services import Redis, find_browser, free_port, program_version
from tests.support.smtp import SmtpServer

CHROMIUM = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage"
).split()


# Database


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[ExitStack]:
    """pytest-django's own; until what it returns is closed, migrating is quick."""
    with ExitStack() as stack:
        stack.enter_context(migrating.quickly())
        stack.enter_context(migrating.from_the_last())
        yield stack


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_modify_db_settings: ExitStack,
    django_db_setup: None,
    django_db_blocker: Any,
    pytestconfig: pytest.Config,
) -> Iterator[None]:
    """pytest-django's own, telling which server it was."""
    django_db_modify_db_settings.close()
    with ExitStack() as stack:
        with django_db_blocker.unblock():
            _note_server(pytestconfig)
            stack.enter_context(_emptied_where_used())
        yield


def _note_server(pytestconfig: pytest.Config) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            migrating.keep()
            cursor.execute("SELECT sqlite_version()")
            note_use(pytestconfig, f"SQLite {cursor.fetchone()[0]}")
        else:
            cursor.execute("SHOW server_version")
            where = os.environ.get(environment.GIVEN, "started for this run")
            note_use(pytestconfig, f"PostgreSQL {cursor.fetchone()[0]} ({where})")
    if os.environ.get(environment.REDIS):
        client = cache._cache.get_client()
        note_use(pytestconfig, f"Redis {client.info('server')['redis_version']}")
    else:
        note_use(pytestconfig, "embedded broker and file cache")


@contextmanager
def _emptied_where_used() -> Iterator[None]:
    """Django empties every table after a transactional test; here it is those with something in
    them, and rows that the database refuses to delete are let go there and nowhere else."""
    flush = TransactionTestCase._fixture_teardown
    emptying = Emptying()

    def emptied() -> None:
        for last in (False, False, True):
            try:
                emptying.empty()
            except OperationalError:
                # A page that is just closed may be asking still: one of the two has to give way.
                if last:
                    raise
            else:
                return

    def teardown(case: TransactionTestCase) -> None:
        is_plain = type(case)._fixture_teardown is teardown
        return emptied() if is_plain else flush(case)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield


@pytest.fixture(autouse=True)
def _clock_is_read() -> None:
    # As if the database had just been asked: it runs on this machine. Otherwise one test in thirty
    # seconds would ask it, whether it may use the database and counts queries or not.
    clock._base = (time.monotonic(), datetime.now(UTC))


@pytest.fixture(autouse=True)
def _clean_cache() -> None:
    # Counters of one test must not limit the next.
    cache.clear()


@pytest.fixture
def fresh_database(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """Address of a migrated database that nothing else uses; gone after the test."""
    if connection.vendor == "sqlite":
        target = tmp_path / "fresh.sqlite3"
        with sqlite3.connect(target) as copy:
            connection.ensure_connection()
            connection.connection.backup(copy)
        copy.close()
        yield f"sqlite:///{target}"
        return
    name = f"fresh_{uuid.uuid4().hex[:12]}"
    template = os.environ[environment.TEMPLATE]
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield f"{os.environ[environment.DATABASE].rsplit('/', 1)[0]}/{name}"
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@dataclass
class Queries:
    """What was asked of the database inside the block."""

    list: list[str] = field(default_factory=list)

    @property
    def number(self) -> int:
        return len(self.list)


@pytest.fixture
def count_queries() -> Callable[[], Any]:
    """Context manager that counts queries; complete when the block has ended."""

    @contextmanager
    def counting() -> Iterator[Queries]:
        queries = Queries()
        # The clock asks the database once in a while; that is not the page's doing.
        clock.now()
        with CaptureQueriesContext(connection) as captured:
            yield queries
        queries.list.extend(query["sql"] for query in captured.captured_queries)

    return counting


# Time


class FrozenClock:
    """The clock of this process stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self._stack = ExitStack()
        self.move_to(at)

    @property
    def now(self) -> datetime:
        return clock.now()

    def move_to(self, at: datetime) -> datetime:
        """Stand at `at` (aware), also backwards. Returns it."""
        self._stack.close()
        self._stack.enter_context(clock.frozen(at))
        return clock.now()

    def advance(self, **by: float) -> datetime:
        """Go forward, as in `advance(days=10, seconds=1)`. Returns the new instant."""
        return self.move_to(self.now + timedelta(**by))

    def release(self) -> None:
        """Let time go on."""
        self._stack.close()


@pytest.fixture
def frozen_clock() -> Iterator[FrozenClock]:
    """Noon UTC on Monday, 2 March 2026, until moved. Other processes keep the real time."""
    frozen = FrozenClock(datetime(2026, 3, 2, 12, 0, tzinfo=UTC))
    yield frozen
    frozen.release()


# Processes and servers


@pytest.fixture
def smtp(settings: Any, pytestconfig: pytest.Config) -> Iterator[SmtpServer]:
    """A mail server that runs already, and Django's mail settings for it."""
    import aiosmtpd

    server = SmtpServer()
    server.start()
    note_use(pytestconfig, f"SMTP: aiosmtpd {aiosmtpd.__version__}")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = server.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    yield server
    server.stop()


@pytest.fixture
def start_process(
    transactional_db: None, tmp_path: Path, settings: Any
) -> Iterator[Callable[..., Process]]:
    """Call with a command line and changes to the environment; all are stopped after the test."""
    started: list[Process] = []

    def start(*command: str, **variables: str) -> Process:
        log = tmp_path / f"process-{len(started)}.log"
        process = Process(command, test_environment(**variables), log, settings.BASE_DIR)
        started.append(process)
        return process

    yield start
    for process in started:
        process.stop()


@pytest.fixture
def start_worker(
    start_process: Callable[..., Process], settings: Any, pytestconfig: pytest.Config
) -> Callable[..., Process]:
    """Call to start a real Celery worker; returns when it takes tasks.

    Positional arguments are options of `celery worker`, keywords change its environment. Tasks that
    earlier tests left in the embedded broker are thrown away first.
    """
    if not os.environ.get(environment.REDIS):
        shutil.rmtree(settings.VAR_DIR / "broker" / "in", ignore_errors=True)
        (settings.VAR_DIR / "broker" / "in").mkdir()

    def start(*options: str, **variables: str) -> Process:
        worker = start_process(*worker_command(*options), **variables)
        worker.wait_for(" ready.")
        note_use(pytestconfig, "Celery worker processes")
        return worker

    return start


@pytest.fixture
def celery_worker_process(start_worker: Callable[..., Process]) -> Process:
    """A real Celery worker on this test's database, broker and mail server, ready for tasks."""
    return start_worker()


@pytest.fixture
def redis_server() -> Iterator[Redis]:
    """A Redis of this test's own. Point a process at it with `REDIS_URL=redis_server.url()`."""
    server = Redis()
    server.start()
    yield server
    server.remove()


@pytest.fixture
def unused_port() -> int:
    """A port of the loopback nobody listens on."""
    return free_port()


# Browser


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], pytestconfig: pytest.Config
) -> dict[str, Any]:
    """Chromium of the system with the flags it needs in a container."""
    program = find_browser()
    if program is None:
        raise pytest.UsageError("Chromium is missing. On Debian: apt-get install chromium")
    note_use(pytestconfig, f"Chromium {program_version(str(program), '--version')}")
    return {**browser_type_launch_args, "executable_path": str(program), "args": CHROMIUM}


@pytest.fixture(scope="session")
def playwright(playwright: Any) -> Iterator[Any]:
    """Playwright, whose event loop makes Django take every test of this process for async code.

    While it runs, this thread has database connections of their own; they are closed with it, for
    nobody could reach them afterwards and the test database could not be dropped.
    """
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield playwright
    connections.close_all()


@pytest.fixture(scope="session")
def base_url() -> None:
    """None: the address is the live server's, which `browser_context_args` puts in."""


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], live_server: Any) -> dict[str, Any]:
    """Addresses are relative to the live server; times are UTC; nothing moves."""
    return {
        **browser_context_args,
        "base_url": live_server.url,
        "timezone_id": "UTC",
        "locale": "en-GB",
        "reduced_motion": "reduce",
    }
