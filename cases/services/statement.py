"""Statements: the desk asks one person what they saw, and their words become evidence (QU2, CF2).

Whoever is asked learns the question and the course, and neither the case nor whom it is about. A
statement counts only until the notice goes out: what comes later could not be shown with it.
"""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases import letters, rules, workflow
from cases.enums import EvidenceKind
from cases.models import AdviserAccess, Case, StatementRequest
from cases.services.base import locked_case, record, save, shut_out
from cases.services.clean import Problems
from cases.services.evidence import attach
from integrity.accounts.models import User
from integrity.accounts.rules import same_person
from integrity.accounts.selectors import find_by_email
from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import Conflict, IllegalTransition, InvalidInput, NotFound

QUESTION_LENGTH = 2_000
TEXT_LENGTH = 10_000
TOO_LATE = _(
    "What you know cannot become part of this matter any more: whoever it concerns has been "
    "written to already. Thank you all the same."
)


def ask(*, actor: User, number: str, email: str, question: str, form_key: str) -> StatementRequest:
    """Put a question to the person with the account `email`; they get a letter.

    The desk is told when there is no such account: it names learners by their address as well
    (`triage.open_case`). It is never told whether somebody reported: a reporter can be asked like
    anybody else. The same form again is the same question.
    """
    with locked_case(number) as case:
        workflow.require("ask_statement", actor=actor, case=case)
        problems = Problems()
        question = problems.text("question", question, max_length=QUESTION_LENGTH)
        if not question:
            problems.add("question", _("Write the question."))
        problems.stop()
        person = _person(case, actor, email)
        known = StatementRequest.objects.filter(form_key=form_key).first()
        if known is not None:
            if (known.case_id, known.person_id, known.question) != (case.pk, person.pk, question):
                raise Conflict(_("This form was sent before with other content."))
            return known
        request = StatementRequest(
            case=case,
            person=person,
            question=question,
            asked_by=actor,
            asked_at=clock.now(),
            form_key=form_key,
        )
        save(request)
        record(
            "statement.requested",
            case,
            actor,
            subject=("statement", str(request.public_id)),
            personal={"person": str(person.public_id)},
        )
        shut_out(case, person)
        letters.statement_requested(case, request)
    return request


def _person(case: Case, actor: User, email: str) -> User:
    person = find_by_email(email)
    if person is None:
        raise InvalidInput({"email": [_("There is no account with this email address.")]})
    if person.pk == actor.pk:
        raise InvalidInput(
            {"email": [_("You cannot ask yourself. Declare a conflict if you saw something.")]}
        )
    if case.respondents.filter(same_person(person, "user")).exists():
        raise InvalidInput({"email": [_("The learner is asked with the notice.")]})
    if AdviserAccess.objects.filter(respondent__case=case, adviser=person).exists():
        raise InvalidInput({"email": [_("This person advises the learner.")]})
    return person


def open_for(case: Case) -> bool:
    """Whether a statement can still become evidence of the case."""
    step = workflow.TABLE["add_evidence"]
    return case.status in step.sources and not workflow.unmet("add_evidence", case)


def give(*, actor: User, request_id: UUID | str, text: str) -> StatementRequest:
    """Answer the question, once. The words become evidence of the case.

    The same words again are the same statement, other words a `Conflict`. `NotFound` for whoever
    was not asked, `IllegalTransition` when the question was taken back or the notice is out.
    """
    found = StatementRequest.objects.filter(public_id=request_id, person=actor)
    request = found.select_related("case").first()
    if request is None:
        raise NotFound
    problems = Problems()
    text = problems.text("text", text, max_length=TEXT_LENGTH)
    if not text:
        problems.add("text", _("Write what you know, or that you know nothing about it."))
    problems.stop()
    with locked_case(request.case.number) as case:
        request = found.select_related("person").get()
        if request.given_at is not None:
            if request.text == text:
                return request
            raise Conflict(_("You have answered this question already."))
        if request.withdrawn_at is not None:
            raise IllegalTransition(_("This question was taken back. You need not answer it."))
        if not open_for(case):
            raise IllegalTransition(TOO_LATE)
        request.text = text
        request.given_at = clock.now()
        request.evidence = attach(
            case=case,
            kind=EvidenceKind.STATEMENT,
            title=gettext("Statement"),
            # Without the question an answer can mean anything.
            description=request.question,
            text=text,
            added_by=actor,
        )
        save(request)
        audit.record(
            "statement.given",
            actor=audit.Actor.user(actor.public_id, role="witness"),
            subject=("statement", str(request.public_id)),
            case_number=case.number,
            institution=case.institution.slug,
        )
    return request


def withdraw(*, actor: User, number: str, request_id: UUID | str) -> StatementRequest:
    """Take a question back that was not answered. Whoever was asked sees that it is settled."""
    with locked_case(number) as case:
        if rules.access(actor, case) == rules.Access.NONE:
            raise NotFound
        request = case.statements.filter(public_id=request_id).first()
        if request is None:
            raise NotFound
        # By whoever works on the case, however far it has come.
        workflow.require("note", actor=actor, case=case)
        if request.withdrawn_at is not None:
            return request
        if request.given_at is not None:
            raise IllegalTransition(_("The question has been answered already."))
        request.withdrawn_at = clock.now()
        save(request)
        record(
            "statement.withdrawn",
            case,
            actor,
            subject=("statement", str(request.public_id)),
        )
    return request
