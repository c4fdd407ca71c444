"""What a finding rests on (PR4): only what the learner was shown, and never a detector alone."""

from __future__ import annotations

import html
import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cases import due_process
from cases.due_process import WORDS
from cases.enums import DeterminationStatus, ProofWeight, ScanState
from cases.models import (
    Case,
    Determination,
    Disclosure,
    EvidenceFile,
    Finding,
    FindingSupport,
    ProofMark,
    ProofPoint,
)
from cases.selectors.case_page import case_page
from cases.services import determination, redaction
from cases.services.fingerprints import fingerprint
from cases.services.resting import DETECTOR_ALONE, NONE, NOT_SHOWN
from cases.views.desk.checks import checks, facts_on
from integrity.audit.models import Event
from integrity.core.errors import IllegalTransition, InvalidInput, Stale
from notifications.content import unseal_letter
from notifications.models import Letter
from tests.cases import builders as build
from tests.cases.test_process import World

pytestmark = pytest.mark.django_db


class Group(World):
    """As `World`, where somebody else may be named in the case too."""

    @property
    def respondent(self) -> Any:
        return Case.objects.get(number=self.number).respondents.get(user=self.learner)


def find(world: World, *pieces: Any, outcome: str = "shown", **given: Any) -> Determination:
    """Record the findings so that each rests on these pieces."""
    chosen = {key: [str(piece.public_id) for piece in pieces] for key in world.findings()}
    return determination.record_findings(
        **{
            "actor": world.moderator,
            "number": world.number,
            "respondent_id": world.rid,
            "findings": world.findings(outcome),
            "reasons_finding": "The sentences are the article's.",
            "answers": world.answers(),
            "supports": chosen,
            **given,
        }
    )


def refused(world: World, *pieces: Any) -> list[Any]:
    """What is said at the field of what the only finding rests on."""
    with pytest.raises(InvalidInput) as error:
        find(world, *pieces)
    assert not Determination.objects.exists()
    key = world.respondent.allegations.get().public_id
    assert list(error.value.fields) == [f"supports-{key}"]
    return error.value.fields[f"supports-{key}"]


def detected(world: World, *, kind: str = "similarity", figures: Any = None) -> Any:
    """What a detector said, shown to the learner."""
    piece = build.evidence(world.case, title="Tool", kind=kind, url="", figures=figures)
    Disclosure.objects.create(evidence=piece, respondent=world.respondent)
    return piece


def test_what_is_shown_rests_on_evidence_the_learner_was_shown() -> None:
    world = World().answered()
    shown = world.case.evidence.get(title="Article")
    hidden = build.evidence(world.case, title="Kept back")
    elsewhere = build.evidence(build.case(), title="Of another case")
    assert refused(world) == [NONE]
    assert refused(world, hidden) == [NOT_SHOWN]
    assert refused(world, shown, hidden) == [NOT_SHOWN]
    assert refused(world, elsewhere) == [NOT_SHOWN]
    with pytest.raises(InvalidInput):
        find(world, supports={key: ["no number"] for key in world.findings()})
    made = find(world, shown)
    assert [row.evidence for row in FindingSupport.objects.all()] == [shown]
    event = Event.objects.filter(action="findings.recorded").latest("sequence")
    assert event.data["rests_on"] == {"plagiarism": [shown.label]}
    assert made.findings.get().rests_on == [shown]


def test_what_another_learner_was_shown_supports_nothing_against_this_one() -> None:
    world = Group()
    world.answered()
    other = build.respondent(world.case)
    piece = build.evidence(world.case, title="Shown to the other one")
    Disclosure.objects.create(evidence=piece, respondent=other)
    assert refused(world, piece) == [NOT_SHOWN]


def test_what_nobody_can_open_supports_nothing() -> None:
    world = World().answered()
    piece = world.case.evidence.get(title="Article")
    EvidenceFile.objects.create(
        evidence=piece,
        role="derivative",
        content_type="text/plain",
        size=1,
        sha256="0" * 64,
        path=uuid4().hex,
        scan=ScanState.INFECTED,
    )
    assert refused(world, piece) == [NOT_SHOWN]


def test_nothing_shown_needs_no_evidence() -> None:
    world = World().answered()
    find(world, outcome="not_shown")
    assert not FindingSupport.objects.exists()
    issued = world.propose([], facts={}, reasons_penalty="", departure_reason="")
    assert issued.status == DeterminationStatus.ISSUED


@pytest.mark.parametrize(
    "what", [{"kind": "similarity"}, {"kind": "file", "figures": {"tool": "T", "pairs": []}}]
)
def test_a_detector_alone_shows_nothing(what: dict[str, Any]) -> None:
    world = World().answered()
    tool = detected(world, **what)
    assert refused(world, tool) == [DETECTOR_ALONE]
    made = find(world, tool, world.case.evidence.get(title="Article"))
    assert made.findings.get().supports.count() == 2


def test_beside_an_admission_a_detector_is_enough() -> None:
    world = World().answered(stance="admit", text="")
    tool = detected(world)
    assert find(world, tool).findings.get().rests_on == [tool]


def test_what_was_taken_away_meanwhile_is_asked_again_before_anything_is_decided() -> None:
    world = World().answered()
    piece = world.case.evidence.get(title="Article")
    find(world, piece)
    assert facts(world).met(due_process.SUPPORT)
    Disclosure.objects.filter(evidence=piece).delete()
    build.evidence(world.case)
    Disclosure.objects.create(
        evidence=world.case.evidence.latest("pk"), respondent=world.respondent
    )
    assert not facts(world).met(due_process.SUPPORT)
    assert due_process.facts_of(world.respondent) == facts(world)
    with pytest.raises(IllegalTransition) as error:
        world.propose(["warning_written"])
    assert error.value.message == WORDS[due_process.SUPPORT]


def test_nobody_confirms_what_rests_on_nothing_any_more() -> None:
    world = World().found()
    proposed = world.propose(["assignment_failed"])
    FindingSupport.objects.all().delete()
    with pytest.raises(IllegalTransition) as error:
        world.confirm(proposed.digest)
    assert error.value.message == WORDS[due_process.SUPPORT]
    page = case_page(world.officer, world.number)
    found = {str(c.title): c.state for c in checks(page, page.progress[0])[1]}
    assert found["Evidence each finding rests on"] == "missing"


def facts(world: World) -> due_process.Facts:
    return facts_on(case_page(world.officer, world.number).progress[0])


def test_covering_a_piece_a_finding_rests_on_voids_the_confirmation() -> None:
    world = World().found()
    proposed = world.propose(["assignment_failed"])
    piece = world.case.evidence.get(title="Article")
    redaction.cover(
        actor=world.officer,
        number=world.number,
        evidence_id=piece.public_id,
        spans=[(0, 3)],
        reason="A name.",
        form_key=uuid4().hex,
    )
    with pytest.raises(Stale):
        world.confirm(proposed.digest)
    assert Determination.objects.get().status == DeterminationStatus.PROPOSED


def test_other_evidence_gives_another_fingerprint() -> None:
    world = World().found()
    made = Determination.objects.get()
    before = fingerprint(made)
    more = detected(world)
    FindingSupport.objects.create(finding=Finding.objects.get(), evidence=more)
    assert fingerprint(made) != before


def test_the_form_begins_with_what_the_grid_says_supports_it(client: Client) -> None:
    world = World().answered()
    row = world.respondent.allegations.get()
    point = ProofPoint.objects.create(
        allegation=row, position=1, text="The words are the article's.", added_by=world.moderator
    )
    article = world.case.evidence.get(title="Article")
    against, unseen = detected(world), build.evidence(world.case, title="Never shown")
    for piece, weight in (
        (article, ProofWeight.SUPPORTS),
        (against, ProofWeight.AGAINST),
        (unseen, ProofWeight.SUPPORTS),
    ):
        ProofMark.objects.create(
            point=point, evidence=piece, weight=weight, marked_by=world.moderator
        )
    client.force_login(world.moderator)
    text = client.get(reverse("desk:findings", args=[world.number, world.rid])).content.decode()
    boxes = re.findall(rf'<input[^>]*name="supports-{row.public_id}"[^>]*>', text)
    ticked = [box for box in boxes if "checked" in box]
    assert len(ticked) == 1
    assert str(article.public_id) in ticked[0]
    assert any(str(against.public_id) in box for box in boxes)
    assert not any(str(unseen.public_id) in box for box in boxes)
    assert "It is not enough alone" in text


def test_the_form_says_at_the_field_what_is_missing(client: Client) -> None:
    world = World().answered()
    row = world.respondent.allegations.get()
    tool = detected(world)
    client.force_login(world.moderator)
    address = reverse("desk:findings", args=[world.number, world.rid])
    data: dict[str, Any] = {
        "reasons_finding": "So it is.",
        "revision": str(Case.objects.get(number=world.number).revision),
        f"finding-{row.public_id}": "shown",
        f"completion-{row.public_id}": "completed",
        **{f"answer-{key}": text for key, text in world.answers().items()},
    }
    for chosen, words in (([], NONE), ([str(tool.public_id)], DETECTOR_ALONE)):
        answer = client.post(address, {**data, f"supports-{row.public_id}": chosen})
        assert answer.status_code == 400
        assert str(words) in html.unescape(answer.content.decode())
    kept = [str(tool.public_id), str(world.case.evidence.get(title="Article").public_id)]
    assert client.post(address, {**data, f"supports-{row.public_id}": kept}).status_code == 303
    # Opened again, the form has what was chosen.
    text = client.get(address).content.decode()
    boxes = re.findall(rf'<input[^>]*name="supports-{row.public_id}"[^>]*>', text)
    assert all(("checked" in box) == any(key in box for key in kept) for box in boxes)


def test_everybody_who_reads_the_decision_reads_what_it_rests_on(client: Client) -> None:
    world = World().answered()
    tool, article = detected(world), world.case.evidence.get(title="Article")
    find(world, tool, article)
    proposed = world.propose(["assignment_failed"], departure_reason="It fits better.")
    client.force_login(world.second)
    asked = client.get(reverse("desk:confirm", args=[world.number, world.rid])).content.decode()
    assert "Rests on" in asked
    assert reverse("desk:evidence", args=[world.number, article.public_id]) in asked
    world.confirm(proposed.digest)
    for name in ("case", "print"):
        text = client.get(reverse(f"desk:{name}", args=[world.number])).content.decode()
        assert "Rests on" in text
        assert f"{article.label}<span" in text
    content = unseal_letter(Letter.objects.get(event="determination_issued").content_sealed)
    letter = html.unescape(content.html)
    assert "This finding rests on:" in letter
    assert f"{article.label}: {article.title}" in letter
    assert f"{tool.label}: {tool.title}" in letter
    assert "More likely than not" in letter
    assert "It was shown that this happened." in letter
    assert "clause" in letter
    assert "Our answer: We looked at this." in letter
    client.force_login(world.learner)
    text = client.get(reverse("my:case", args=[world.number])).content.decode()
    assert "This finding rests on:" in text
    assert reverse("my:evidence", args=[world.number, article.public_id]) in text
