"""Processes of the product, started for a test and gone after it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from integrity.supervisor import end_with_parent


def database_url() -> str:
    """Address of the database this test uses, for another process."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{connection.settings_dict['NAME']}"
    now = connection.settings_dict
    who = f"{quote(now['USER'], safe='')}:{quote(now['PASSWORD'], safe='')}"
    return f"postgres://{who}@{now['HOST']}:{now['PORT']}/{now['NAME']}"


def test_environment(**changes: str) -> dict[str, str]:
    """Environment that puts another process on this test's database, broker, keys and files."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    ours = {
        "DJANGO_SETTINGS_MODULE": "integrity.settings.test",
        "DATABASE_URL": database_url(),
        "VAR_DIR": str(settings.VAR_DIR),
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    if settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        ours["EMAIL_URL"] = f"smtp://{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    return {**kept, **ours, **changes}


test_environment.__test__ = False  # type: ignore[attr-defined]


class Process:
    """A process in a group of its own whose output goes to a file."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], log: Path, cwd: Path
    ) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                cwd=cwd,
                process_group=0,
                preexec_fn=end_with_parent(os.getpid()),
            )

    @property
    def output(self) -> str:
        """Everything it has written so far."""
        return self.log.read_text(errors="replace")

    def wait_until(
        self, condition: Callable[[], bool], timeout: float = 60.0, every: float = 0.05
    ) -> None:
        """Return when `condition` holds; `AssertionError` with the output when it ends before."""
        limit = time.monotonic() + timeout
        while not condition():
            ended = self.process.poll() is not None
            if ended or time.monotonic() > limit:
                status = self.process.returncode
                why = f"ended with {status}" if ended else f"nothing in {timeout} s"
                raise AssertionError(f"{why}; its output:\n{self.output[-4000:]}")
            time.sleep(every)

    def wait_for(self, text: str, timeout: float = 60.0) -> None:
        """Return when `text` has appeared in the output."""
        self.wait_until(lambda: text in self.output, timeout)

    def kill(self) -> None:
        """kill -9 to the whole group."""
        self._signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, timeout: float = 15.0) -> int:
        """SIGTERM, then kill -9 to what is left of the group. Returns the exit status."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
        self._signal(signal.SIGKILL)
        return self.process.wait()

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return


def worker_command(*options: str) -> list[str]:
    """A Celery worker that is ready soon and takes one task at a time."""
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--pool", "solo"]
    quiet += ["--loglevel", "INFO"]
    return [sys.executable, "-m", "celery", "-A", "integrity", "worker", *quiet, *options]
