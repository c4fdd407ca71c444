"""Group cases: one process and one outcome each, and nobody reads who the others are (QU2)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cases.covering import MARK
from cases.enums import CaseStatus
from cases.models import Case, Evidence
from cases.others import NOBODY, Names, names_of
from cases.services import (
    adviser,
    allegation,
    determination,
    evidence,
    export,
    interim,
    notes,
    notice,
    response,
    sanction,
)
from integrity.accounts.models import User
from integrity.audit.models import Event
from integrity.core.errors import IllegalTransition, InvalidInput
from notifications.content import unseal_letter, unseal_message
from notifications.models import Letter, OutboxMessage
from tests.cases import builders as build
from tests.cases.intake_builders import picture
from tests.cases.test_covered_nowhere import crawl
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

HALVES = ("balthazar", "ollivander")
INSIDE = ("/my/", "/evidence/", "/files/", "/letters/", "/advising/")


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"


class Group(World):
    """Two learners in one case; the second one's name is a canary."""

    def __init__(self) -> None:
        super().__init__()
        self.other = make.person("Balthazar Ollivander", email="b.ollivander@example.edu")
        build.respondent(self.case, self.other)

    @property
    def respondent(self) -> Any:
        return Case.objects.get(number=self.number).respondents.get(user=self.learner)

    @property
    def other_part(self) -> Any:
        return Case.objects.get(number=self.number).respondents.get(user=self.other)

    def add(self, **fields: Any) -> Evidence:
        return evidence.add(
            **{
                "actor": self.moderator,
                "number": self.number,
                "title": "Lab of Balthazar Ollivander",
                "description": "OLLIVANDER wrote it; Amara Okonjo copied it.",
                "form_key": uuid.uuid4().hex,
                **fields,
            }
        )

    def piled(self) -> Group:
        """With every kind of evidence that is words, each naming the other learner."""
        self.alleged()
        self.add(kind="quote", text="balthazar\nollivander and Amara Okonjo sat side by side.")
        self.add(kind="link", url="https://example.org/ollivander")
        upload = SimpleUploadedFile("chat.txt", b"10:01 B.Ollivander@example.edu: take mine\n")
        self.add(kind="file", upload=upload)
        return self

    def allege_other(self) -> None:
        violation = self.version.violation_types.get(code="plagiarism")  # type: ignore[union-attr]
        allegation.add(
            actor=self.moderator,
            number=self.number,
            respondent_id=self.other_part.public_id,
            violation_type_id=violation.pk,
            completion="completed",
            description="The lab was handed on.",
        )


@pytest.fixture
def group() -> Group:
    return Group()


@pytest.fixture
def shown(group: Group) -> Group:
    group.piled()
    notice.send(
        actor=group.moderator,
        number=group.number,
        respondent_id=group.rid,
        questions="How did the two labs come about?",
        revision=None,
    )
    return group


def clean(text: str | bytes) -> None:
    words = (text.decode(errors="replace") if isinstance(text, bytes) else text).casefold()
    assert not [
        words[max(0, words.find(h) - 80) : words.find(h) + 40] for h in HALVES if h in words
    ]


def test_nothing_a_learner_can_open_names_another_one(shown: Group, client: Client) -> None:
    client.force_login(shown.learner)
    found = dict(crawl(client, reverse("my:case", args=[shown.number]), INSIDE))
    for address, content in found.items():
        clean(address)
        clean(content)
    pages = [content.decode(errors="replace") for content in found.values()]
    # It was there: three pages of evidence with marks, the file, and the reader's own name stays.
    assert sum("Lab of <span" in page for page in pages) == 3
    assert any(page.startswith(f"10:01 {MARK}") for page in pages)
    assert any("Amara Okonjo sat" in page for page in pages)


def test_nor_does_the_adviser_of_one_read_the_name_of_another(shown: Group, client: Client) -> None:
    friend = make.person("Pauline Friend", email="friend@example.org")
    EmailAddress.objects.create(user=friend, email=friend.email, verified=True, primary=True)
    access = adviser.invite(
        actor=shown.learner, number=shown.number, email=friend.email, form_key=uuid.uuid4().hex
    )
    adviser.accept(actor=friend, access_id=access.public_id)
    client.force_login(friend)
    found = dict(crawl(client, reverse("advising:case", args=[access.public_id]), INSIDE))
    for content in found.values():
        clean(content)
    assert sum(MARK.encode() in content for content in found.values()) >= 4


def test_no_letter_to_one_names_another(shown: Group) -> None:
    letters = [unseal_letter(letter.content_sealed).html for letter in Letter.objects.all()]
    messages = [unseal_message(row.content_sealed) for row in OutboxMessage.objects.all()]
    for text in (*letters, *(f"{row.subject} {row.text}" for row in messages)):
        clean(text)
    assert any(MARK in text for text in letters)


def test_the_one_who_is_named_reads_their_own_name_and_not_the_first_ones(
    shown: Group, client: Client
) -> None:
    shown.allege_other()
    notice.send(
        actor=shown.moderator,
        number=shown.number,
        respondent_id=shown.other_part.public_id,
        questions="",
        revision=None,
    )
    client.force_login(shown.other)
    pages = [
        content.decode(errors="replace")
        for _address, content in crawl(client, reverse("my:case", args=[shown.number]), INSIDE)
    ]
    assert any("Lab of Balthazar Ollivander" in page for page in pages)
    assert not [page for page in pages if "okonjo" in page.casefold()]


def test_the_desk_reads_every_name(shown: Group, client: Client) -> None:
    client.force_login(shown.moderator)
    piece = Evidence.objects.filter(kind="quote").latest("pk")
    page = client.get(reverse("desk:evidence", args=[shown.number, piece.public_id]))
    assert "Ollivander" in page.content.decode()


def test_what_the_desk_writes_to_one_cannot_name_another(group: Group) -> None:
    group.piled()
    with pytest.raises(InvalidInput) as caught:
        notice.send(
            actor=group.moderator,
            number=group.number,
            respondent_id=group.rid,
            questions="Did Balthazar send it?",
            revision=None,
        )
    assert list(caught.value.fields) == ["questions"]
    assert "Balthazar" in str(caught.value.fields["questions"][0])
    violation = group.version.violation_types.get(code="unauthorised_collaboration")  # type: ignore[union-attr]
    with pytest.raises(InvalidInput) as caught:
        allegation.add(
            actor=group.moderator,
            number=group.number,
            respondent_id=group.rid,
            violation_type_id=violation.pk,
            completion="completed",
            description="You shared it with b.ollivander@example.edu.",
        )
    assert list(caught.value.fields) == ["description"]


def test_neither_can_a_decision_nor_its_reversal(group: Group) -> None:
    group.piled()
    notice.send(
        actor=group.moderator,
        number=group.number,
        respondent_id=group.rid,
        questions="",
        revision=None,
    )
    response.submit(
        actor=group.learner,
        respondent_id=group.rid,
        points=group.points(text="Balthazar gave it to me."),
        mitigation="",
        form_key=uuid.uuid4().hex,
    )
    answers = group.answers()
    with pytest.raises(InvalidInput) as caught:
        determination.record_findings(
            actor=group.moderator,
            number=group.number,
            respondent_id=group.rid,
            findings=group.findings(),
            reasons_finding="Ollivander's lab has the same lines.",
            answers=dict.fromkeys(answers, "We asked Balthazar."),
            supports=build.rests_on(group.respondent),
        )
    assert set(caught.value.fields) == {"reasons_finding", *(f"answer-{key}" for key in answers)}
    determination.record_findings(
        actor=group.moderator,
        number=group.number,
        respondent_id=group.rid,
        findings=group.findings(),
        reasons_finding="Another learner's lab has the same lines.",
        answers=answers,
        supports=build.rests_on(group.respondent),
    )
    with pytest.raises(InvalidInput) as caught:
        group.propose(["assignment_failed"], reasons_penalty="As for Balthazar Ollivander.")
    assert list(caught.value.fields) == ["reasons_penalty"]
    proposed = group.propose(["assignment_failed"])
    group.confirm(proposed.digest)
    row = proposed.sanctions.get()
    with pytest.raises(InvalidInput) as caught:
        sanction.reverse(
            actor=group.officer,
            number=group.number,
            sanction_id=row.public_id,
            reason="Ollivander admitted it alone.",
        )
    assert list(caught.value.fields) == ["reason"]
    # One outcome each: the other one's process stands where it stood.
    assert group.other_part.status == CaseStatus.INVESTIGATION
    letters = [unseal_letter(row.content_sealed).html for row in Letter.objects.all()]
    # What they said themselves is theirs to read again.
    assert not [text for text in letters if "ollivander" in text.casefold()]


def test_an_interim_measure_names_only_whom_it_protects(group: Group) -> None:
    from datetime import timedelta

    from integrity.core import clock

    group.opened()
    day = (clock.now() + timedelta(days=10)).date()
    with pytest.raises(InvalidInput) as caught:
        interim.take(
            actor=group.officer,
            number=group.number,
            respondent_id=group.rid,
            kind="request_to_stop",
            reason="Please do not hand labs to Balthazar.",
            until=day,
            form_key=uuid.uuid4().hex,
        )
    assert list(caught.value.fields) == ["reason"]
    interim.take(
        actor=group.officer,
        number=group.number,
        respondent_id=group.rid,
        kind="no_contact",
        reason="Please do not write to Balthazar for now.",
        until=day,
        protects_email=group.other.email,
        form_key=uuid.uuid4().hex,
    )


def test_an_allegation_from_before_somebody_joined_is_written_anew(group: Group) -> None:
    group.case.respondents.filter(user=group.other).delete()
    group.alleged()
    row = group.respondent.allegations.get()
    row.description = "You had it from Balthazar Ollivander."
    row.save()
    build.respondent(group.case, group.other, status=CaseStatus.INVESTIGATION)
    with pytest.raises(IllegalTransition, match="names another learner"):
        notice.preview(
            actor=group.moderator, number=group.number, respondent_id=group.rid, questions=""
        )


def exported(group: Group, respondent: Any) -> list[dict[str, Any]]:
    what = export.Filter(
        case_number=group.number, audience="respondent", respondent=str(respondent.public_id)
    )
    return [
        json.loads(line) for line in export.export_history(actor=None, format="jsonl", what=what)
    ]


def test_a_copy_for_one_learner_holds_nothing_of_the_process_of_another(shown: Group) -> None:
    shown.allege_other()
    notice.send(
        actor=shown.moderator,
        number=shown.number,
        respondent_id=shown.other_part.public_id,
        questions="",
        revision=None,
    )
    response.submit(
        actor=shown.other,
        respondent_id=shown.other_part.public_id,
        points={str(a.public_id): ("admit", "Yes.") for a in shown.other_part.allegations.all()},
        mitigation="",
        form_key=uuid.uuid4().hex,
    )
    mine, theirs = exported(shown, shown.respondent), exported(shown, shown.other_part)
    assert [row["action"] for row in mine].count("notice.sent") == 1
    assert "response.submitted" not in [row["action"] for row in mine]
    assert "response.submitted" in [row["action"] for row in theirs]
    whole = json.dumps(mine)
    assert str(shown.other_part.public_id) not in whole
    assert str(shown.other.public_id) not in whole


def test_a_copy_of_a_group_case_says_for_whom_it_is(shown: Group, tmp_path: Path) -> None:
    what = export.Filter(case_number=shown.number, audience="respondent")
    with pytest.raises(InvalidInput) as caught:
        export.export_history(actor=None, format="csv", what=what)
    assert list(caught.value.fields) == ["respondent"]
    to = str(tmp_path / "copy.csv")
    args = ["--format", "csv", "--case", shown.number, "--audience", "respondent", "--output", to]
    with pytest.raises(CommandError):
        call_command("export_history", *args)
    with pytest.raises(CommandError):
        call_command("export_history", *args, "--respondent", "nobody@example.edu")
    call_command("export_history", *args, "--respondent", shown.learner.email)
    assert "notice.sent" in (tmp_path / "copy.csv").read_text()


class _Person:
    def __init__(self, name: str, email: str = "") -> None:
        self.display_name, self.email = name, email


def hidden(*names: str, own: str = "") -> Names:
    people: Any = [_Person(name) for name in names]
    me: Any = [_Person(own)]
    return names_of(people, but=me)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("JOSÉ marchetti", f"{MARK}"),
        ("Jose\n Marchetti came", f"{MARK} came"),
        ("Marchetti's lab", f"{MARK}'s lab"),
        ("the marchettis", "the marchettis"),
        ("She said: Jose, José.", f"She said: {MARK}, {MARK}."),
        ("Ana Ruiz wrote it", "Ana Ruiz wrote it"),
        ("Will will not", f"{MARK} will not"),
    ],
)
def test_names_are_found_as_people_write_them(text: str, left: str) -> None:
    assert hidden("José Marchetti", "Will Ruiz", own="Ana Ruiz").hide(text) == left


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("محمد الفارسي", "قال محمد ذلك", f"قال {MARK} ذلك"),
        ("דוד כהן", "דוד שלח", f"{MARK} שלח"),
        ("王伟", "王伟抄袭了作业", f"{MARK}抄袭了作业"),
        ("山田 太郎", "山田さんと太郎", f"{MARK}さんと{MARK}"),
        ("Li Wu", "Mr Li and Wu asked Will", f"Mr {MARK} and {MARK} asked Will"),
        ("Ana de la Cruz", "La Cruz de La Paz", f"La {MARK} de La Paz"),
    ],
)
def test_names_are_found_in_every_script(name: str, text: str, left: str) -> None:
    assert hidden(name).hide(text) == left


def test_a_namesake_stays_readable_for_themselves() -> None:
    assert hidden("Ana Ruiz", own="Ana Ruiz").hide("Ana Ruiz") == "Ana Ruiz"
    assert not NOBODY
    assert NOBODY.hide("Ana Ruiz") == "Ana Ruiz"


def words() -> Iterator[str]:
    yield from ("Ollivander", "OLLIVANDER", "Balthazar Ollivander", "balthazar  ollivander")


@given(before=st.text(max_size=40), after=st.text(max_size=40), name=st.sampled_from(list(words())))
def test_whatever_stands_around_it_a_name_is_hidden(before: str, after: str, name: str) -> None:
    text = f"{before} {name} {after}"
    names = hidden("Balthazar Ollivander")
    rest = names.hide(text)
    assert "ollivander" not in rest.casefold() or "ollivander" in (before + after).casefold()
    assert names.hide(rest) == rest


def test_people_of_the_desk_are_no_others(group: Group) -> None:
    user: User = group.moderator
    group.piled()
    group.add(kind="quote", title="From us", description="", text=f"{user.display_name} asked.")
    notice.send(
        actor=user, number=group.number, respondent_id=group.rid, questions="", revision=None
    )
    piece = Evidence.objects.get(title="From us")
    from cases import rules

    assert piece.seen_by(rules.hidden_from(group.respondent)).shown_text.startswith(
        user.display_name
    )


def test_a_shared_note_cannot_name_another_learner(shown: Group) -> None:
    words = "Balthazar has answered already."
    with pytest.raises(InvalidInput) as caught:
        notes.add_note(
            actor=shown.moderator,
            number=shown.number,
            body=words,
            respondent_id=shown.rid,
            form_key=uuid.uuid4().hex,
        )
    assert list(caught.value.fields) == ["body"]
    notes.add_note(
        actor=shown.moderator, number=shown.number, body=words, form_key=uuid.uuid4().hex
    )


def test_pictures_of_a_group_case_are_looked_at_by_a_person(group: Group, client: Client) -> None:
    group.alleged()
    group.add(kind="file", upload=SimpleUploadedFile("chat.png", picture()))
    assert notice.to_look_at(group.respondent) == ["E2"]
    given = {
        "actor": group.moderator,
        "number": group.number,
        "respondent_id": group.rid,
        "questions": "",
        "revision": None,
    }
    with pytest.raises(InvalidInput) as caught:
        notice.send(**given)
    assert list(caught.value.fields) == ["looked"]
    client.force_login(group.moderator)
    address = reverse("desk:notice", args=[group.number, group.rid])
    revision = Case.objects.get(number=group.number).revision
    answer = client.post(address, {"step": "preview", "questions": "", "revision": revision})
    assert "Look at the pictures" in answer.content.decode()
    notice.send(**given, looked=True)
    event = Event.objects.get(action="notice.sent")
    assert event.data["looked_at"] == ["E2"]
