"""The yearly work on the policies: a review that is closed, one that is open, and who was told."""

from __future__ import annotations

from datetime import timedelta

from cases.demo.tale import Cast
from integrity.core import clock
from policies.models import Document, Review
from policies.services import dissemination, mailings, reviews

# Days before now. The first review was late; the next one is due in five weeks.
CLOSED, TOLD, OPENED = 330, 318, 12


def tell(cast: Cast) -> None:
    """The honor code is reviewed and told by two media; the code of conduct is being reviewed."""
    line = cast.timeline
    line.add(CLOSED + 24, lambda: _begin(cast, "honor-code", CLOSED + 1))
    line.add(CLOSED + 20, lambda: _write(cast, "honor-code", "learner", HONOR, "3.1"))
    line.add(CLOSED, lambda: _end(cast))
    line.add(TOLD, lambda: _tell_everybody(cast))
    line.add(TOLD - 3, lambda: _poster(cast))
    line.add(OPENED, lambda: _begin(cast, "code-of-conduct", -9))
    line.add(OPENED - 4, lambda: _write(cast, "code-of-conduct", "reporter", CONDUCT, ""))


HONOR = (
    "I was not sure whether a tool that corrects my grammar has to be named. An example would help."
)
CONDUCT = "Please say how quickly somebody looks at a threat. A day is long when it is about you."


def _document(slug: str) -> Document:
    return Document.objects.select_related("institution", "course").get(slug=slug)


def _begin(cast: Cast, slug: str, meeting: float) -> None:
    """Open a review and invite one of each group to a meeting `meeting` days before now."""
    admin = cast.people["admin"]
    review = reviews.open_review(actor=admin, document=_document(slug))
    when = cast.timeline.ago(meeting).replace(hour=14, minute=0, second=0, microsecond=0)
    reviews.set_meeting(
        actor=admin, review=review, meeting_at=when, meeting_place="Video room of the office"
    )
    for name, capacity in (
        ("learner", "learner"),
        ("teacher", "instructor"),
        ("admin", "administrator"),
    ):
        reviews.invite(actor=admin, review=review, email=cast.people[name].email, capacity=capacity)


def _write(cast: Cast, slug: str, name: str, text: str, clause: str) -> None:
    reviews.send_input(
        actor=cast.people[name],
        document=_document(slug),
        text=text,
        clause=clause,
        form_key=f"demo-{slug}-{name}",
    )


def _end(cast: Cast) -> None:
    admin = cast.people["admin"]
    review = Review.objects.get(document__slug="honor-code", closed_at__isnull=True)
    for item in review.inputs.all():
        reviews.reply(
            actor=admin,
            review=review,
            input_id=item.public_id,
            text="Thank you. The next version names a tool that corrects grammar as an example.",
        )
    reviews.record(
        actor=admin,
        review=review,
        minutes=(
            "We read the code from the beginning. Most of the time went into tools that write.\n\n"
            "The teacher told of three cases in which nobody knew what counted as help."
        ),
        outcome=(
            "The text stays as it is this year. The next version gives examples of tools, among"
            " them one that only corrects grammar."
        ),
        attended=[str(item.pk) for item in review.participants.all()],
    )
    reviews.close(actor=admin, review=review)


def _tell_everybody(cast: Cast) -> None:
    row = dissemination.start_email(
        actor=cast.people["admin"], document=_document("honor-code"), form_key="demo-email"
    )
    if row.mailing is not None:
        while mailings.advance(row.mailing.pk):
            pass


def _poster(cast: Cast) -> None:
    dissemination.record_medium(
        actor=cast.people["admin"],
        document=_document("honor-code"),
        medium="course",
        day=(clock.now() - timedelta(days=1)).date(),
        note="At the top of every course for two weeks; about 900 learners opened it",
        form_key="demo-course",
    )
