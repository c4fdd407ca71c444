"""Random steps, legal and illegal, by everybody and about two learners of one case (issue F).

Each step goes through the services. After each one, taken or refused, everything the process
promises has to hold: see the invariants.
"""

from __future__ import annotations

import html
import os
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from cases.enums import CaseKind, CaseStatus, DeterminationStatus, FindingOutcome
from cases.models import (
    Allegation,
    Appeal,
    Case,
    Determination,
    Disclosure,
    Finding,
    MoreTime,
    Notice,
    Respondent,
    Response,
    Sanction,
)
from cases.services import (
    advice,
    allegation,
    annulment,
    appeal,
    deadlines,
    determination,
    more_time,
    notice,
    response,
    summary,
    triage,
)
from cases.workflow import BEFORE_DECISION, ORDER, TABLE
from integrity.accounts.models import Restriction
from integrity.audit import checkpoints
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import DomainError
from integrity.courses.models import Effect
from notifications.content import unseal_letter
from notifications.models import Letter, OutboxMessage
from tests.cases import builders as build
from tests.cases.test_grouped import Group
from tests.courses import builders as make

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
S = CaseStatus
# Everything a step can write.
WRITTEN = (
    *(Allegation, Appeal, Case, Determination, Disclosure, Effect, Event, Finding, Letter),
    *(MoreTime, Notice, OutboxMessage, Respondent, Response, Restriction, Sanction),
)
DECISIONS = ("determination_issued", "no_violation_found", "summary_decision")
# What each service does, as steps of the table.
SERVICES = {
    "open": {"open"},
    "dismiss": {"dismiss"},
    "reopen": {"reopen"},
    "allege": {"allege"},
    "notify": {"notify"},
    "ask_more_time": {"ask_more_time"},
    "more_time": {"more_time"},
    "respond": {"respond", "answer_summary"},
    "lapse": {"lapse"},
    "find": {"find"},
    "propose": {"propose", "decide"},
    "confirm": {"confirm"},
    "send_back": {"send_back"},
    "summary": {"summary"},
    "give_advice": {"give_advice", "dismiss"},
    "appeal": {"appeal"},
    "hear": {"uphold", "remit"},
    "take_up": {"take_up"},
    "annul": {"annul"},
    "deadlines": {"close", "wait_again"},
}
# Who comes next, and with what, where a matter goes its usual way.
USUAL = {
    S.TRIAGE: ("open", "moderator"),
    S.INVESTIGATION: ("notify", "moderator"),
    S.NOTIFIED: ("respond", "self"),
    S.REVIEW: ("propose", "officer"),
    S.APPROVAL: ("confirm", "second"),
    S.DECIDED: ("appeal", "self"),
    S.APPEAL: ("hear", "third"),
    S.CLOSED: ("take_up", "officer"),
    S.DISMISSED: ("reopen", "officer"),
}
PEOPLE = (
    *("moderator", "colleague", "officer", "second", "third", "conflicted", "auditor"),
    *("self", "other", "stranger"),
)
CODES = ([], ["warning_written"], ["assignment_failed"], ["no_action"])
OUTCOMES = ("upheld", "reduced", "overturned", "sent_back")


class Scene(Group):
    """Two learners in one case, both accused, and everybody who could have a hand in it."""

    def __init__(self) -> None:
        super().__init__()
        self.third = build.officer("Kwame Boateng")
        self.colleague = build.moderator("Tomasz Lem")
        self.conflicted = build.officer("Conny Flick")
        build.conflict(self.case, self.conflicted)
        self.auditor = build.auditor()
        self.stranger = make.person("Lea Learner")
        self.alleged()
        self.allege_other()

    def allege_other(self) -> None:
        # The work is the first learner's: what it is about is said of the second one in words.
        super().allege_other()


def snapshot() -> dict[str, list[Any]]:
    return {model.__name__: list(model.objects.order_by("pk").values_list()) for model in WRITTEN}


class Process(RuleBasedStateMachine):
    """One case from the investigation on."""

    world: Scene

    def __init__(self) -> None:
        super().__init__()
        self.undo = ExitStack()
        self.undo.enter_context(clock.frozen(clock.now()))
        atomic = transaction.atomic()
        self.undo.callback(atomic.__exit__, None, None, None)
        atomic.__enter__()
        self.undo.callback(transaction.set_rollback, True)
        self.before: dict[int, str] = {}
        self.taken: set[str] = set()

    def teardown(self) -> None:
        self.undo.close()

    @initialize(conduct=st.booleans())
    def begin(self, conduct: bool) -> None:
        # Only matters of conduct are settled in one letter.
        if conduct:
            Case.objects.filter(pk=self.world.case.pk).update(kind=CaseKind.CONDUCT)
        self.before = self.stages()

    # Steps

    @rule(
        name=st.sampled_from(sorted(SERVICES)),
        by=st.sampled_from(PEOPLE),
        second=st.booleans(),
        choice=st.integers(0, 3),
    )
    def anything(self, name: str, by: str, second: bool, choice: int) -> None:
        self.take(name, by, self.people()[second], choice)

    @rule(second=st.booleans(), choice=st.integers(0, 3))
    def what_comes_next(self, second: bool, choice: int) -> None:
        about = self.people()[second]
        name, by = USUAL[S(about.status)]
        drafts = about.determinations.filter(status=DeterminationStatus.DRAFT)
        if name == "propose" and not drafts.exists():
            name, by = "find", "moderator"
        self.take(name, by, about, choice)

    @rule(days=st.sampled_from([0, 1, 12, 40]))
    def time_passes(self, days: int) -> None:
        """Letters arrive and are read, days go by, and the job runs."""
        at = clock.now()
        Letter.objects.filter(first_read_at__isnull=True).update(first_read_at=at)
        OutboxMessage.objects.filter(sent_at__isnull=True).update(state="sent", sent_at=at)
        self.undo.enter_context(clock.frozen(at + timedelta(days=days, seconds=1)))
        self.before = self.stages()
        deadlines.run()
        self.taken = SERVICES["deadlines"]

    def take(self, name: str, by: str, about: Respondent, choice: int) -> None:
        actor = self.actor(by, about)
        before = snapshot()
        self.before, self.taken = self.stages(), SERVICES[name]
        if name == "deadlines":
            deadlines.run()
            return
        try:
            getattr(self, f"_{name}")(actor, about, choice)
        except DomainError:
            after = snapshot()
            changed = [model for model in before if before[model] != after[model]]
            assert changed == [], f"{name} was refused and changed {changed}"
            self.taken = set()

    def actor(self, by: str, about: Respondent) -> Any:
        if by == "self":
            return about.user
        if by == "other":
            return next(row.user for row in self.people() if row.pk != about.pk)
        return getattr(self.world, by)

    def people(self) -> list[Respondent]:
        rows = Respondent.objects.filter(case=self.world.case).select_related("user")
        return list(rows.order_by("pk"))

    def stages(self) -> dict[int, str]:
        return {row.pk: row.status for row in self.people()}

    def on_case(self, actor: Any, about: Respondent) -> dict[str, Any]:
        return {
            "actor": actor,
            "number": self.world.number,
            "respondent_id": about.public_id,
        }

    def _open(self, actor: Any, about: Respondent, choice: int) -> None:
        triage.open_case(actor=actor, number=self.world.number)

    def _dismiss(self, actor: Any, about: Respondent, choice: int) -> None:
        triage.dismiss(actor=actor, number=self.world.number, reason="not_enough")

    def _reopen(self, actor: Any, about: Respondent, choice: int) -> None:
        triage.reopen(actor=actor, number=self.world.number, reason="There is more.")

    def _allege(self, actor: Any, about: Respondent, choice: int) -> None:
        kinds = list(self.world.version.violation_types.order_by("pk"))  # type: ignore[union-attr]
        allegation.add(
            **self.on_case(actor, about),
            violation_type_id=kinds[choice].pk,
            completion="attempted",
            description="Something else.",
        )

    def _notify(self, actor: Any, about: Respondent, choice: int) -> None:
        notice.send(**self.on_case(actor, about), questions="How?", revision=None)

    def _ask_more_time(self, actor: Any, about: Respondent, choice: int) -> None:
        more_time.ask(
            actor=actor, respondent_id=about.public_id, reason="I am ill.", form_key=uuid4().hex
        )

    def _more_time(self, actor: Any, about: Respondent, choice: int) -> None:
        if choice:
            more_time.give(**self.on_case(actor, about))
        else:
            more_time.refuse(**self.on_case(actor, about), words="There was time enough.")

    def _respond(self, actor: Any, about: Respondent, choice: int) -> None:
        stance = ("contest", "explain", "admit")[choice % 3]
        response.submit(
            actor=actor,
            respondent_id=about.public_id,
            points={
                str(row.public_id): (stance, "From my notes.")
                for row in about.allegations.filter(withdrawn_at__isnull=True)
            },
            form_key=uuid4().hex,
        )

    def _lapse(self, actor: Any, about: Respondent, choice: int) -> None:
        response.lapse(**self.on_case(actor, about), reason="No answer came.")

    def _find(self, actor: Any, about: Respondent, choice: int) -> None:
        rows = list(about.allegations.filter(withdrawn_at__isnull=True).order_by("pk"))
        outcomes = ["shown" if number or choice else "not_shown" for number in range(len(rows))]
        determination.record_findings(
            **self.on_case(actor, about),
            findings={
                str(row.public_id): (outcome, "completed")
                for row, outcome in zip(rows, outcomes, strict=True)
            },
            reasons_finding="The sentences are the article's.",
            answers={
                str(point.public_id): "We looked at this."
                for point in determination.points_to_answer(about)
            },
            supports=build.rests_on(about),
        )

    def _propose(self, actor: Any, about: Respondent, choice: int) -> None:
        determination.propose(
            **self.on_case(actor, about),
            facts={"severity": "serious"},
            consequences=CODES[choice],
            reasons_penalty="A large part.",
            departure_reason="It fits better.",
        )

    def _confirm(self, actor: Any, about: Respondent, choice: int) -> None:
        row = about.determinations.filter(status=DeterminationStatus.PROPOSED).first()
        digest = row.digest if row is not None and choice else "0" * 64
        determination.confirm(**self.on_case(actor, about), digest=digest)

    def _send_back(self, actor: Any, about: Respondent, choice: int) -> None:
        determination.send_back(**self.on_case(actor, about), reason="Look again.")

    def _summary(self, actor: Any, about: Respondent, choice: int) -> None:
        pieces = [str(row.public_id) for row in self.world.case.evidence.all()]
        summary.settle(
            **self.on_case(actor, about),
            supports={str(row.public_id): pieces for row in about.allegations.all()},
            consequences=["warning_written"],
            reasons_finding="It is there to read.",
            reasons_penalty="It was the first time.",
        )

    def _give_advice(self, actor: Any, about: Respondent, choice: int) -> None:
        advice.give(
            actor=actor, number=self.world.number, advice={about.public_id: "Name your sources."}
        )

    def _appeal(self, actor: Any, about: Respondent, choice: int) -> None:
        appeal.lodge(
            actor=actor,
            respondent_id=about.public_id,
            grounds=["new_evidence"],
            text="My notes.",
            form_key=uuid4().hex,
        )

    def _hear(self, actor: Any, about: Respondent, choice: int) -> None:
        row = about.appeals.order_by("-pk").first()
        appeal.decide(
            actor=actor,
            number=self.world.number,
            appeal_id=row.public_id if row is not None else uuid4(),
            outcome=OUTCOMES[choice],
            reasons="The notes show the source.",
        )

    def _take_up(self, actor: Any, about: Respondent, choice: int) -> None:
        appeal.take_up(**self.on_case(actor, about), reason="New facts.")

    def _annul(self, actor: Any, about: Respondent, choice: int) -> None:
        row = about.determinations.order_by("-pk").first()
        annulment.annul(
            actor=actor,
            number=self.world.number,
            determination_id=row.public_id if row is not None else uuid4(),
            reason="The work was somebody else's.",
        )

    # What has to hold

    @invariant()
    def stages_change_as_the_table_allows(self) -> None:
        now = self.stages()
        for pk, was in self.before.items():
            if now[pk] != was:
                steps = [TABLE[name] for name in self.taken]
                undone = "reopen" in self.taken and was == S.DISMISSED
                assert (undone and now[pk] in BEFORE_DECISION) or any(
                    was in step.sources and now[pk] == step.target for step in steps
                ), f"{was} -> {now[pk]} by {sorted(self.taken)}"
        self.before = now

    @invariant()
    def the_case_stands_where_its_slowest_respondent_stands(self) -> None:
        live = [status for status in self.stages().values() if status != S.DISMISSED]
        slowest = min(live, key=lambda status: ORDER.index(S(status))) if live else S.DISMISSED
        assert Case.objects.get(pk=self.world.case.pk).status == slowest

    @invariant()
    def nothing_is_decided_on_what_was_not_shown(self) -> None:
        for row in self.decided():
            pieces = set(row.respondent.disclosures.values_list("evidence", flat=True))
            assert pieces
            for finding in row.findings.filter(outcome=FindingOutcome.SHOWN):
                rests_on = {piece.pk for piece in finding.rests_on}
                assert rests_on
                assert rests_on <= pieces
            if not row.summary:
                told = self.happened("notice.sent", row.respondent)
                issued = Event.objects.get(
                    action="determination.issued", subject_id=str(row.public_id)
                )
                assert told
                assert min(told) < issued.sequence
                heard = self.happened("response.submitted", row.respondent)
                lapsed = self.happened("response.lapsed", row.respondent)
                assert any(sequence < issued.sequence for sequence in [*heard, *lapsed])

    @invariant()
    def nobody_decides_twice(self) -> None:
        for row in self.decided():
            if row.needs_second:
                assert row.decided_by_id not in (row.found_by_id, row.proposed_by_id)
        for heard in Appeal.objects.filter(decided_at__isnull=False).select_related(
            "determination"
        ):
            first = heard.determination
            assert heard.decided_by_id not in (
                *(first.found_by_id, first.proposed_by_id, first.decided_by_id),
            )

    @invariant()
    def one_decision_stands(self) -> None:
        for row in self.people():
            standing = row.determinations.filter(status=DeterminationStatus.ISSUED)
            assert standing.count() <= 1

    @invariant()
    def each_decision_has_its_letter(self) -> None:
        rows = self.decided()
        assert len({row.letter_id for row in rows}) == len(rows)
        letters = Letter.objects.filter(event__in=DECISIONS)
        assert {row.letter_id for row in rows} == set(letters.values_list("pk", flat=True))
        for row in rows:
            assert row.letter is not None
            text = html.unescape(unseal_letter(row.letter.content_sealed).html)
            for sanction in row.sanctions.select_related("consequence"):
                assert sanction.consequence.title in text

    @invariant()
    def the_history_holds_together(self) -> None:
        report = checkpoints.verify_database()
        assert report.ok, report

    def decided(self) -> list[Determination]:
        rows = Determination.objects.filter(
            respondent__case=self.world.case, decided_at__isnull=False
        )
        return list(rows.select_related("letter", "respondent"))

    def happened(self, action: str, about: Respondent) -> list[int]:
        events = Event.objects.filter(action=action)
        mine = str(about.public_id)
        return [event.sequence for event in events if event.data["respondent"] == mine]


@pytest.mark.fuzz
@pytest.mark.django_db
def test_whatever_anybody_tries_the_process_keeps_its_promises() -> None:
    Process.world = Scene()
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Process,
        settings=settings(
            max_examples=150 if LONG else 5,
            stateful_step_count=40 if LONG else 20,
            # Making a failure short takes longer than a whole run; `make fuzz` does it.
            phases=tuple(Phase) if LONG else (Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_every_service_is_tried_and_every_stage_has_a_usual_step() -> None:
    assert set(USUAL) == set(CaseStatus)
    tried: list[Callable[..., None]] = [
        getattr(Process, f"_{name}") for name in SERVICES if name != "deadlines"
    ]
    assert len(tried) == len(SERVICES) - 1
    known = {action for actions in SERVICES.values() for action in actions}
    moving = {
        step.action
        for step in TABLE.values()
        if step.target not in (None, *([S.TRIAGE] if step.action != "reopen" else []))
    }
    assert moving <= known
