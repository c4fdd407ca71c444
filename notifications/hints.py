"""Telling a worker that something waits.

A hint is a convenience: without it the sweeper finds the row a few seconds later. So a broker that
is down or slow must neither fail nor delay the request that queued the message. Hints are therefore
published by one background thread a process, which also makes one hint out of many.
"""

from __future__ import annotations

import logging
import os
import threading

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)

TASK = "notifications.deliver"


class _Hinter:
    """Publishes at most one hint at a time; what is asked meanwhile becomes the next one."""

    def __init__(self) -> None:
        self._pid = 0
        self._lock = threading.Lock()
        self._wanted = threading.Event()

    def ask(self) -> None:
        """Return at once; the hint follows."""
        with self._lock:
            if self._pid != os.getpid():
                # First use in this process; a thread does not survive a fork.
                self._pid = os.getpid()
                self._wanted = threading.Event()
                threading.Thread(
                    target=self._run, args=(self._wanted,), name="outbox-hints", daemon=True
                ).start()
            self._wanted.set()

    @staticmethod
    def _run(wanted: threading.Event) -> None:
        while True:
            wanted.wait()
            wanted.clear()
            publish()


def publish() -> bool:
    """Send the task; False when the broker cannot be reached. Never raises."""
    try:
        current_app.send_task(TASK, retry=False, expires=60)
    except Exception as error:  # noqa: BLE001
        # Whatever a broker's client raises, the row is safe; only the class is logged, for the
        # text may hold the broker's address with its password.
        logger.warning("No hint for the outbox: %s", type(error).__name__)
        return False
    return True


_hinter = _Hinter()


def after_commit() -> None:
    """Hint once the surrounding transaction has committed; a rollback takes the hint along."""
    transaction.on_commit(_hinter.ask, robust=True)
