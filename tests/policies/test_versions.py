"""What is published stays as it is: in the database, and with a clear word before that."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from integrity.core.errors import Conflict
from policies import services, triggers
from policies.models import Consequence, SchemeVersion, Version, ViolationType
from tests.policies.conftest import ACTOR, at, document, version

pytestmark = pytest.mark.django_db

TYPE = services.ViolationDraft(code="plagiarism", kind="academic", title="One")
STEP = services.ConsequenceDraft(code="no_action", title="No action")
SCHEME = {
    "format": 1, "slug": "small", "kind": "ladder", "title": "Small", "effective": "2024-01-01",
    "factors": [
        {"id": "a", "title": "A", "source": "case", "options": [{"id": "b", "title": "B"}]},
    ],
    "actions": {"none": {"title": "None", "consequences": [{"code": "no_action"}]}},
    "outcomes": [{"id": "one", "title": "One", "range": ["none"]}],
}  # fmt: skip


@pytest.fixture
def published():
    return version(document(), "2024-01-01", violation_types=[TYPE], consequences=[STEP])


def refused(sql: str, *params: object) -> None:
    with (
        pytest.raises(DatabaseError, match="never changes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, params)


def test_all_triggers_stand():
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        found = {row[0] for row in cursor.fetchall()}
    assert set(triggers.names(connection.vendor)) <= found


@pytest.mark.parametrize(
    "change",
    [
        "body = 'other'", "effective_at = published_at", "status = 'draft', published_at = NULL",
        "number = 9", "no_refunds = ''", "response_working_days = 99", "change_summary = 'x'",
    ],
)  # fmt: skip
def test_the_database_refuses_to_change_a_published_version(published, change):
    refused(f"UPDATE policies_version SET {change} WHERE id = %s", published.pk)


def test_the_database_refuses_to_delete_it_and_what_it_names(published):
    refused("DELETE FROM policies_violationtype WHERE version_id = %s", published.pk)
    refused("DELETE FROM policies_consequence WHERE version_id = %s", published.pk)
    refused("DELETE FROM policies_version WHERE id = %s", published.pk)


def test_the_database_refuses_to_change_what_it_names(published):
    refused("UPDATE policies_violationtype SET title = 'x' WHERE version_id = %s", published.pk)
    refused(
        "UPDATE policies_consequence SET takes_away = 'access' WHERE version_id = %s", published.pk
    )


def test_nothing_is_added_to_it_or_moved_into_or_out_of_it(published):
    draft = services.create_draft(
        actor=ACTOR, document=published.document, body="x", effective_at=at("2025-01-01")
    )
    other = draft.violation_types.get()
    refused("UPDATE policies_violationtype SET version_id = %s, code = 'new' WHERE id = %s",
            published.pk, other.pk)  # fmt: skip
    inside = published.violation_types.get()
    refused("UPDATE policies_violationtype SET version_id = %s, code = 'new' WHERE id = %s",
            draft.pk, inside.pk)  # fmt: skip
    for model, fields in (
        (ViolationType, {"code": "fraud", "kind": "academic"}),
        (Consequence, {"code": "expulsion"}),
    ):
        rows = [model(version=published, title="New", **fields)]
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            model.objects.bulk_create(rows)


def test_replacing_a_published_row_is_refused_too(published):
    if connection.vendor != "sqlite":
        refused(
            "INSERT INTO policies_version (id, document_id, number, body, status, effective_at,"
            " change_summary, language, no_refunds, standard_of_proof, appeal_grounds, pledge,"
            " pledge_grace_days, clock_starts) SELECT id, document_id, number, 'other', 'draft',"
            " effective_at, '', 'en', '', '', '[]', '', 14, '' FROM policies_version WHERE id = %s"
            " ON CONFLICT (id) DO UPDATE SET body = 'other'",
            published.pk,
        )
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM policies_version WHERE id = %s", [published.pk])
        row = dict(zip([c[0] for c in cursor.description], cursor.fetchone(), strict=True))
    row["body"] = "other"
    columns, marks = ", ".join(row), ", ".join(["%s"] * len(row))
    refused(f"INSERT OR REPLACE INTO policies_version ({columns}) VALUES ({marks})", *row.values())


def test_guards_say_it_in_words(published):
    with pytest.raises(Conflict, match="never changes"):
        published.save()
    with pytest.raises(Conflict, match="never changes"):
        published.delete()
    item = published.violation_types.get()
    with pytest.raises(Conflict, match="never changes"):
        item.save()
    with pytest.raises(Conflict, match="never changes"):
        item.delete()
    with pytest.raises(Conflict, match="never changes"):
        Consequence.objects.create(version=published, code="expulsion", title="New")
    with pytest.raises(Conflict, match="never changes"):
        services.edit_draft(actor=ACTOR, version=published, body="other")
    with pytest.raises(Conflict, match="never changes"):
        services.delete_draft(actor=ACTOR, version=published)
    with pytest.raises(Conflict, match="already"):
        services.publish(actor=ACTOR, version=published)


def test_a_published_scheme_never_changes():
    made, created = services.import_scheme(actor=ACTOR, data=SCHEME)
    assert created
    assert made.is_published
    refused("UPDATE policies_schemeversion SET data = '{}' WHERE id = %s", made.pk)
    refused("DELETE FROM policies_schemeversion WHERE id = %s", made.pk)
    with pytest.raises(Conflict, match="never changes"):
        made.save()
    with pytest.raises(Conflict, match="never changes"):
        made.delete()
    with pytest.raises(Conflict, match="already"):
        services.publish_scheme(actor=ACTOR, version=made)


def test_a_draft_can_be_changed_and_deleted():
    draft = services.create_draft(
        actor=ACTOR, document=document(), body="x", effective_at=at("2025-01-01"),
        violation_types=[TYPE], consequences=[STEP],
    )  # fmt: skip
    services.edit_draft(actor=ACTOR, version=draft, body="y", no_refunds="No.")
    draft.refresh_from_db()
    assert (draft.body, draft.no_refunds, draft.violation_types.count()) == ("y", "No.", 1)
    services.delete_draft(actor=ACTOR, version=draft)
    assert not Version.objects.filter(pk=draft.pk).exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "published"},
        {"status": "other"},
        {"published_at": at("2025-01-01")},
        {"status": "published", "published_at": at("2025-01-02")},
        {"status": "published", "published_at": at("2025-01-01"), "body": ""},
        {"number": 0},
        {"response_working_days": 0},
        {"appeal_working_days": 366},
        {"standard_of_proof": "a feeling"},
    ],
)
def test_the_database_holds_what_must_always_hold(fields):
    row = {"document": document(), "number": 1, "body": "x", "effective_at": at("2025-01-01")}
    with pytest.raises(IntegrityError), transaction.atomic():
        Version.objects.create(**(row | fields))


def test_numbers_and_codes_are_unique(published):
    with pytest.raises(IntegrityError), transaction.atomic():
        Version.objects.create(
            document=published.document, number=1, body="x", effective_at=at("2025-01-01")
        )
    draft = Version.objects.create(
        document=published.document, number=2, body="x", effective_at=at("2025-01-01")
    )
    ViolationType.objects.create(version=draft, code="a", kind="academic", title="A")
    with pytest.raises(IntegrityError), transaction.atomic():
        ViolationType.objects.create(version=draft, code="a", kind="conduct", title="B")
    with pytest.raises(IntegrityError), transaction.atomic():
        Consequence.objects.create(version=draft, code="made_up", title="B")
    assert not SchemeVersion.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_flush_between_tests_gets_past_the_triggers(published):
    # The flush itself happens after this test; a table that is not empty then fails the next one.
    assert Version.objects.filter(pk=published.pk).exists()
