"""The policies that worlds of tests begin with are those the services would make."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from integrity.audit.models import Event
from integrity.core import clock
from policies.models import Document, Version
from policies.services.demo import load_demo_policies
from tests.support import policies

pytestmark = pytest.mark.django_db


def made_by(make: Callable[[], Any]) -> dict[str, list[Any]]:
    """Everything but keys and what differs each time, taken back afterwards."""
    with transaction.atomic():
        make()
        found = {
            model.__name__: [
                {
                    name: value
                    for name, value in row.items()
                    if name not in ("id", "public_id") and not name.endswith("_id")
                }
                for row in model._default_manager.order_by("pk").values()
            ]
            for model in policies.MODELS
        }
        found["parts"] = [
            [version.document.slug, version.number, list(parts.values_list("code", flat=True))]
            for version in Version.objects.select_related("document").order_by("pk")
            for parts in (version.violation_types, version.consequences)
        ]
        found["owners"] = list(Document.objects.values_list("slug", "institution__slug"))
        found["events"] = list(
            Event.objects.order_by("sequence").values_list(
                "action", "subject_type", "subject_id", "institution", "payload", "occurred_at"
            )
        )
        transaction.set_rollback(True)
    return found


def test_they_are_what_the_services_make(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policies, "_told", None)
    with clock.frozen(clock.now()):
        by_services = made_by(lambda: load_demo_policies(policies.ACTOR))
        told = made_by(policies.demo_policies)
        again = made_by(policies.demo_policies)
    assert policies._told is not None
    assert told == by_services
    assert again == by_services
    assert len(again["events"]) > 10


def test_later_they_are_of_that_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policies, "_told", None)
    made_by(policies.demo_policies)
    with clock.frozen(clock.now() + timedelta(days=40)):
        assert made_by(policies.demo_policies) == made_by(
            lambda: load_demo_policies(policies.ACTOR)
        )


def test_where_there_is_one_already_the_services_see_to_the_rest() -> None:
    policies.demo_policies()
    policies.demo_policies()
    assert Document.objects.count() == 3
