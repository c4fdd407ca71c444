"""What may follow does what the documents say, and the ladder and the refunds are as they say."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from cases import sanctions
from cases.models import Sanction
from cases.services import determination
from integrity.accounts.selectors import active_restriction
from integrity.core import clock
from integrity.core.errors import InvalidInput
from integrity.courses import rules
from integrity.courses.selectors import course_result, effective_score
from policies import schemes
from policies.models import Consequence, Scheme
from policies.selectors import governing_scheme
from tests.cases.sanction_builders import Talk
from tests.cases.test_process import World
from tests.cases.test_sanctions_record import EVERY
from tests.courses import builders as make
from tests.promises.helpers import letter, pledge
from tests.promises.register import CONDUCT, HONOR, LEARNER, PLEDGE, each, promise

pytestmark = [pytest.mark.usefixtures("shared"), pytest.mark.django_db]

LOOKS = {code: (params, look, before, after) for code, params, look, before, after in EVERY}


def does_what_it_says(code: str) -> None:
    """The consequence changes what it is about while it stands, and nothing afterwards."""
    params, look, before, after = LOOKS[code]
    talk = Talk()
    pledge(talk.course, talk.learner, talk.peer, talk.other)
    assert look(talk) == before
    row = talk.applied(code, params(talk))
    assert look(talk) == after
    sanctions.handler(code).reverse(row)
    assert look(talk) == before


@each(
    CONDUCT,
    "code",
    "SA5",
    {
        "no_action": ("5.1", "Nothing follows where nothing was broken"),
        "warning_verbal": ("5.1", "A spoken warning can follow"),
        "warning_written": ("5.1", "A warning by email can follow"),
        "no_contact": ("5.1", "Direct messages to somebody can be barred"),
        "barred_from_channels": ("5.1", "Named channels can be barred"),
        "roles_ended": ("5.1", "Roles such as mentor can be ended at once"),
        "content_removed": ("1.2", "A post can be taken away"),
        "expulsion": ("1.2", "A person can be kept off the platform"),
        "content_edited": ("4.14", "A post can be edited"),
    },
)
def test_a_consequence_of_the_code_of_conduct(code: str) -> None:
    does_what_it_says(code)


@each(
    PLEDGE,
    "code",
    "SA5",
    {
        "assignment_failed": ("3.1", "A piece of work can be marked with zero"),
        "certificate_withheld": ("3.1", "A certificate can be withheld"),
        "certificate_revoked": ("3.1", "A certificate can be revoked"),
        "removal_from_course": ("3.1", "A learner can be taken off a course"),
        "expulsion": ("3.1", "Use of the site can be ended"),
    },
)
def test_a_consequence_of_the_pledge(code: str) -> None:
    does_what_it_says(code)


@promise(HONOR, "2.2", "The work fails, and a score it had already becomes zero", "SA5")
def test_a_passing_score_becomes_zero(world: World) -> None:
    assert effective_score(world.submission) == 84
    world.found()
    world.confirm(world.propose(["assignment_failed"]).digest)
    assert effective_score(world.submission) == 0
    world.submission.refresh_from_db()
    assert world.submission.score == 84, "what the teacher gave stays known"


@promise(HONOR, "2.2", "Where the course no longer passes, the certificate is withheld", "SA5")
def test_the_certificate_follows_the_recomputed_result(world: World) -> None:
    assert course_result(world.enrolment).certificate == "issued"
    world.found()
    world.confirm(world.propose(["assignment_failed"]).digest)
    assert course_result(world.enrolment).certificate == "withheld"


@promise(HONOR, "2.2", "Where the course passes all the same, the certificate stays", "SA5")
def test_the_certificate_stays_where_the_course_still_passes(world: World) -> None:
    essay = world.submission.assignment
    essay.weight = Decimal(10)
    essay.save()
    other = make.assignment(essay.course, weight=Decimal(90))
    make.submission(other, world.learner, score=Decimal(100))
    world.found()
    made = world.propose(["assignment_failed"])
    assert not made.needs_second, "nothing is taken away but the score"
    assert effective_score(world.submission) == 0
    assert course_result(world.enrolment).certificate == "issued"


@promise(HONOR, "2.2", "Removal from the course can follow", "SA5")
def test_a_removed_learner_is_out_of_the_course() -> None:
    talk = Talk()
    talk.applied("removal_from_course")
    assert not rules.in_course(talk.learner, talk.course)


@promise(HONOR, "2.3", "The letter says that no money is paid back", "PO3")
@promise(LEARNER, "3.2", "No money is paid back after a corrective action", "PO3")
@promise(PLEDGE, "3.1", "No money is paid back after a corrective action", "PO3")
def test_the_letter_quotes_the_clause_on_refunds(world: World) -> None:
    assert world.version is not None
    assert world.version.no_refunds
    world.found()
    world.propose(["warning_written"])
    assert world.version.no_refunds in letter("determination_issued")


@promise(LEARNER, "3.1", "Kind, severity, stakes and earlier findings are weighed", "SA1")
def test_the_recommendation_weighs_all_four(world: World) -> None:
    world.found()
    advice = determination.advise(
        actor=world.officer,
        number=world.number,
        respondent_id=world.rid,
        facts={"severity": "serious"},
    )
    assert advice.recommendation is not None
    weighed = {step.factor for step in advice.recommendation.breakdown}
    assert weighed >= {"kind", "severity", "stakes", "history"}


def recommended(scheme: str, **facts: Any) -> str:
    """The outcome that a scheme of the demo recommends."""
    version = governing_scheme(Scheme.objects.get(slug=scheme))
    assert version is not None
    return str(schemes.recommend(version, facts).band)


@promise(LEARNER, "3.1", "More severe conduct is answered more severely", "SA1")
@promise(HONOR, "2.4", "A single slight mistake by a newcomer is met with a warning", "SA1")
def test_a_first_slight_mistake_is_met_with_a_warning() -> None:
    facts = {"kind": "plagiarism", "weight": 20, "earlier_findings": 0}
    slight = recommended("honor-code-ladder", severity="slight", **facts)
    assert slight == "warning"
    assert recommended("honor-code-ladder", severity="grave", **facts) != slight


CONDUCT_FACTS: dict[str, Any] = {"stakes": "normal"}


@promise(CONDUCT, "6.1", "First-time conduct mostly ends with removal and a warning", "SA1")
def test_the_first_step_is_a_warning() -> None:
    found = recommended(
        "conduct-ladder", kind="disruption", severity="slight", earlier_findings=0, **CONDUCT_FACTS
    )
    assert found == "warning"
    scheme = governing_scheme(Scheme.objects.get(slug="conduct-ladder"))
    assert scheme is not None
    first = scheme.data["outcomes"][0]
    offered = [scheme.data["actions"][name]["consequences"] for name in first["range"]]
    assert [{"code": "content_removed"}, {"code": "warning_written"}] in offered


@promise(CONDUCT, "6.1", "Repetition leads to a suspension", "SA1")
def test_the_second_step_is_a_suspension() -> None:
    found = recommended(
        "conduct-ladder",
        kind="disruption",
        severity="slight",
        earlier_findings=1,
        pattern="no",
        **CONDUCT_FACTS,
    )
    assert found == "suspension"


@promise(CONDUCT, "6.1", "Harassment and abuse lead to a suspension at once", "SA1")
def test_abuse_skips_the_first_step() -> None:
    found = recommended(
        "conduct-ladder", kind="harassment", severity="serious", earlier_findings=0, **CONDUCT_FACTS
    )
    assert found == "suspension"


@promise(CONDUCT, "6.1", "A pattern of harm leads to expulsion", "SA1")
def test_the_last_step_is_expulsion() -> None:
    found = recommended(
        "conduct-ladder",
        kind="harassment",
        severity="grave",
        earlier_findings=2,
        pattern="yes",
        **CONDUCT_FACTS,
    )
    assert found == "expulsion"


@promise(CONDUCT, "6.1", "A suspension is for a time: it ends by itself", "SA7")
def test_a_suspension_ends() -> None:
    talk = Talk()
    row = talk.applied("temporary_suspension", {"days": "7"})
    assert active_restriction(talk.learner) is not None
    with clock.frozen(row.starts_at + timedelta(days=7)):
        assert active_restriction(talk.learner) is None


@promise(PLEDGE, "3.1", "One decision can bring several consequences", "SA5")
def test_two_consequences_of_one_decision(world: World) -> None:
    world.found()
    made = world.propose(["assignment_failed", "temporary_suspension"], params={
        "temporary_suspension": {"days": 14}
    })  # fmt: skip
    world.confirm(made.digest)
    assert set(Sanction.objects.values_list("code", flat=True)) == {
        "assignment_failed",
        "temporary_suspension",
    }


@promise(CONDUCT, "5.1", "Which consequences there are is said beforehand, in the text", "PO3")
def test_a_consequence_the_text_does_not_name_cannot_be_given(world: World) -> None:
    world.found()
    assert not Consequence.objects.filter(version=world.version, code="no_contact").exists()
    with pytest.raises(InvalidInput):
        world.propose(["no_contact"])
