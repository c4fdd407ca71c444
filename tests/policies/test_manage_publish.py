"""A draft is looked at and published, now or later; from then on nothing changes it."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from integrity.audit.models import Event
from integrity.core.errors import NotFound
from policies import contents, services
from policies.models import Version
from policies.selectors import governing_version
from tests.policies.conftest import ACTOR, at, document, version
from tests.policies.office import Office, text_of

pytestmark = pytest.mark.django_db

CHECKED = {"text": "on", "violations": "on", "consequences": "on"}
LISTS = {
    "violation_types": [services.ViolationDraft(code="fraud", kind="academic", title="Fraud")],
    "consequences": [services.ConsequenceDraft(code="no_action", title="Nothing")],
}


@pytest.fixture(autouse=True)
def _now(frozen_clock):
    frozen_clock.move_to(at("2026-03-01 12:00"))


@pytest.fixture
def office():
    return Office()


@pytest.fixture
def of():
    made = document(title="Honor code")
    version(made, "2025-01-01", **LISTS)
    return made


@pytest.fixture
def draft(of):
    return services.create_draft(
        actor=ACTOR, document=of, body="## One\n\nOther words.", effective_at=at("2026-04-01"),
        consequences=[],
    )  # fmt: skip


def test_the_page_shows_what_differs_and_all_that_will_stand(office, of, draft):
    page = office.get("check", of, 2)
    changes = page.context["changes"]
    assert [segment.text.strip() for segment in changes.clauses[0].segments] != []
    assert [(change.kind, change.title) for change in changes.named] == [("gone", "Nothing")]
    text = text_of(page)
    for words in ("Other words.", "Fraud", "Nothing is in the list.", "On 1 April 2026 at 00:00"):
        assert words in text


def test_the_first_version_is_checked_without_a_comparison(office):
    of = document()
    services.create_draft(actor=ACTOR, document=of, body="Text.", effective_at=at("2026-04-01"))
    page = office.get("check", of, 1)
    assert page.context["changes"] is None
    assert "all of it is new" in text_of(page)


def test_it_is_published_for_the_day_of_the_draft(office, of, draft):
    for _time in range(2):
        answer = office.post("check", of, 2, given={
            "when": "planned", "seen": contents.whole(draft), **CHECKED,
        })  # fmt: skip
        assert answer.headers["Location"] == office.address("document", of)
    draft.refresh_from_db()
    assert draft.is_published
    assert (draft.effective_at, draft.published_at) == (at("2026-04-01"), at("2026-03-01 12:00"))
    assert governing_version(of).number == 1
    assert governing_version(of, at("2026-04-01")) == draft
    published = Event.objects.filter(action="policy.published", actor_kind="user")
    assert published.count() == 1
    assert published.get().data["sha256_whole"] == contents.whole(draft)


def test_it_is_published_at_once(office, of, draft, frozen_clock):
    office.post("check", of, 2, when="now", **CHECKED)
    draft.refresh_from_db()
    assert draft.effective_at == draft.published_at == at("2026-03-01 12:00")
    assert governing_version(of) == draft


@pytest.mark.parametrize("left_out", ["text", "violations", "consequences", "when"])
def test_nothing_is_published_before_all_of_it_was_looked_at(office, of, draft, left_out):
    page = office.post("check", of, 2, **({"when": "planned"} | CHECKED | {left_out: None}))
    assert page.status_code == 400
    assert list(page.context["form"].errors) == [left_out]
    draft.refresh_from_db()
    assert not draft.is_published


def test_a_day_that_has_passed_is_refused_where_the_day_is_chosen(office, of, draft, frozen_clock):
    frozen_clock.move_to(at("2026-04-01 00:01"))
    page = office.post("check", of, 2, when="planned", **CHECKED)
    assert page.status_code == 400
    assert list(page.context["form"].errors) == ["when"]
    assert "never takes effect in the past" in text_of(page)
    assert page.context["form"]["text"].value()


@pytest.mark.parametrize(
    ("page", "changes"),
    [
        ("text", {"body": "Changed meanwhile."}),
        ("text", {"day": "2026-09-01"}),
        ("terms", {"pledge": "Changed meanwhile."}),
        ("violations", {"0-title": "Changed meanwhile."}),
    ],
)
def test_what_was_looked_at_is_what_is_published(office, of, draft, page, changes):
    opened = office.form("check", of, 2) | {"when": "now"} | CHECKED
    assert office.post(page, of, 2, **changes).status_code == 303
    late = office.post("check", of, 2, given=opened)
    assert late.status_code == 412
    assert "Nothing is published" in text_of(late)
    assert not late.context["form"].is_bound
    draft.refresh_from_db()
    assert not draft.is_published


def test_a_later_version_is_never_overtaken(office, of, draft):
    newer = services.create_draft(
        actor=ACTOR, document=of, body="Newer.", effective_at=at("2026-05-01")
    )
    services.publish(actor=ACTOR, version=newer)
    page = office.post("check", of, 2, when="planned", **CHECKED)
    assert page.status_code == 400
    assert "A later version is published already" in text_of(page)


# Afterwards


@pytest.fixture
def published(office, of, draft):
    opened = {
        page: office.form(page, of, 2)
        for page in ("text", "terms", "violations", "consequences", "delete")
    }
    services.edit_draft(actor=ACTOR, version=draft, consequences=LISTS["consequences"])
    office.post("check", of, 2, when="planned", **CHECKED)
    draft.refresh_from_db()
    assert draft.is_published
    return opened


@pytest.mark.parametrize("page", ["text", "terms", "violations", "consequences"])
def test_a_form_that_comes_too_late_changes_nothing_and_keeps_the_words(
    office, of, draft, published, page
):
    before = contents.of(draft)
    field = {"text": "body", "terms": "no_refunds"}.get(page, "0-title")
    typed = published[page] | {field: "My careful words", "rows": "1"}
    late = office.post(page, of, 2, given=typed)
    assert late.status_code == 409
    assert "My careful words" in text_of(late)
    assert contents.of(Version.objects.get(pk=draft.pk)) == before
    assert office.get(page, of, 2).headers["Location"] == office.address("document", of)


def test_a_published_version_is_not_deleted(office, of, draft, published):
    for given in (published["delete"], {"seen": contents.whole(draft)}):
        answer = office.post("delete", of, 2, given=given)
        assert answer.headers["Location"] == office.address("document", of)
    assert Version.objects.filter(pk=draft.pk).exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE policies_version SET body = 'other' WHERE id = %(id)s",
        "UPDATE policies_version SET pledge = 'other' WHERE id = %(id)s",
        "UPDATE policies_version SET pledge_grace_days = 99 WHERE id = %(id)s",
        "UPDATE policies_version SET effective_at = published_at WHERE id = %(id)s",
        "UPDATE policies_version SET status = 'draft', published_at = NULL WHERE id = %(id)s",
        "DELETE FROM policies_version WHERE id = %(id)s",
        "UPDATE policies_violationtype SET title = 'other' WHERE version_id = %(id)s",
        "UPDATE policies_violationtype SET elements = '[]' WHERE version_id = %(id)s",
        "DELETE FROM policies_violationtype WHERE version_id = %(id)s",
        "UPDATE policies_consequence SET takes_away = 'access' WHERE version_id = %(id)s",
        "DELETE FROM policies_consequence WHERE version_id = %(id)s",
        "INSERT INTO policies_consequence"
        " (version_id, code, title, description, clause, takes_away, position)"
        " VALUES (%(id)s, 'expulsion', 'Expelled', '', '', 'access', 9)",
    ],
)
def test_the_database_itself_keeps_what_these_pages_published(draft, published, statement):
    before = contents.of(draft)
    refused = pytest.raises(DatabaseError, match="What is published never changes")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement % {"id": int(draft.pk)})
    assert contents.of(Version.objects.get(pk=draft.pk)) == before


# Deleting a draft


def test_a_draft_is_deleted_after_asking(office, of, draft):
    assert "cannot be brought back" in text_of(office.get("delete", of, 2))
    given = office.form("delete", of, 2)
    for _time in range(2):
        answer = office.post("delete", of, 2, given=given)
        assert answer.headers["Location"] == office.address("document", of)
    assert of.versions.count() == 1
    assert Event.objects.filter(action="policy.draft_deleted").count() == 1
    assert office.get("delete", of, 2).status_code == 404


def test_who_comes_to_a_deleted_draft_in_the_moment_between_meets_no_fault(draft):
    for _time in range(2):
        services.delete_draft(actor=ACTOR, version=draft)
    assert Event.objects.filter(action="policy.draft_deleted").count() == 1
    for late in (services.publish, services.edit_draft):
        with pytest.raises(NotFound):
            late(actor=ACTOR, version=draft)


def test_a_draft_that_somebody_changed_meanwhile_is_not_deleted(office, of, draft):
    opened = office.form("delete", of, 2)
    office.post("text", of, 2, body="New words.")
    late = office.post("delete", of, 2, given=opened)
    assert late.status_code == 412
    assert of.versions.count() == 2
    assert office.post("delete", of, 2).status_code == 303
    assert of.versions.count() == 1


def test_a_mistyped_year_bars_no_version_for_a_lifetime(office, of):
    draft = services.create_draft(
        actor=ACTOR, document=of, body="## One\n\nOther.", effective_at=at("2062-04-01")
    )
    page = office.post("check", of, 2, given={
        "when": "planned", "seen": contents.whole(draft), **CHECKED,
    })  # fmt: skip
    assert page.status_code == 400
    assert "within the next two years" in text_of(page)
    draft.refresh_from_db()
    assert not draft.is_published


def test_while_a_version_waits_the_next_one_is_not_offered_before_it(office, of, draft):
    services.publish(actor=ACTOR, version=draft)
    services.create_draft(
        actor=ACTOR, document=of, body="## One\n\nMore.", effective_at=at("2026-05-01")
    )
    page = office.get("check", of, 3)
    choices = [value for value, _label in page.context["form"].fields["when"].choices]
    assert choices == ["planned"]
    assert "Not before version 2" in text_of(page)
