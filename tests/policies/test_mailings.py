"""Messages to very many people: everybody once, nobody twice, and no two of one form."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError

from integrity.accounts.enums import Role
from integrity.accounts.models import RoleGrant, User
from integrity.audit import services as audit
from integrity.audit.models import Event
from integrity.core import clock, crypto
from integrity.core.errors import Conflict, InvalidInput, NotPermitted
from integrity.courses.models import Course, Enrolment, Institution, Teaching
from notifications import content
from notifications.errors import LetterRefused
from notifications.models import OutboxMessage
from notifications.recipients import unseal_address
from notifications.services import Item, Recipient, queue_many
from policies import announcements, services
from policies.models import Mailing, Pledge, Version
from policies.services import mailings
from tests.notifications.builders import payload, person
from tests.policies.conftest import ACTOR, at, document, version

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailings, "PORTION", 3)


@pytest.fixture
def code() -> Version:
    return version(document(title="Honor code"), "2026-01-01")


def grant(user: User, institution: Institution | None = None) -> User:
    RoleGrant.objects.create(user=user, role=Role.ADMINISTRATOR, institution=institution)
    user.forget_roles()
    return user


def begun(code: Version, kind: str = "new_version", **fields: Any) -> Mailing:
    given = {"actor": None, "form_key": f"key-{kind}", **fields}
    return mailings.start(kind=kind, version=code, **given)


def finish(mailing: Mailing) -> Mailing:
    while mailings.advance(mailing.pk):
        pass
    mailing.refresh_from_db()
    return mailing


def people_told() -> list[str]:
    return sorted(
        str(unseal_address(row.recipient_sealed).user_id) for row in OutboxMessage.objects.all()
    )


def test_everybody_gets_one_message_and_the_figures_are_right(code: Version) -> None:
    people = [person(f"Person {number}") for number in range(7)]
    mailing = begun(code)
    assert mailing.total == 7
    done = finish(mailing)
    assert people_told() == sorted(str(user.public_id) for user in people)
    assert (done.seen, done.queued) == (7, 7)
    assert done.finished_at is not None
    assert mailings.advance(mailing.pk) is False
    assert OutboxMessage.objects.count() == 7


def test_a_portion_is_bounded_and_the_next_one_begins_after_it(code: Version) -> None:
    for number in range(7):
        person(f"Person {number}")
    mailing = begun(code)
    for seen in (3, 6, 7):
        mailings.advance(mailing.pk)
        mailing.refresh_from_db()
        assert (mailing.seen, OutboxMessage.objects.count()) == (seen, seen)


def test_the_key_names_kind_version_and_person(code: Version) -> None:
    user = person()
    finish(begun(code))
    assert OutboxMessage.objects.get().key == f"new_version:{code.pk}:{user.public_id}"


def test_once_a_year_means_again_next_year(code: Version) -> None:
    user = person()
    with clock.frozen(at("2026-11-22")):
        finish(begun(code, "dissemination", form_key="a"))
        finish(begun(code, "dissemination", form_key="b"))
    with clock.frozen(at("2027-11-22")):
        finish(begun(code, "dissemination", form_key="c"))
    keys = sorted(OutboxMessage.objects.values_list("key", flat=True))
    assert keys == [f"dissemination:{code.pk}:{year}:{user.public_id}" for year in ("2026", "2027")]


def test_who_has_a_closed_or_inactive_account_gets_nothing(code: Version) -> None:
    kept = person("Kept")
    person("Gone", is_active=False)
    closed = person("Closed")
    closed.closed_into, closed.is_active = kept, False
    closed.save()
    finish(begun(code))
    assert people_told() == [str(kept.public_id)]


def test_an_institutions_policy_goes_to_its_own_people(northbridge: Institution) -> None:
    other = Institution.objects.create(slug="elsewhere", name="Elsewhere")
    course = Course.objects.create(institution=northbridge, slug="n1", code="N1", title="N")
    foreign = Course.objects.create(institution=other, slug="e1", code="E1", title="E")
    learner, teacher, officer, stranger, left = (person(f"P{number}") for number in range(5))
    Enrolment.objects.create(course=course, learner=learner)
    Enrolment.objects.create(course=course, learner=left, status="left")
    Enrolment.objects.create(course=foreign, learner=stranger)
    Teaching.objects.create(course=course, user=teacher)
    RoleGrant.objects.create(user=officer, role=Role.OFFICER, institution=northbridge)
    own = version(document(institution=northbridge), "2026-01-01")
    finish(begun(own))
    assert people_told() == sorted(str(p.public_id) for p in (learner, teacher, officer))
    assert set(OutboxMessage.objects.values_list("institution", flat=True)) == {"northbridge"}


def test_the_terms_of_a_course_go_to_who_learns_or_teaches_in_it(northbridge: Institution) -> None:
    course, other = (
        Course.objects.create(institution=northbridge, slug=slug, code=slug, title=slug)
        for slug in ("n1", "n2")
    )
    inside, beside = person("In"), person("Beside")
    Enrolment.objects.create(course=course, learner=inside)
    Enrolment.objects.create(course=other, learner=beside)
    terms = version(document(institution=northbridge, course=course), "2026-01-01")
    finish(begun(terms))
    assert people_told() == [str(inside.public_id)]


def test_the_message_says_what_when_and_where_in_the_readers_language_and_zone() -> None:
    code = document(title="Honor code", needs_pledge=True)
    version(code, "2026-01-01")
    draft = services.create_draft(
        actor=ACTOR,
        document=code,
        body="## One\n\nNew text.",
        effective_at=at("2027-03-01 12:00"),
        change_summary="Clause 1 is clearer.",
    )
    new = services.publish(actor=ACTOR, version=draft)
    ana = person("Ana", language="es", time_zone="America/Bogota")
    berta = person("Berta", time_zone="Europe/Madrid")
    finish(begun(new))
    texts = {}
    for row in OutboxMessage.objects.all():
        reader = unseal_address(row.recipient_sealed).user_id
        texts[reader] = content.unseal_message(row.content_sealed).text
    english = texts[str(berta.public_id)]
    assert "Hello Berta," in english
    assert "Monday 1 March 2027, 13:00, Madrid time" in english
    assert "Clause 1 is clearer." in english
    assert f"/policies/{code.slug}/v2/" in english
    assert f"/policies/{code.slug}/compare/?from=1&to=2" in english
    assert "Monday 15 March 2027, 13:00, Madrid time" in english
    assert "Ana" in texts[str(ana.public_id)]
    assert "Berta" not in texts[str(ana.public_id)]
    assert "07:00" in texts[str(ana.public_id)]


def test_people_are_sealed_in_the_outbox_and_absent_from_the_history(code: Version) -> None:
    user = person("Very Special Name")
    finish(begun(code))
    row = OutboxMessage.objects.get()
    assert row.recipient_ref == crypto.reference(user.public_id, purpose="recipient")
    stored = bytes(row.recipient_sealed) + bytes(row.content_sealed)
    assert b"Special" not in stored
    assert user.email.encode() not in stored
    for event in Event.objects.filter(action__in=["letters.queued", "policy.mailing_started"]):
        assert "Special" not in event.payload
        assert user.email not in event.payload


def test_the_history_has_the_start_each_portion_and_the_end(code: Version) -> None:
    for number in range(4):
        person(f"P{number}")
    finish(begun(code))
    actions = list(
        Event.objects.filter(subject_type="mailing")
        .order_by("sequence")
        .values_list("action", flat=True)
    )
    assert actions == [
        "policy.mailing_started",
        "letters.queued",
        "letters.queued",
        "policy.mailing_finished",
    ]


def test_a_name_does_not_leak_into_the_next_message(code: Version) -> None:
    """The text is rendered once and the greeting filled in: each reader reads their own name."""
    names = ["{{ 7*7 }}", "%s", "Zoë <b>x</b>", "A" * 150]
    for name in names:
        person(name)
    finish(begun(code))
    for row in OutboxMessage.objects.all():
        to = unseal_address(row.recipient_sealed).name
        text = content.unseal_message(row.content_sealed).text
        assert text.startswith(f"Hello {to},")
        assert not any(name in text for name in names if name != to)


# Reminders of the pledge


@pytest.fixture
def class_of_five(northbridge: Institution) -> tuple[Course, list[User]]:
    course = Course.objects.create(institution=northbridge, slug="n1", code="N1", title="Nature")
    people = [person(f"P{number}") for number in range(5)]
    for learner in people:
        Enrolment.objects.create(course=course, learner=learner)
    return course, people


def test_a_reminder_goes_to_who_has_not_pledged(
    code: Version, class_of_five: tuple[Course, list[User]]
) -> None:
    course, people = class_of_five
    Pledge.objects.create(learner=people[0], course=course, version=code)
    mailing = finish(begun(code, "pledge_reminder", course=course))
    assert mailing.total == 4
    assert people_told() == sorted(str(user.public_id) for user in people[1:])
    row = OutboxMessage.objects.first()
    assert row is not None
    assert "Nature" in content.unseal_message(row.content_sealed).text
    assert row.key.startswith(f"pledge_reminder:{code.pk}:{mailing.public_id}:")


def test_nobody_is_reminded_twice_within_a_day(
    code: Version, class_of_five: tuple[Course, list[User]], frozen_clock: Any
) -> None:
    course, _people = class_of_five
    finish(begun(code, "pledge_reminder", course=course))
    with pytest.raises(Conflict):
        begun(code, "pledge_reminder", course=course, form_key="again")
    frozen_clock.advance(days=1, seconds=1)
    again = finish(begun(code, "pledge_reminder", course=course, form_key="again"))
    assert again.queued == 5
    # Another reminder is another message.
    assert OutboxMessage.objects.count() == 10


def test_who_pledges_between_two_portions_is_not_reminded(
    code: Version, class_of_five: tuple[Course, list[User]]
) -> None:
    course, people = class_of_five
    mailing = begun(code, "pledge_reminder", course=course)
    mailings.advance(mailing.pk)
    Pledge.objects.create(learner=people[4], course=course, version=code)
    finish(mailing)
    assert str(people[4].public_id) not in people_told()
    assert len(people_told()) == 4


def test_who_takes_two_courses_gets_one_reminder(
    code: Version, class_of_five: tuple[Course, list[User]], northbridge: Institution
) -> None:
    _course, people = class_of_five
    second = Course.objects.create(institution=northbridge, slug="n2", code="N2", title="Numbers")
    for learner in people:
        Enrolment.objects.create(course=second, learner=learner)
    done = finish(begun(code, "pledge_reminder"))
    assert (done.seen, done.queued) == (10, 5)
    row = OutboxMessage.objects.first()
    assert row is not None
    text = content.unseal_message(row.content_sealed).text
    assert "Nature" not in text
    assert "Numbers" not in text


def test_a_teacher_reminds_their_own_course_and_nothing_else(
    code: Version, class_of_five: tuple[Course, list[User]]
) -> None:
    course, _people = class_of_five
    teacher = person("Teacher")
    Teaching.objects.create(course=course, user=teacher)
    begun(code, "pledge_reminder", course=course, actor=teacher, form_key="1")
    for kind, place in (("pledge_reminder", None), ("new_version", None)):
        with pytest.raises(NotPermitted):
            begun(code, kind, course=place, actor=teacher, form_key="2")


# Starting and stopping


def test_an_institutions_administrator_reminds_its_own_courses_of_the_platforms_text(
    code: Version, northbridge: Institution, class_of_five: tuple[Course, list[User]]
) -> None:
    course, _people = class_of_five
    partner = grant(person("Partner"), northbridge)
    elsewhere = Course.objects.create(
        institution=Institution.objects.create(slug="southport", name="Southport"),
        slug="elsewhere",
        code="ELSE-1",
        title="Elsewhere",
    )
    mailing = begun(code, "pledge_reminder", course=course, actor=partner, form_key="1")
    assert mailings.may_handle(partner, mailing)
    for kind, place in (
        ("pledge_reminder", None),
        ("pledge_reminder", elsewhere),
        ("new_version", None),
    ):
        with pytest.raises(NotPermitted):
            begun(code, kind, course=place, actor=partner, form_key="2")
    others = begun(code, "pledge_reminder", course=elsewhere, form_key="3")
    assert not mailings.may_handle(partner, others)


def test_a_version_that_is_in_force_is_not_announced_as_one_to_come() -> None:
    of = document(title="Honor code", needs_pledge=True)
    first = version(of, "2026-01-01")
    second = version(of, "2026-06-01")
    person("Reader")
    sample = Mailing(kind="new_version", version=second)
    for now, in_force in (("2026-05-20 12:00", False), ("2026-06-02 12:00", True)):
        with clock.frozen(at(now)):
            _subject, text = announcements.sample(sample)
        assert ("Until then the version before it holds" in text) is not in_force
        assert ("It has been in force as it is since" in text) is in_force
        assert "please pledge to it anew by" in text
    with clock.frozen(at("2026-07-01 12:00")):
        assert "please pledge to it anew by" not in announcements.sample(sample)[1]
        # Of a first version there is none before it that could hold.
        _subject, text = announcements.sample(Mailing(kind="new_version", version=first))
    assert "Until then" not in text


def test_a_reminder_names_a_day_only_where_days_are_given() -> None:
    of = document(title="Honor code", needs_pledge=True)
    first = version(of, "2026-01-01")
    with clock.frozen(at("2026-01-02 12:00")):
        assert announcements.pledge_reminder(first, None).pledge_until is None
    second = version(of, "2026-06-01")
    with clock.frozen(at("2026-06-02 12:00")):
        assert announcements.pledge_reminder(second, None).pledge_until is not None


def test_the_same_form_twice_is_one_mailing(code: Version) -> None:
    assert begun(code) == begun(code)
    assert Mailing.objects.count() == 1


def test_a_form_key_of_another_mailing_is_refused(code: Version) -> None:
    begun(code, form_key="same")
    with pytest.raises(Conflict):
        begun(code, "dissemination", form_key="same")


def test_two_at_once_of_one_kind_are_refused(code: Version) -> None:
    begun(code, form_key="a")
    with pytest.raises(Conflict):
        begun(code, form_key="b")


def test_a_draft_is_told_to_nobody() -> None:
    draft = services.create_draft(
        actor=ACTOR, document=document(), body="## One\n\nText.", effective_at=at("2027-01-01")
    )
    with pytest.raises(InvalidInput):
        begun(draft)
    assert not Mailing.objects.exists()


def test_only_administrators_of_the_document_start_one(
    code: Version, northbridge: Institution
) -> None:
    own = version(document(institution=northbridge), "2026-01-01")
    platform, partner = grant(person("Root")), grant(person("Partner"), northbridge)
    begun(own, actor=partner, form_key="1")
    begun(code, actor=platform, form_key="2")
    for actor, text in ((partner, code), (person("Learner"), code), (person("Other"), own)):
        with pytest.raises(NotPermitted):
            begun(text, "dissemination", actor=actor, form_key="3")


def test_a_stopped_mailing_stays_stopped_and_a_new_one_skips_who_was_told(code: Version) -> None:
    people = [person(f"P{number}") for number in range(5)]
    admin = grant(person("Root"))
    mailing = begun(code, form_key="1")
    mailings.advance(mailing.pk)
    mailings.stop(actor=admin, mailing=mailing)
    mailings.stop(actor=admin, mailing=mailing)
    assert mailings.advance(mailing.pk) is False
    assert OutboxMessage.objects.count() == 3
    again = finish(begun(code, form_key="2"))
    assert (again.seen, again.queued) == (6, 3)
    assert people_told() == sorted(str(user.public_id) for user in (*people, admin))
    with pytest.raises(Conflict):
        mailings.stop(actor=admin, mailing=again)


def test_one_that_cannot_be_written_does_not_hold_up_the_others(
    code: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    person()
    bad = begun(code, form_key="1")
    good = begun(code, "dissemination", form_key="2")
    sound = announcements.EVENTS
    monkeypatch.setattr(announcements, "EVENTS", {**sound, "new_version": "notice_sent"})
    mailings.run(seconds=30)
    bad.refresh_from_db()
    good.refresh_from_db()
    assert bad.is_open
    assert (bad.seen, good.seen) == (0, 1)
    monkeypatch.setattr(announcements, "EVENTS", sound)
    mailings.run(seconds=30)
    bad.refresh_from_db()
    assert bad.finished_at is not None


def test_a_portion_that_fails_leaves_nothing_behind(
    code: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        person(f"P{number}")
    mailing = begun(code)
    monkeypatch.setattr(Mailing, "save", _refuse)
    with pytest.raises(ValidationError):
        mailings.advance(mailing.pk)
    mailing.refresh_from_db()
    assert (mailing.seen, mailing.cursor, OutboxMessage.objects.count()) == (0, 0, 0)


def _refuse(*args: Any, **kwargs: Any) -> None:
    raise ValidationError("no")


# The bulk path of the outbox


def test_bulk_messages_need_a_transaction_of_the_history() -> None:
    with pytest.raises(RuntimeError):
        queue_many("policy_yearly", [], source=("mailing", "x"))


def test_bulk_refuses_events_with_a_letter() -> None:
    with pytest.raises(LetterRefused), audit.transaction():
        queue_many("notice_sent", [], source=("mailing", "x"))


def test_bulk_writes_a_key_once_even_within_a_portion() -> None:
    user = get_user_model().objects.get(pk=person().pk)
    item = Item(recipient=Recipient.user(user), payload=payload("policy_yearly"), key="one")
    with audit.transaction():
        assert queue_many("policy_yearly", [item, item], source=("mailing", "x")) == 1
        assert queue_many("policy_yearly", [item], source=("mailing", "x")) == 0
    assert OutboxMessage.objects.count() == 1
