"""Five reports an hour, however many ask at the same instant, in either cache (HOSTILE 30)."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches

from cases.services import floods
from integrity.core.errors import TooMany
from integrity.web import floods as mechanism
from tests.cases.test_intake_concurrency import at_once
from tests.support.processes import Process
from tests.support.services import Redis

pytestmark = pytest.mark.django_db(transaction=True)

HERE = floods.Source.address("192.0.2.50")
# Long enough for five processes to have started on a busy machine.
START = 20.0


@pytest.fixture(params=["redis", "files"])
def cache_of(request: Any, settings: Any, tmp_path: Path) -> dict[str, str]:
    """One of the two caches, new and empty: what a process has to be told to use it."""
    if request.param == "redis":
        server: Redis = request.getfixturevalue("redis_server")
        settings.REDIS_URL = server.url()
        place = {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": settings.REDIS_URL,
        }
    else:
        settings.REDIS_URL = ""
        settings.VAR_DIR = tmp_path
        place = {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(tmp_path / "cache"),
        }
    settings.CACHES = {"default": place}
    caches["default"].clear()
    return {"REDIS_URL": settings.REDIS_URL, "VAR_DIR": str(settings.VAR_DIR)}


@pytest.mark.redis
def test_case_30_fifty_threads_at_once_take_five(cache_of: dict[str, str]) -> None:
    results = at_once(50, lambda _number: floods.take(floods.REPORTS, HERE))
    taken = [result for result in results if isinstance(result, floods.Slot)]
    refused = [result for result in results if isinstance(result, TooMany)]
    assert (len(taken), len(refused)) == (5, 45), results
    assert len({slot.key for slot in taken}) == 5
    assert all(0 < refusal.seconds <= 3600 for refusal in refused)
    # What did not happen gives its slot back, to one of the others.
    taken[0].give_back()
    again = at_once(10, lambda _number: floods.take(floods.REPORTS, HERE))
    assert sum(isinstance(result, floods.Slot) for result in again) == 1


@pytest.mark.redis
def test_case_30_fifty_in_five_processes_at_once_take_five(
    cache_of: dict[str, str], start_process: Callable[..., Process]
) -> None:
    begin = time.time() + START
    processes = [
        start_process(sys.executable, "-m", "tests.cases.taking", "10", str(begin), **cache_of)
        for _number in range(5)
    ]
    lines: list[str] = []
    for process in processes:
        assert process.process.wait(timeout=120) == 0, process.output
        lines += process.output.split("\n")
    told = [line for line in lines if line.startswith(("taken", "refused"))]
    assert len(told) == 50, lines
    assert told.count("taken") == 5
    waits = [int(line.split()[1]) for line in told if line != "taken"]
    assert all(3000 < seconds <= 3600 for seconds in waits), waits


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:1:2:3", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.50", "192.0.2.50", True),
        ("192.0.2.50", "192.0.2.51", False),
        ("", "", True),
    ],
)
def test_case_30_another_address_of_the_same_connection_is_the_same_place(
    one: str, other: str, same: bool
) -> None:
    assert (floods.Source.address(one) == floods.Source.address(other)) is same


@pytest.mark.redis
def test_case_30_where_somebody_comes_from_is_kept_an_hour_at_most(
    cache_of: dict[str, str],
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        kept: list[tuple[str, int]] = []
        add = caches["default"].add

        def noted(key: str, value: Any, timeout: int) -> bool:
            kept.append((key, timeout))
            return bool(add(key, value, timeout=timeout))

        patch.setattr(mechanism, "cache", caches["default"])
        patch.setattr(caches["default"], "add", noted)
        floods.take(floods.REPORTS, HERE)
    [(key, timeout)] = kept
    assert timeout <= 3600
    assert "192.0.2" not in key
