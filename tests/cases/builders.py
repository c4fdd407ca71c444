"""Small cases for tests. Every builder saves what it returns.

`case`, `report`, `allegation` ... write rows as the services would leave them, for tests of reads.
`opened`, `notified`, `answered` ... take a case through the services themselves.
People, courses and submissions come from `tests.courses.builders`.
"""

from __future__ import annotations

import hashlib
import itertools
import uuid
from datetime import timedelta
from typing import Any

from cases import supports, undoing
from cases.enums import (
    CaseKind,
    CaseStatus,
    EvidenceKind,
    ReportKind,
    ReportMode,
    ReportStatus,
)
from cases.models import (
    AdviserAccess,
    Allegation,
    Case,
    CaseWords,
    ConflictDeclaration,
    Evidence,
    Note,
    Report,
    Respondent,
    Watcher,
)
from cases.services import indexing, triage
from cases.terms import joined, terms
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.core import clock
from integrity.courses.models import Course, Institution
from notifications.recipients import reporter_ref, seal_reporter
from policies.enums import ConsequenceCode, DocumentKind, VersionStatus, ViolationKind
from policies.models import Consequence, Document, Version, ViolationType
from tests.courses import builders as make

_numbers = itertools.count(1)

# What a minimal policy names: code, title, clause.
VIOLATIONS = (
    ("plagiarism", "Plagiarism", "3.1"),
    ("unauthorised_collaboration", "Unauthorised collaboration", "3.2"),
    ("contract_cheating", "Contract cheating", "3.4"),
)
CONSEQUENCES = (
    (ConsequenceCode.NO_ACTION, ""),
    (ConsequenceCode.WARNING_WRITTEN, ""),
    (ConsequenceCode.ASSIGNMENT_FAILED, ""),
    (ConsequenceCode.TEMPORARY_SUSPENSION, "access"),
)


# People


def moderator(name: str = "Ines Ferreira", institution: Institution | None = None) -> User:
    """A moderator, platform-wide or of one institution."""
    return staff(Role.MODERATOR, name, institution)


def officer(name: str = "Jonas Abara", institution: Institution | None = None) -> User:
    """An officer, platform-wide or of one institution."""
    return staff(Role.OFFICER, name, institution)


def auditor(name: str = "Tove Wilk", institution: Institution | None = None) -> User:
    """An auditor, platform-wide or of one institution."""
    return staff(Role.AUDITOR, name, institution)


def administrator(name: str = "Ada Min") -> User:
    """An administrator: no role in cases."""
    return staff(Role.ADMINISTRATOR, name)


def staff(role: Role, name: str, institution: Institution | None = None) -> User:
    user = make.person(name)
    make.grant(user, role, institution)
    return user


def adviser(respondent: Respondent, name: str = "Pauline Friend", **fields: Any) -> AdviserAccess:
    """Somebody who said yes to helping this respondent."""
    user = make.person(name)
    return AdviserAccess.objects.create(
        **{
            "respondent": respondent,
            "email": user.email,
            "adviser": user,
            "accepted_at": clock.now(),
            "form_key": uuid.uuid4().hex,
            **fields,
        }
    )


# Policy


def policy(
    institution: Institution | None = None,
    *,
    violations: tuple[tuple[str, str, str], ...] = VIOLATIONS,
    consequences: tuple[tuple[str, str], ...] = CONSEQUENCES,
    **fields: Any,
) -> Version:
    """A published honor code with a few violation types and consequences, in force for a year."""
    number = next(_numbers)
    since = clock.now() - timedelta(days=365)
    document = Document.objects.create(
        slug=f"honor-code-{number}",
        kind=DocumentKind.HONOR_CODE,
        title="Honor code",
        institution=institution,
    )
    version = Version.objects.create(
        document=document,
        **{
            "number": 1,
            "body": "## 3.1 Plagiarism\n\nName whose words you use.",
            "effective_at": since,
            "no_refunds": "Fees are not paid back.",
            **fields,
        },
    )
    for position, (code, title, clause) in enumerate(violations, 1):
        ViolationType.objects.create(
            version=version,
            code=code,
            title=title,
            clause=clause,
            kind=ViolationKind.ACADEMIC,
            position=position,
        )
    for position, (code, takes_away) in enumerate(consequences, 1):
        Consequence.objects.create(
            version=version,
            code=code,
            title=str(ConsequenceCode(code).label),
            description=f"What {ConsequenceCode(code).label} means.",
            takes_away=takes_away,
            position=position,
        )
    version.status = VersionStatus.PUBLISHED
    version.published_at = since
    version.save()
    return version


# Cases as rows


def searched_by(case: Case, *texts: str) -> None:
    """What the queue finds a case by, whatever it consists of."""
    heads = indexing.heads(case)
    CaseWords(
        case=case, heads=heads, text=joined(terms(" ".join([heads, *texts])), most=10_000)
    ).save()


def case(**fields: Any) -> Case:
    """A case in triage about a submission of `learner` in a course of `institution`.

    Keywords are fields of the case, and `learner` (default: a new person; None: nobody is named),
    `course` (None: no course, no submission), `status`, `assignee`. The respondent carries the
    case's status.
    """
    number = next(_numbers)
    learner: User | None = fields.pop("learner") if "learner" in fields else make.person()
    where: Institution = fields.pop("institution", None) or make.institution()
    course: Course | None = (
        fields.pop("course") if "course" in fields else make.course(institution=where)
    )
    if course is not None:
        where = course.institution
    status = fields.pop("status", CaseStatus.TRIAGE)
    version = fields.pop("policy_version", None)
    if course is not None and learner is not None and "submission" not in fields:
        assignment = make.assignment(course)
        fields["assignment"] = assignment
        fields["submission"] = make.submission(assignment, learner)
    assignee = fields.pop("assignee", None)
    row: dict[str, Any] = {
        "number": f"IC-2026-{number:06d}",
        "kind": CaseKind.ACADEMIC,
        "status": status,
        "title": "Essay 2, Data Ethics",
        "institution": where,
        "course": course,
        "policy_version": version,
        "reported_as": "Plagiarism",
        "incident_at": make.HANDED_IN,
        "opened_at": clock.now(),
        "due_at": None
        if status in (CaseStatus.DECIDED, CaseStatus.CLOSED, CaseStatus.DISMISSED)
        else clock.now() + timedelta(days=2),
        "assignee": assignee,
        "assigned_at": clock.now() if assignee else None,
        "dismissal_reason": "not_enough" if status == CaseStatus.DISMISSED else "",
        "names_open": status != CaseStatus.TRIAGE,
        **fields,
    }
    words = [row["number"], row["title"], row["reported_as"]]
    words += [learner.display_name] if learner else []
    words += [course.code, course.title] if course else []
    made = Case.objects.create(**row)
    searched_by(made, *words)
    if learner is not None:
        respondent(made, learner)
    return made


def respondent(of: Case, user: User | None = None, **fields: Any) -> Respondent:
    return Respondent.objects.create(
        case=of, user=user or make.person(), **{"status": of.status, **fields}
    )


def report(of: Case, reporter: User | None = None, **fields: Any) -> Report:
    """A report filed under the case, by `reporter` (default: a new person)."""
    number = next(_numbers)
    sender = reporter or make.person("Rosa Reporter")
    row: dict[str, Any] = {
        "reference": f"R-2026-{number:06d}",
        "kind": ReportKind.FLAG,
        "mode": ReportMode.CONFIDENTIAL,
        "status": ReportStatus.SUBMITTED if of.status == CaseStatus.TRIAGE else ReportStatus.LINKED,
        "reporter_ref": reporter_ref(sender),
        "reporter_sealed": seal_reporter(sender),
        "institution": of.institution,
        "course": of.course,
        "submission": of.submission,
        "post": of.post,
        "account": "Three passages are word for word in an article I know.",
        "good_faith": True,
        "submitted_at": clock.now(),
        "case": of,
        "form_key": uuid.uuid4().hex,
        "form_digest": uuid.uuid4().hex,
        **fields,
    }
    return Report.objects.create(**row)


def dismissed(**asked: Any) -> Case:
    """`triage.dismiss`, so long ago that whoever reported has been told by now."""
    with clock.frozen(clock.now() - undoing.WITHIN):
        return triage.dismiss(**asked)


def allegation(
    of: Case, against: Respondent | None = None, by: User | None = None, **fields: Any
) -> Allegation:
    """An allegation of the governing version's next unused violation type."""
    version = of.policy_version
    assert version is not None, "give the case a policy_version"
    against = against or of.respondents.get()
    position = of.allegations.count() + 1
    if "violation_type" not in fields:
        used = against.allegations.values("violation_type")
        fields["violation_type"] = version.violation_types.exclude(pk__in=used).first()
    return Allegation.objects.create(
        case=of,
        respondent=against,
        added_by=by or of.assignee or moderator(),
        **{
            "position": position,
            "description": "Three passages of the essay stand word for word in the article.",
            **fields,
        },
    )


def rests_on(respondent: Respondent) -> dict[str, list[str]]:
    """Each finding rests on everything the respondent was shown."""
    pieces = [str(piece.public_id) for piece in supports.usable(respondent)]
    return {str(row.public_id): pieces for row in respondent.allegations.all()}


def evidence(of: Case, **fields: Any) -> Evidence:
    """A piece of evidence: a link, unless told otherwise."""
    position = of.evidence.count() + 1
    row: dict[str, Any] = {
        "kind": EvidenceKind.LINK,
        "title": f"Article {position}",
        "url": f"https://example.org/article/{position}",
        "position": position,
        **fields,
    }
    content = f"{row['title']}{row.get('url')}{row.get('text')}"
    row.setdefault("sha256", hashlib.sha256(content.encode()).hexdigest())
    return Evidence.objects.create(case=of, **row)


def note(of: Case, author: User, body: str = "The marks are missing in the template.") -> Note:
    return Note.objects.create(case=of, author=author, body=body, form_key=uuid.uuid4().hex)


def watcher(of: Case, user: User) -> Watcher:
    return Watcher.objects.create(case=of, user=user)


def conflict(of: Case, user: User, reason: str = "We share an office.") -> ConflictDeclaration:
    return ConflictDeclaration.objects.create(case=of, user=user, reason=reason)
