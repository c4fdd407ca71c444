"""What an orchestrator asks the web server.

`/healthz`: this process answers; nothing else is touched, so that an absent database never makes
an engine restart every web server at once. `/readyz`: database, cache and broker answer too. The
body says yes or no and nothing of what is wrong; that goes to the log.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)

BROKER_TIMEOUT = 2


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def _cache() -> None:
    value = secrets.token_hex(8)
    cache.set(f"readyz:{value}", value, timeout=10)
    if cache.get(f"readyz:{value}") != value:
        raise OSError("the cache does not give back what it was given")
    cache.delete(f"readyz:{value}")


def _broker() -> None:
    if settings.CELERY_BROKER_URL.startswith("embedded:"):
        folder = settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"]
        if not os.access(folder, os.W_OK | os.X_OK):
            raise OSError("the broker's folder is not writable")
        return
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_TIMEOUT)


CHECKS: dict[str, Callable[[], None]] = {
    "database": _database,
    "cache": _cache,
    "broker": _broker,
}


def failing() -> list[str]:
    """Names of what does not answer, in a fixed order; empty when all is well."""
    names = []
    for name, check in CHECKS.items():
        try:
            check()
        # Whatever a driver raises means the same here; the kind of error goes to the log.
        except Exception as error:  # noqa: BLE001
            logger.warning("not ready: %s (%s)", name, type(error).__name__)
            names.append(name)
    return names


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text + "\n", content_type="text/plain; charset=utf-8", status=status)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers; asks nobody else."""
    return _plain("ok", 200)


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when database, cache and broker answer, otherwise 503."""
    return _plain("not ready", 503) if failing() else _plain("ready", 200)
