"""Moments of a request at which a process can be killed, counted from one.

A moment is before each statement, before and after each commit, and before and after each sealed
file. Those around commits have numbers of their own too, for how many statements there are before
them depends on what is there: -1 and -2 before and after the first, -3 and -4 the second. Nothing
of it is in the product: it wraps the database and the store of this process only.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse

from cases.evidence import store

ORDER, TOLD = "kill-at", "moments"


class Moments:
    """Counts; at moment `at` (0: never) this process ends as by kill -9."""

    def __init__(self, at: int = 0) -> None:
        self.at = at
        self.passed = 0
        self.commits = 0

    def next(self, *, commit: bool = False) -> None:
        self.passed += 1
        self.commits += commit
        if self.at == self.passed or (commit and self.at == -self.commits):
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def watched(self) -> Iterator[Moments]:
        def statement(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
            self.next()
            return execute(sql, params, many, context)

        database = connections["default"]
        kind = type(database)
        commit, write = kind._commit, store.write  # type: ignore[attr-defined]

        def committed(wrapper: Any) -> Any:
            self.next(commit=True)
            done = commit(wrapper)
            self.next(commit=True)
            return done

        def written(*args: Any, **kwargs: Any) -> str:
            self.next()
            path = write(*args, **kwargs)
            self.next()
            return path

        with (
            database.execute_wrapper(statement),
            mock.patch.object(kind, "_commit", committed),
            mock.patch.object(store, "write", written),
        ):
            yield self


class Killing:
    """Middleware of `killing_settings`: the next POST ends at the moment the test has ordered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        order = Path(settings.VAR_DIR) / ORDER
        if request.method != "POST" or not order.exists():
            return self.get_response(request)
        at = int(order.read_text())
        order.unlink()
        with Moments(at).watched() as moments:
            response = self.get_response(request)
        (Path(settings.VAR_DIR) / TOLD).write_text(f"{moments.passed} {moments.commits}")
        return response
