"""What the tests of promises share."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from cases.models import CaseNumber
from integrity.core import clock
from tests.cases.test_process import World
from tests.policies.conftest import source

__all__ = ["source"]


@pytest.fixture(autouse=True)
def evidence(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"


@pytest.fixture(scope="module")
def shared(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The demo's policies and a flagged essay, made once for a module; see `world`.

    Every test runs in a transaction inside this one, which is rolled back after the last.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        made = World()
        # Its number was given by hand; what the services count on from here is free.
        CaseNumber.objects.create(year=clock.now().year, last=900_000)
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def world(shared: World, db: None) -> World:
    """A flagged essay worth the whole course, the demo's policies, and the desk around it."""
    return copy.deepcopy(shared)
