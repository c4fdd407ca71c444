"""Signs of life, for supervisors and container engines.

Worker and scheduler keep nothing open that could be asked, so each touches a file of its own while
its loop turns. `python -m integrity.probe web|worker|beat` exits 0 when that process answers and 1
when it does not; it needs no database and costs one request or one look at a file.
"""

from __future__ import annotations

import argparse
import http.client
import os
import sys
import time
from pathlib import Path
from typing import Any

from celery import signals
from celery.beat import PersistentScheduler

# Seconds between two signs of a worker.
WORKER_INTERVAL = 5.0
# Seconds after which a sign is stale. Beat sleeps at most until its next entry, five seconds away.
STALE_AFTER = 30.0
WEB_TIMEOUT = 3.0


def sign(name: str) -> Path:
    """The file that `name` ("worker" or "beat") touches while it is alive."""
    from django.conf import settings

    return Path(settings.VAR_DIR) / "alive" / name


def _touch(name: str) -> None:
    path = sign(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def age(name: str) -> float | None:
    """Seconds since the last sign of `name`; None when there never was one."""
    try:
        return max(0.0, time.time() - sign(name).stat().st_mtime)
    except FileNotFoundError:
        return None


@signals.worker_ready.connect
def _worker_is_ready(sender: Any, **_: Any) -> None:
    _touch("worker")
    # The consumer's own timer: when its loop hangs, the signs stop.
    sender.timer.call_repeatedly(WORKER_INTERVAL, _touch, ("worker",))


class Scheduler(PersistentScheduler):
    """Celery's scheduler, giving a sign at each turn."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        wait: float = super().tick(*args, **kwargs)
        _touch("beat")
        return min(wait, STALE_AFTER / 3)


def web_answers(port: int, path: str) -> bool:
    """Whether the web server on the loopback answers `path` with 200, seen as through the proxy."""
    from django.conf import settings

    host = next((h for h in settings.ALLOWED_HOSTS if not h.startswith("*")), "localhost")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WEB_TIMEOUT)
    try:
        connection.request(
            "GET", path, headers={"Host": host.lstrip("."), "X-Forwarded-Proto": "https"}
        )
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0: alive. 1: not."""
    parser = argparse.ArgumentParser(prog="python -m integrity.probe", description=__doc__)
    parser.add_argument("process", choices=["web", "worker", "beat"])
    parser.add_argument("--port", type=int, default=int(os.environ.get("GRANIAN_PORT", "8000")))
    given = parser.parse_args(arguments)
    if given.process == "web":
        return 0 if web_answers(given.port, "/healthz") else 1
    seconds = age(given.process)
    return 0 if seconds is not None and seconds <= STALE_AFTER else 1


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integrity.settings.local")
    sys.exit(main())
