"""Writing into the outbox: with the decision, once, sealed, complete."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from integrity.audit import services as audit
from integrity.audit.selectors import events_for_case
from integrity.core import crypto
from notifications import content, payloads, registry
from notifications import services as notifications
from notifications.enums import State
from notifications.errors import KeyTaken, LetterRefused, PayloadRefused, UnknownEvent
from notifications.models import Letter, OutboxMessage
from notifications.recipients import Recipient, references_of, unseal_address
from tests.notifications.builders import payload, person, queued, reporter

pytestmark = pytest.mark.django_db


def test_a_message_and_its_letter_are_written_and_nothing_is_sent(mailoutbox: list[Any]) -> None:
    user = person()
    message = queued(user, key="notice:1")

    assert message.state == State.QUEUED
    assert message.sent_at is None
    assert message.recipient_ref in references_of(user)
    assert unseal_address(message.recipient_sealed).email == user.email
    assert message.message_id == f"<{message.public_id}@example.edu>"
    assert message.letter.title == "We would like to hear from you"
    assert mailoutbox == []


def test_the_history_names_message_and_letter_but_nobody() -> None:
    message = queued()
    [event] = events_for_case("IC-2026-000418")
    assert event.action == "letter.queued"
    assert event.subject_id == str(message.public_id)
    assert str(message.letter.public_id) in event.payload
    assert "Amara" not in event.payload


def test_queueing_needs_an_audited_transaction() -> None:
    options = {"recipient": Recipient.user(person()), "payload": payload("notice_sent"), "key": "k"}
    with pytest.raises(RuntimeError):
        notifications.queue("notice_sent", **options)
    with pytest.raises(RuntimeError), transaction.atomic():
        notifications.queue("notice_sent", **options)
    assert not OutboxMessage.objects.exists()


def test_the_same_key_is_the_same_message() -> None:
    user = person()
    first = queued(user, key="notice:1")
    second = queued(user, key="notice:1", payload=payload("notice_sent", message="Other words"))
    assert second == first
    assert OutboxMessage.objects.count() == Letter.objects.count() == 1
    assert len(events_for_case("IC-2026-000418")) == 1


def test_twice_in_one_transaction_is_once_too() -> None:
    recipient = Recipient.user(person())
    with audit.transaction():
        options = {"recipient": recipient, "payload": payload("notice_sent"), "key": "notice:1"}
        first = notifications.queue("notice_sent", **options)
        assert notifications.queue("notice_sent", **options) == first
    assert OutboxMessage.objects.count() == 1


def test_a_key_belongs_to_one_event_and_case() -> None:
    queued(key="k")
    with pytest.raises(KeyTaken):
        queued(event="response_received", key="k")
    with pytest.raises(KeyTaken):
        queued(key="k", case_number="IC-2026-000419")


def test_a_rollback_takes_the_message_and_the_hint_along(
    django_capture_on_commit_callbacks: Any,
) -> None:
    recipient = Recipient.user(person())
    with (
        django_capture_on_commit_callbacks() as callbacks,
        pytest.raises(ZeroDivisionError),
        audit.transaction(),
    ):
        notifications.queue(
            "notice_sent", recipient=recipient, payload=payload("notice_sent"), key="k"
        )
        raise ZeroDivisionError
    assert callbacks == []
    assert not OutboxMessage.objects.exists()
    assert not Letter.objects.exists()


def test_an_unknown_event_is_refused() -> None:
    with pytest.raises(UnknownEvent):
        queued(event="notice_sent_twice", payload={})


def _fields(event: str) -> dict[str, Any]:
    full = payload(event)
    return {f.name: getattr(full, f.name) for f in dataclasses.fields(full)}


def test_a_mapping_does_as_well_as_the_dataclass() -> None:
    fields = _fields("notice_sent")
    fields["allegations"] = [
        {"title": "T", "clause_label": "3.1", "clause_url": "/p/", "description": "D"}
    ]
    checked = registry.checked(registry.get("notice_sent"), fields)
    assert checked.allegations == (
        payloads.AllegationItem(title="T", clause_label="3.1", clause_url="/p/", description="D"),
    )


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"matter": None}, "matter"),
        ({"matter": "  "}, "matter"),
        ({"matter": 7}, "matter"),
        ({"matter": "x" * 50_001}, "matter"),
        ({"respond_by": "2026-12-04"}, "respond_by"),
        ({"respond_by": None}, "respond_by"),
        ({"allegations": ()}, "allegations"),
        ({"allegations": ("plagiarism",)}, "allegations"),
        ({"surplus": "x"}, "surplus"),
    ],
)
def test_a_wrong_payload_stops_everything(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(PayloadRefused, match=named):
        queued(payload=_fields("notice_sent") | changes)
    assert not OutboxMessage.objects.exists()


def test_a_missing_field_stops_everything() -> None:
    fields = _fields("notice_sent")
    del fields["respond_by"]
    with pytest.raises(PayloadRefused, match="respond_by"):
        queued(payload=fields)


def test_another_events_payload_is_refused() -> None:
    with pytest.raises(PayloadRefused):
        queued(event="notice_sent", payload=payload("response_received"))


@pytest.mark.parametrize("key", ["", "x" * 201, "line\nbreak"])
def test_a_key_is_bounded_on_both_databases(key: str) -> None:
    with pytest.raises(LetterRefused), audit.transaction():
        notifications.queue(
            "notice_sent",
            recipient=Recipient.user(person()),
            payload=payload("notice_sent"),
            key=key,
        )


def test_an_event_is_registered_once_and_for_a_dataclass_only() -> None:
    with pytest.raises(ValueError, match="already"):
        registry.register("notice_sent", payload=payloads.ReportClosed, letter=True, label="x")
    with pytest.raises(ValueError, match="dataclass"):
        registry.register("something", payload=dict, letter=True, label="x")


def test_without_a_letter_only_the_email_is_written() -> None:
    message = queued(letter=False)
    assert not Letter.objects.filter(message=message).exists()


# Sealed


def test_no_column_names_the_reporter_or_anybody() -> None:
    canary = "Zqcanary"
    user = person(f"{canary} Reporter", email="zqcanary@example.edu", time_zone="Asia/Tokyo")
    message = queued(reporter(user), event="report_received")
    queued(user, event="notice_sent")
    with connection.cursor() as cursor:
        for table in ("notifications_outboxmessage", "notifications_letter", "audit_event"):
            cursor.execute(f"SELECT * FROM {table}")
            for row in cursor.fetchall():
                for cell in row:
                    raw = (
                        bytes(cell) if isinstance(cell, memoryview | bytes) else str(cell).encode()
                    )
                    assert canary.lower().encode() not in raw.lower()
                    assert str(user.public_id).encode() not in raw
                    assert user.public_id.hex.encode() not in raw
                    assert user.public_id.bytes not in raw
    assert unseal_address(message.recipient_sealed).name == user.display_name


def test_reporter_and_respondent_cannot_be_matched_by_their_references() -> None:
    user = person()
    as_reporter = queued(reporter(user), event="report_received")
    as_respondent = queued(user, event="notice_sent")
    assert as_reporter.recipient_ref != as_respondent.recipient_ref
    assert {as_reporter.recipient_ref, as_respondent.recipient_ref} <= set(references_of(user))


def test_a_recipient_shows_nothing_in_a_traceback() -> None:
    user = person("Zqcanary", email="zqcanary@example.edu")
    for recipient in (Recipient.user(user), reporter(user)):
        assert "zqcanary" not in repr(recipient).lower()
        assert str(user.public_id) not in repr(recipient)


def test_a_letter_moved_to_another_column_does_not_open() -> None:
    message = queued()
    with pytest.raises(crypto.CannotOpen):
        content.unseal_message(message.letter.content_sealed)


# What the database holds true


@pytest.mark.parametrize(
    "change",
    [
        {"state": "posted"},
        {"channel": "pigeon"},
        {"recipient_kind": "known"},
        {"state": "sent"},
        {"state": "claimed"},
        {"key": ""},
    ],
)
def test_the_database_refuses_impossible_rows(change: dict[str, Any]) -> None:
    message = queued()
    with pytest.raises(DatabaseError), transaction.atomic():
        OutboxMessage.objects.filter(pk=message.pk).update(**change)
