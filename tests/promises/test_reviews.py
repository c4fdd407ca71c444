"""The yearly review of a policy, and that everybody hears of the policy once a year."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integrity.accounts.models import User
from integrity.core import clock
from integrity.core.errors import InvalidInput
from notifications.models import OutboxMessage
from policies import reviewing
from policies.models import Document, Review
from policies.services import dissemination, mailings, reviews
from tests.cases.test_process import World
from tests.courses import builders as make
from tests.policies.office import administrator
from tests.promises.helpers import page
from tests.promises.register import CONDUCT, promise

pytestmark = [pytest.mark.usefixtures("shared"), pytest.mark.django_db]


class Year:
    """An administrator, a learner and a teacher, and the review of the code of conduct."""

    def __init__(self) -> None:
        self.code = Document.objects.get(slug="code-of-conduct")
        self.administrator = administrator()
        course = make.course()
        self.learner: User = make.enrol(course).learner
        self.teacher: User = make.teach(course)
        self.review: Review = reviews.open_review(actor=self.administrator, document=self.code)

    def met(self, **people: User) -> None:
        """A meeting that was held with these, and its record."""
        at = clock.now() - timedelta(days=1)
        reviews.set_meeting(
            actor=self.administrator, review=self.review, meeting_at=at, meeting_place="Online"
        )
        invited = [
            reviews.invite(
                actor=self.administrator, review=self.review, email=person.email, capacity=capacity
            )
            for capacity, person in people.items()
        ]
        reviews.record(
            actor=self.administrator,
            review=self.review,
            minutes="We read it clause by clause.",
            outcome="It stays as it is.",
            attended=[str(row.pk) for row in invited],
        )
        self.review.refresh_from_db()


@pytest.fixture
def year(shared: World, db: None) -> Year:
    return Year()


@promise(CONDUCT, "0", "The code is reviewed once a year", "PO7")
def test_a_review_is_due_a_year_after_the_last(year: Year) -> None:
    year.met(learner=year.learner, instructor=year.teacher, administrator=year.administrator)
    reviews.close(actor=year.administrator, review=year.review)
    due = reviewing.standing(year.code).due_on
    assert due is not None
    assert 360 <= (due - clock.now().date()).days <= 367


@promise(CONDUCT, "0", "Learners, instructors and administrators review it in a meeting", "PO7")
def test_a_review_closes_only_with_all_three_groups(year: Year) -> None:
    year.met(learner=year.learner, instructor=year.teacher)
    with pytest.raises(InvalidInput) as error:
        reviews.close(actor=year.administrator, review=year.review)
    assert "attended" in error.value.fields
    reviews.invite(
        actor=year.administrator,
        review=year.review,
        email=year.administrator.email,
        capacity="administrator",
    )
    rows = [str(pk) for pk in year.review.participants.values_list("pk", flat=True)]
    reviews.record(
        actor=year.administrator,
        review=year.review,
        minutes="We read it clause by clause.",
        outcome="It stays as it is.",
        attended=rows,
    )
    assert reviews.close(actor=year.administrator, review=year.review).closed_at is not None


@promise(CONDUCT, "0", "Everybody can say what should change, and hears what became of it", "PO7")
def test_what_members_write_has_to_be_answered(year: Year) -> None:
    sent = reviews.send_input(
        actor=year.learner, document=year.code, text="Name chats as well.", form_key="input"
    )
    year.met(learner=year.learner, instructor=year.teacher, administrator=year.administrator)
    with pytest.raises(InvalidInput) as error:
        reviews.close(actor=year.administrator, review=year.review)
    assert "inputs" in error.value.fields
    reviews.reply(
        actor=year.administrator,
        review=year.review,
        input_id=sent.public_id,
        text="Clause 1 now names them.",
    )
    assert reviews.close(actor=year.administrator, review=year.review).closed_at is not None


@promise(CONDUCT, "0", "Once a year every user gets the code by email", "PO7")
def test_every_user_gets_the_code_by_email(year: Year) -> None:
    dissemination.start_email(actor=year.administrator, document=year.code, form_key="yearly")
    mailings.run()
    sent = OutboxMessage.objects.filter(event="policy_yearly").count()
    assert sent == User.objects.filter(is_active=True, closed_into__isnull=True).count()


@promise(CONDUCT, "0", "It is brought before users by other media too, each with its date", "PO7")
def test_another_medium_is_recorded_with_its_day(year: Year) -> None:
    row = dissemination.record_medium(
        actor=year.administrator,
        document=year.code,
        medium="banner",
        day=clock.now().date(),
        note="On the start page, for a week.",
        form_key="banner",
    )
    assert (row.medium, row.day) == ("banner", clock.now().date())
    assert "start page" in page(year.administrator, "/policies/manage/code-of-conduct/tell/")
