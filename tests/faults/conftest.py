"""Processes of the outbox's faults, ended by kill -9: a polite end would cost seconds each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.faults.outbox import SETTINGS
from tests.notifications.raw_smtp import raw_smtp
from tests.support.processes import Process

__all__ = ["raw_smtp"]


@pytest.fixture
def thorough(pytestconfig: pytest.Config) -> bool:
    """Whether the faults were asked for by name (`make faults`): then with the full numbers."""
    return any("faults" in argument for argument in pytestconfig.args)


@pytest.fixture
def outbox_worker(start_worker: Callable[..., Process]) -> Iterator[Callable[..., Process]]:
    """Call for a Celery worker with short leases; keywords change its environment."""
    started: list[Process] = []

    def start(**variables: str) -> Process:
        started.append(start_worker(**{**SETTINGS, **variables}))
        return started[-1]

    yield start
    for worker in started:
        worker.kill()


@pytest.fixture
def outbox_beat(
    start_process: Callable[..., Process], settings: Any
) -> Iterator[Callable[..., Process]]:
    """Call for a real Celery scheduler that sweeps every half second."""
    started: list[Process] = []

    def start(**variables: str) -> Process:
        schedule = settings.VAR_DIR / f"beat-{len(started)}"
        command = (sys.executable, "-m", "celery", "-A", "integrity", "beat", "--pidfile=")
        started.append(
            start_process(*command, "--schedule", str(schedule), **{**SETTINGS, **variables})
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
