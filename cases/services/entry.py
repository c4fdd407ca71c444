"""The office writes a report down for somebody who called, wrote or came (IN10; decision 0024).

Whether there is an account with the informant's address is told to nobody: the report, its pages at
the desk and its history are the same either way. With one, the person gets the acknowledgement and
finds the report below "My reports".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from cases import receipts
from cases.enums import BY_THEMSELVES, ReceivedBy, ReportKind, ReportMode
from cases.evidence import Incoming
from cases.informants import CONTACT_LENGTH, NAME_LENGTH, Informant
from cases.models import Report
from cases.selectors.entry import Desk, last_id
from cases.selectors.report import offered_types
from cases.services import intake
from cases.services.arrival import Entry
from cases.services.clean import Problems
from cases.services.filing import governed
from integrity.accounts.models import User
from integrity.accounts.rules import STAFF_OF_CASES, has_role
from integrity.core import crypto
from integrity.core.errors import InvalidInput, NotPermitted
from integrity.courses.models import Course, Institution, Post, Submission
from policies.models import ViolationType

_FORM = "entry-form"
# Codes are made from the key of a form and this; see `receipts.codes_for`.
_SPACE = UUID("5a0d6f0c-6f0e-4b52-9d5c-7f3a5e6f1c24")
# How a report reaches the office when somebody of it writes it down.
BY_HAND = tuple(way for way in ReceivedBy if way not in (*BY_THEMSELVES, ReceivedBy.IMPORT))


@dataclass(frozen=True)
class Person:
    """Who told the office, as the clerk typed it. `repr` shows nothing."""

    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    contact: str = field(default="", repr=False)

    @property
    def given(self) -> bool:
        """Whether anything of them is known."""
        return bool(self.name or self.email or self.contact)


@dataclass(frozen=True)
class Matter:
    """What a report is about, found in the records."""

    institution: Institution
    course: Course | None = None
    submission: Submission | None = None
    post: Post | None = None
    violation_type: ViolationType | None = None


@dataclass(frozen=True)
class Entered:
    """The report, and the receipt code to hand over where nobody gave a name ("" else)."""

    report: Report
    code: str = field(default="", repr=False)


def enter(
    *,
    actor: User,
    institution: Institution,
    received_by: str,
    mode: str,
    person: Person,
    kind: str,
    course: str = "",
    about: str = "",
    violation_type: str = "",
    account: str = "",
    quoted_text: str = "",
    visible_name: str = "",
    links: Sequence[str] = (),
    incident_at: datetime | None = None,
    incident_day_only: bool = False,
    uploads: Sequence[Incoming | UploadedFile] = (),
    good_faith: bool,
    form_key: str,
) -> Entered:
    """Write a report down for `person`; filed, sealed and recorded as any other.

    `course` is a short name, `about` the id or address of the work or post. `good_faith`: the
    person was told how their words are used, and says that they are true as far as they know. The
    same `form_key` again gives the same report and the same code; with other content it is a
    `Conflict`. Nobody is counted: staff write down what others say.

    Raises `NotPermitted` outside the actor's institutions, `InvalidInput` at the fields (those of
    the person are `name`, `email`, `contact`), `StorageFull`.
    """
    if not has_role(actor, *STAFF_OF_CASES, institution_id=institution.pk, anywhere=False):
        raise NotPermitted
    problems = Problems()
    informant = told_by(person, mode, problems)
    if received_by not in BY_HAND:
        problems.add("received_by", _("Choose how it reached us."))
    desk = Desk(institution)
    matter = found(
        desk,
        problems,
        kind=kind,
        course=course,
        about=about,
        violation_type=violation_type,
        incident_at=incident_at,
        day_only=incident_day_only,
    )
    account_of = None
    if informant is not None and person.email and not problems.fields:
        account_of = account_with(person.email)
        if account_of is not None and account_of.pk == actor.pk:
            problems.add("email", _("Use the public form for a report of your own."))
    # What the report itself lacks is said together with the rest.
    try:
        problems.stop()
    except InvalidInput as error:
        raise _with_the_rest(error, kind, account, good_faith) from error
    code = "" if informant is not None else receipts.codes_for(form_key, _SPACE)[0]
    report = intake.submit_report(
        actor=account_of,
        kind=kind,
        mode=mode,
        # The key itself is not kept: the code is made from it.
        form_key=crypto.reference(f"{actor.public_id}:{form_key}", purpose=_FORM),
        institution=matter.institution,
        course=matter.course,
        submission=matter.submission,
        post=matter.post,
        violation_type=matter.violation_type,
        account=account,
        quoted_text=quoted_text,
        visible_name=visible_name,
        links=links,
        incident_at=incident_at,
        incident_day_only=incident_day_only,
        good_faith=good_faith,
        uploads=uploads,
        language=account_of.language if account_of is not None else actor.language,
        receipt=code,
        entry=Entry(by=actor, received_by=ReceivedBy(received_by), informant=informant),
    )
    return Entered(report, code)


def _with_the_rest(error: InvalidInput, kind: str, account: str, good_faith: bool) -> InvalidInput:
    fields = dict(error.fields)
    if kind != ReportKind.FLAG and not account.strip():
        fields["account"] = [_("Tell us what happened.")]
    if not good_faith:
        fields["good_faith"] = [_("Tick this when the person was told.")]
    return InvalidInput(fields)


def told_by(person: Person, mode: str, problems: Problems) -> Informant | None:
    """The informant to keep, or None for a report without a name. What is wrong is noted."""
    if mode not in ReportMode.values:
        problems.add("mode", _("Choose who told us."))
        return None
    if mode == ReportMode.ANONYMOUS:
        if person.given:
            problems.add("mode", _("Leave name and address empty, or say that they were given."))
        return None
    name = problems.text("name", person.name, max_length=NAME_LENGTH, single_line=True)
    contact = problems.text("contact", person.contact, max_length=CONTACT_LENGTH, single_line=True)
    email = problems.text("email", person.email, max_length=254, single_line=True)
    if email:
        try:
            validate_email(email)
        except ValidationError:
            problems.add("email", _("Enter an email address like name@example.edu"))
    if not name and "name" not in problems.fields:
        problems.add("name", _("Enter the name they gave."))
    if not (email or contact) and not {"email", "contact"} & problems.fields.keys():
        problems.add("email", _("Enter an email address, or another way to reach them."))
    return Informant(name, " · ".join(part for part in (email, contact) if part))


def account_with(email: str) -> User | None:
    """The account whose person has shown that they read mail at this address.

    That of a closed account leads to the one its person kept. An address that was only typed in
    leads nowhere, else anybody could sign up under it and read the report.
    """
    row = (
        EmailAddress.objects.filter(email__iexact=email.strip(), verified=True)
        .select_related("user__closed_into")
        .first()
    )
    if row is None:
        return None
    user: User = row.user.closed_into or row.user
    return user if user.is_active else None


def found(
    desk: Desk,
    problems: Problems,
    *,
    kind: str,
    course: str,
    about: str,
    violation_type: str,
    incident_at: datetime | None,
    day_only: bool,
    named: Callable[..., ViolationType | None] | None = None,
) -> Matter:
    """What the typed names lead to within the desk's reach. What leads nowhere is noted.

    `named` finds types as `type_named` does; a list asks one that remembers.
    """
    if kind not in ReportKind.values:
        problems.add("kind", _("Choose what is reported."))
    submission: Submission | None = None
    post: Post | None = None
    taught: Course | None = None
    if about.strip():
        wanted = last_id(about)
        if kind == ReportKind.INCIDENT:
            post = desk.post(wanted) if wanted else None
            missing = post is None
        else:
            submission = desk.submission(wanted) if wanted else None
            missing = submission is None
        if missing:
            problems.add("about", _("There is no such work or post in your reach."))
    if course.strip():
        taught = desk.course(course)
        if taught is None:
            problems.add("course", _("There is no such course in your reach."))
    of = submission.assignment.course if submission else post.course if post else taught
    if taught is not None and of is not None and of != taught:
        problems.add("course", _("The work or post belongs to another course."))
    institution = desk.office(of)
    violation = None
    if violation_type and kind in ReportKind.values:
        violation = (named or type_named)(
            kind,
            violation_type,
            institution=institution,
            course=of,
            target=submission or post,
            incident_at=incident_at,
            day_only=day_only,
        )
        if violation is None:
            problems.add("violation_type", _("The texts in force have no such violation."))
    return Matter(institution, of, submission, post, violation)


def type_named(
    kind: str,
    code: str,
    *,
    institution: Institution,
    course: Course | None = None,
    target: Submission | Post | None = None,
    incident_at: datetime | None = None,
    day_only: bool = False,
) -> ViolationType | None:
    """The type with this code in the texts that govern the incident, or in those in force now:
    somebody may name what the older text did not know. None where neither has it."""
    if incident_at is None and target is not None:
        incident_at = target.submitted_at if isinstance(target, Submission) else target.created_at
        day_only = False
    found, _texts = governed(
        kind,
        institution=institution,
        course=course,
        code=code,
        incident_at=incident_at,
        day_only=day_only,
    )
    if found is not None:
        return found
    offered = offered_types(kind, institution=institution, course=course)
    return next((item.types[0] for item in offered if item.code == code), None)
