"""The yearly review (PO7): due, prepared, held with all three groups, closed for good."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from integrity.accounts.enums import Role
from integrity.accounts.models import RoleGrant, User
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from integrity.courses.models import Course, Enrolment, Institution, Teaching
from notifications.models import Letter, OutboxMessage
from policies import reviewing
from policies.models import Document, Review, ReviewInput, Version
from policies.services import dissemination, reviews
from tests.notifications.builders import person
from tests.policies.conftest import at, document, version

pytestmark = pytest.mark.django_db

TODAY = at("2026-11-22 12:00")


@pytest.fixture(autouse=True)
def that_day() -> Any:
    with clock.frozen(TODAY):
        yield


class Group:
    """A policy since 1 June 2025, its administrator, and one person of each kind."""

    def __init__(self, institution: Institution | None = None, since: str = "2025-06-01") -> None:
        self.text = version(document(title="Honor code", institution=institution), since)
        self.document: Document = self.text.document
        self.admin = person("Ada Admin")
        RoleGrant.objects.create(user=self.admin, role=Role.ADMINISTRATOR)
        owner = institution or Institution.objects.create(slug="one", name="One")
        course = Course.objects.create(institution=owner, slug="c1", code="C1", title="Course")
        self.learner, self.teacher = person("Lea Learner"), person("Theo Teacher")
        Enrolment.objects.create(course=course, learner=self.learner)
        Teaching.objects.create(course=course, user=self.teacher)
        self.course = course

    def opened(self) -> Review:
        return reviews.open_review(actor=self.admin, document=self.document)

    def set(self, review: Review, when: str = "2026-11-20 10:00") -> Review:
        return reviews.set_meeting(
            actor=self.admin, review=review, meeting_at=at(when), meeting_place="Room 5"
        )

    def invite(self, review: Review, user: User, capacity: str) -> Any:
        return reviews.invite(actor=self.admin, review=review, email=user.email, capacity=capacity)

    def ready(self) -> Review:
        """Everything is there: it can be closed."""
        review = self.set(self.opened())
        people = [
            self.invite(review, self.learner, "learner"),
            self.invite(review, self.teacher, "instructor"),
            self.invite(review, self.admin, "administrator"),
        ]
        return reviews.record(
            actor=self.admin,
            review=review,
            minutes="We read clause 1.",
            outcome="Nothing changes.",
            attended=[str(item.pk) for item in people],
        )

    def client(self, user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client


@pytest.fixture
def group() -> Group:
    return Group()


# When it is due


def test_the_first_review_is_due_a_year_after_the_first_version_took_effect(group: Group) -> None:
    version(group.document, "2026-03-01")
    standing = reviewing.standing(group.document)
    assert standing.due_on == date(2026, 6, 1)
    assert standing.review_overdue


def test_after_a_closed_review_it_is_due_a_year_later(group: Group) -> None:
    reviews.close(actor=group.admin, review=group.ready())
    assert reviewing.standing(group.document).due_on == date(2027, 11, 22)


def test_nothing_is_due_before_a_version_is_in_force(group: Group) -> None:
    coming = document()
    Version.objects.filter(document=coming)
    assert reviewing.standing(coming).due_on is None
    with pytest.raises(Conflict):
        reviews.open_review(actor=group.admin, document=coming)


def test_the_day_is_counted_in_the_zone_of_the_owner() -> None:
    auckland = Institution.objects.create(slug="nz", name="NZ", time_zone="Pacific/Auckland")
    own = version(document(institution=auckland), "2025-06-01 20:00")
    assert reviewing.standing(own.document).due_on == date(2026, 6, 2)


@pytest.mark.parametrize(
    ("day", "after"),
    [(date(2024, 2, 29), date(2025, 2, 28)), (date(2025, 11, 22), date(2026, 11, 22))],
)
def test_a_year_after_a_leap_day_is_the_28th(day: date, after: date) -> None:
    assert reviewing.a_year_after(day) == after


def test_the_overview_has_what_is_overdue_first_and_only_what_is_theirs(group: Group) -> None:
    own = Institution.objects.create(slug="two", name="Two")
    old = version(document(title="Old rules", institution=own), "2024-01-01").document
    new = version(document(title="New rules", institution=own), "2026-11-01").document
    page = group.client(group.admin).get(reverse("policy_reviews:overview")).content.decode()
    assert page.index("Old rules") < page.index("Honor code") < page.index("New rules")
    partner = person("Partner")
    RoleGrant.objects.create(user=partner, role=Role.ADMINISTRATOR, institution=own)
    page = group.client(partner).get(reverse("policy_reviews:overview")).content.decode()
    assert old.title in page
    assert new.title in page
    assert "Honor code" not in page


# Opening, meeting, inviting


def test_opening_twice_is_one_review(group: Group) -> None:
    assert group.opened() == group.opened()
    assert Review.objects.get().due_on == date(2026, 6, 1)


def test_only_who_looks_after_the_policy_reviews_it(group: Group) -> None:
    review = group.opened()
    own = Institution.objects.create(slug="two", name="Two")
    partner = person("Partner")
    RoleGrant.objects.create(user=partner, role=Role.ADMINISTRATOR, institution=own)
    for actor in (partner, group.learner, group.teacher):
        with pytest.raises(NotPermitted):
            reviews.open_review(actor=actor, document=group.document)
        with pytest.raises(NotPermitted):
            reviews.set_meeting(actor=actor, review=review, meeting_at=TODAY, meeting_place="Here")
        with pytest.raises(NotPermitted):
            reviews.close(actor=actor, review=review)


def test_nobody_is_invited_before_the_meeting_has_a_date(group: Group) -> None:
    with pytest.raises(InvalidInput) as refused:
        group.invite(group.opened(), group.learner, "learner")
    assert list(refused.value.fields) == [""]


def test_whoever_is_invited_gets_a_letter_and_again_when_it_moves(group: Group) -> None:
    review = group.set(group.opened())
    group.invite(review, group.learner, "learner")
    group.invite(review, group.learner, "learner")
    assert Letter.objects.filter(event="policy_review_invited").count() == 1
    with clock.frozen(TODAY + timedelta(minutes=1)):
        group.set(review, "2026-11-21 10:00")
        group.set(review, "2026-11-21 10:00")
    assert Letter.objects.filter(event="policy_review_invited").count() == 2


@pytest.mark.parametrize(
    ("who", "capacity"),
    [
        ("learner", "instructor"),
        ("learner", "administrator"),
        ("teacher", "learner"),
        ("teacher", "administrator"),
        ("admin", "learner"),
        ("admin", "instructor"),
    ],
)
def test_nobody_speaks_for_a_group_they_do_not_belong_to(
    group: Group, who: str, capacity: str
) -> None:
    review = group.set(group.opened())
    with pytest.raises(InvalidInput) as refused:
        group.invite(review, getattr(group, who), capacity)
    assert list(refused.value.fields) == ["email"]
    assert not review.participants.exists()


def test_the_refusal_does_not_say_whether_there_is_such_an_account(group: Group) -> None:
    review = group.set(group.opened())
    said = []
    for email in (group.teacher.email, "nobody@example.edu"):
        with pytest.raises(InvalidInput) as refused:
            reviews.invite(actor=group.admin, review=review, email=email, capacity="learner")
        said.append({name: [str(m) for m in lines] for name, lines in refused.value.fields.items()})
    assert said[0] == said[1]


def test_people_of_another_institution_do_not_speak_for_this_one(northbridge: Institution) -> None:
    group = Group(northbridge)
    other = Institution.objects.create(slug="two", name="Two")
    course = Course.objects.create(institution=other, slug="x", code="X", title="X")
    stranger = person("Stranger")
    Enrolment.objects.create(course=course, learner=stranger)
    review = group.set(group.opened())
    with pytest.raises(InvalidInput):
        group.invite(review, stranger, "learner")
    group.invite(review, group.learner, "learner")


def test_one_person_does_not_stand_for_two_groups(group: Group) -> None:
    Enrolment.objects.create(course=group.course, learner=group.teacher)
    review = group.set(group.opened())
    group.invite(review, group.teacher, "learner")
    with pytest.raises(InvalidInput) as refused:
        group.invite(review, group.teacher, "instructor")
    assert list(refused.value.fields) == ["capacity"]


# Input


def sent(group: Group, text: str = "Clause 1 is hard to read.", **fields: Any) -> ReviewInput:
    given = {"actor": group.learner, "form_key": f"key-{text}", **fields}
    return reviews.send_input(document=group.document, text=text, **given)


def test_anybody_can_send_something_while_a_review_is_open_and_only_then(group: Group) -> None:
    with pytest.raises(NotFound):
        sent(group)
    group.opened()
    stranger = person("Stranger")
    assert sent(group, actor=stranger).review.closed_at is None
    assert sent(group, actor=stranger) == ReviewInput.objects.get()


def test_a_form_of_somebody_else_is_not_taken(group: Group) -> None:
    group.opened()
    sent(group, form_key="same")
    with pytest.raises(Conflict):
        sent(group, form_key="same", actor=group.teacher)
    with pytest.raises(Conflict):
        sent(group, "Something else.", form_key="same")


def test_a_flood_is_stopped(group: Group) -> None:
    group.opened()
    for number in range(reviews.MOST_INPUTS):
        sent(group, f"View {number}")
    with pytest.raises(Conflict):
        sent(group, "One more")


def test_input_is_sent_and_its_answer_read_on_the_page_of_the_review(group: Group) -> None:
    review = group.opened()
    page = reverse("policies:review", args=[group.document.slug])
    client = group.client(group.learner)
    token = client.get(page).context["form"]["form_token"].value()
    answer = client.post(page, {"form_token": token, "clause": "1", "text": "<b>Too long</b>"})
    assert answer.status_code == 303
    input_ = ReviewInput.objects.get()
    reviews.reply(
        actor=group.admin, review=review, input_id=input_.public_id, text="We made it shorter."
    )
    shown = client.get(page).content.decode()
    assert "&lt;b&gt;Too long&lt;/b&gt;" in shown
    assert "We made it shorter." in shown
    for other in (Client(), group.client(group.teacher)):
        body = other.get(page).content.decode()
        assert "Too long" not in body
        assert "We made it shorter." not in body


def test_a_visitor_is_asked_to_sign_in_and_an_empty_view_stays_on_the_page(group: Group) -> None:
    group.opened()
    page = reverse("policies:review", args=[group.document.slug])
    assert Client().post(page, {"text": "x"}).status_code == 302
    client = group.client(group.learner)
    token = client.get(page).context["form"]["form_token"].value()
    answer = client.post(page, {"form_token": token, "clause": "7.2", "text": ""})
    assert answer.status_code == 400
    assert "7.2" in answer.content.decode()
    assert not ReviewInput.objects.exists()


def test_an_answer_to_the_input_of_another_review_is_not_found(group: Group) -> None:
    review = group.opened()
    other = Group.__new__(Group)
    other.document = version(document(), "2025-01-01").document
    foreign = reviews.open_review(actor=group.admin, document=other.document)
    mine = reviews.send_input(
        actor=group.learner, document=other.document, text="x", form_key="other"
    )
    assert mine.review == foreign
    with pytest.raises(NotFound):
        reviews.reply(actor=group.admin, review=review, input_id=mine.public_id, text="no")


def test_where_the_meeting_is_is_for_the_invited(group: Group) -> None:
    review = group.set(group.opened())
    group.invite(review, group.learner, "learner")
    page = reverse("policies:review", args=[group.document.slug])
    for reader, sees in ((group.learner, True), (group.admin, True), (group.teacher, False)):
        assert ("Room 5" in group.client(reader).get(page).content.decode()) is sees
    assert "Room 5" not in Client().get(page).content.decode()


# Closing


def test_it_closes_with_all_three_groups_a_record_and_an_outcome(group: Group) -> None:
    closed = reviews.close(actor=group.admin, review=group.ready())
    assert closed.closed_at == TODAY
    event = Event.objects.get(action="policy.review_closed")
    assert '"learners":1' in event.payload
    assert reviews.close(actor=group.admin, review=closed).closed_at == TODAY


@pytest.mark.parametrize("capacity", ["learner", "instructor", "administrator"])
def test_without_one_of_the_three_groups_it_does_not_close(group: Group, capacity: str) -> None:
    review = group.ready()
    review.participants.filter(capacity=capacity).update(attended=False)
    with pytest.raises(InvalidInput) as refused:
        reviews.close(actor=group.admin, review=review)
    assert list(refused.value.fields) == ["attended"]
    assert len(refused.value.fields["attended"]) == 1
    review.refresh_from_db()
    assert review.closed_at is None


@pytest.mark.parametrize("field", ["minutes", "outcome"])
def test_without_record_or_outcome_it_does_not_close(group: Group, field: str) -> None:
    review = group.ready()
    Review.objects.filter(pk=review.pk).update(**{field: ""})
    with pytest.raises(InvalidInput) as refused:
        reviews.close(actor=group.admin, review=review)
    assert list(refused.value.fields) == [field]


def test_before_the_meeting_or_without_one_it_does_not_close(group: Group) -> None:
    review = group.ready()
    for when in (TODAY + timedelta(seconds=1), None):
        Review.objects.filter(pk=review.pk).update(meeting_at=when)
        with pytest.raises(InvalidInput) as refused:
            reviews.close(actor=group.admin, review=review)
        assert list(refused.value.fields) == ["meeting"]


def test_while_an_input_waits_for_its_answer_it_does_not_close(group: Group) -> None:
    review = group.ready()
    input_ = sent(group)
    with pytest.raises(InvalidInput) as refused:
        reviews.close(actor=group.admin, review=review)
    assert list(refused.value.fields) == ["inputs"]
    reviews.reply(actor=group.admin, review=review, input_id=input_.public_id, text="Done.")
    assert reviews.close(actor=group.admin, review=review).closed_at


def test_the_page_says_at_the_field_what_is_missing_and_keeps_what_was_typed(group: Group) -> None:
    review = group.set(group.opened())
    group.invite(review, group.learner, "learner")
    page = reverse("policy_reviews:record", args=[group.document.slug])
    client = group.client(group.admin)
    seen = client.get(page).context["form"]["seen"].value()
    given = {"minutes": "We met.", "outcome": "", "seen": seen, "step": "close"}
    answer = client.post(page, given)
    assert answer.status_code == 400
    errors = answer.context["form"].errors
    assert len(errors["attended"]) == 3
    assert "outcome" in errors
    assert "minutes" not in errors
    review.refresh_from_db()
    assert (review.minutes, review.closed_at) == ("We met.", None)


def test_who_saves_the_record_second_sees_what_the_first_one_wrote(group: Group) -> None:
    review = group.set(group.opened())
    other = person("Olu Other")
    RoleGrant.objects.create(user=other, role=Role.ADMINISTRATOR)
    page = reverse("policy_reviews:record", args=[group.document.slug])
    first, second = group.client(group.admin), group.client(other)
    seen = first.get(page).context["form"]["seen"].value()
    told = {"minutes": "We met.\r\nTwo came.", "outcome": "", "seen": seen}
    # The same form twice is one record.
    for _time in range(2):
        assert first.post(page, told).status_code == 303
    assert Event.objects.filter(action="policy.review_recorded").count() == 1
    late = second.post(page, {"minutes": "Other words.", "outcome": "", "seen": seen})
    assert late.status_code == 412
    html = late.content.decode()
    assert "Two came." in html
    assert "Other words." in html
    review.refresh_from_db()
    assert review.minutes == "We met.\nTwo came."
    again = {**told, "minutes": "Both.", "seen": late.context["form"]["seen"].value()}
    assert second.post(page, again).status_code == 303
    review.refresh_from_db()
    assert review.minutes == "Both."


def test_the_button_that_closes_can_be_pressed_twice(group: Group) -> None:
    review = group.ready()
    client = group.client(group.admin)
    page = reverse("policy_reviews:record", args=[group.document.slug])
    form = client.get(page).context["form"]
    told = {name: form[name].value() for name in ("minutes", "outcome", "attended", "seen")}
    for _time in range(2):
        assert client.post(page, {**told, "step": "close"}).status_code == 303
    review.refresh_from_db()
    assert review.closed_at is not None
    assert client.get(page).status_code == 404


def test_a_closed_review_never_changes(group: Group) -> None:
    review = reviews.close(actor=group.admin, review=group.ready())
    calls: list[Any] = [
        lambda: group.set(review),
        lambda: group.invite(review, group.teacher, "instructor"),
        lambda: reviews.record(
            actor=group.admin, review=review, minutes="x", outcome="x", attended=[]
        ),
        lambda: reviews.reply(
            actor=group.admin, review=review, input_id=review.public_id, text="x"
        ),
    ]
    for call in calls:
        with pytest.raises(Conflict):
            call()
    with pytest.raises(NotFound):
        sent(group)
    assert group.opened() != review


def test_took_part_can_only_be_said_of_who_was_invited_to_this_review(group: Group) -> None:
    review = group.set(group.opened())
    with pytest.raises(NotFound):
        reviews.record(
            actor=group.admin, review=review, minutes="", outcome="", attended=["999999"]
        )


# The public page of the policy


def test_the_policy_says_when_and_with_whom_it_was_reviewed(group: Group) -> None:
    page = reverse("policies:document", args=[group.document.slug])
    assert "It has not been reviewed yet" in Client().get(page).content.decode()
    reviews.close(actor=group.admin, review=group.ready())
    words = " ".join(Client().get(page).content.decode().split())
    assert "with learners, instructors and administrators; next review by" in words
    assert "22 November 2026" in words
    assert "22 November 2027" in words
    for name in ("Lea Learner", "Theo Teacher", "Ada Admin", "We read clause 1."):
        assert name not in words
    public = Client().get(reverse("policies:review", args=[group.document.slug]))
    body = public.content.decode()
    assert "Nothing changes." in body
    for name in ("Lea Learner", "Theo Teacher", "Ada Admin", "We read clause 1."):
        assert name not in body


# Reminders


def reminders(user: User) -> int:
    return OutboxMessage.objects.filter(
        event="policy_review_due", key__endswith=f":{user.public_id}"
    ).count()


def told(group: Group) -> None:
    """By both kinds of media, so that only the review can be due."""
    dissemination.start_email(actor=group.admin, document=group.document, form_key="mail")
    dissemination.record_medium(
        actor=group.admin,
        document=group.document,
        medium="banner",
        day=clock.now().date(),
        note="Everywhere",
        form_key="banner",
    )


def test_reminders_thirty_days_before_and_when_it_is_overdue_once_each() -> None:
    group = Group(since="2026-01-10")
    with clock.frozen(at("2026-12-10 12:00")):
        told(group)
        assert reviews.remind() == 0
    with clock.frozen(at("2026-12-11 12:00")):
        assert reviews.remind() == 1
        assert reviews.remind() == 0
    with clock.frozen(at("2027-01-10 23:00")):
        assert reviews.remind() == 0
    with clock.frozen(at("2027-01-11 01:00")):
        assert reviews.remind() == 1
        assert reviews.remind() == 0
    assert reminders(group.admin) == 2


def test_where_nothing_ran_for_a_while_the_later_reminder_goes_out_once() -> None:
    group = Group(since="2024-01-10")
    assert reviews.remind() == 1
    assert reviews.remind() == 0
    assert reminders(group.admin) == 1


def test_that_nobody_was_told_for_a_year_is_a_reminder_of_its_own() -> None:
    group = Group(since="2025-06-01")
    reviews.close(actor=group.admin, review=group.ready())
    assert reviews.remind() == 1
    assert reviews.remind() == 0
    key = OutboxMessage.objects.get(event="policy_review_due").key
    assert ":telling:2026-06-01:" in key


def test_an_institutions_own_administrators_are_reminded_before_the_platforms(
    northbridge: Institution,
) -> None:
    group = Group(northbridge, since="2024-01-10")
    reviews.remind()
    assert reminders(group.admin) == 1
    own = person("Own")
    RoleGrant.objects.create(user=own, role=Role.ADMINISTRATOR, institution=northbridge)
    reviews.remind()
    assert (reminders(group.admin), reminders(own)) == (1, 1)
