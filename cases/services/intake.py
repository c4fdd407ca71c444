"""A report is sent: filed under a case in triage, its sender sealed and answered (IN1 to IN8)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError
from django.utils.translation import gettext as _

from cases import notices, receipts
from cases.enums import ReceivedBy, ReportMode, ReportStatus
from cases.evidence import Incoming, StoredFile, received
from cases.evidence.incoming import Part, incoming
from cases.models import Report
from cases.models.report import SealedFile
from cases.selectors.report import held, office_for
from cases.services import clean, filing, floods, noticing
from cases.services.answers import Answers, checked
from cases.services.arrival import Entry, acknowledge, bring, recorded
from cases.services.senders import Sender, bringing
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import Conflict, NotFound
from integrity.courses.models import Course, Institution, Post, Submission
from policies.models import ViolationType


def submit_report(
    *,
    actor: User | None,
    kind: str,
    mode: str,
    form_key: str,
    institution: Institution,
    course: Course | None = None,
    submission: Submission | None = None,
    post: Post | None = None,
    violation_type: ViolationType | None = None,
    account: str,
    quoted_text: str = "",
    visible_name: str = "",
    links: Sequence[str] = (),
    incident_at: datetime | None = None,
    incident_day_only: bool = False,
    good_faith: bool,
    uploads: Sequence[Incoming | UploadedFile] = (),
    language: str,
    receipt: str = "",
    source: floods.Source | None = None,
    entry: Entry | None = None,
    received_by: str = ReceivedBy.WEB,
    stored: Sequence[StoredFile] = (),
) -> Report:
    """Send a report in one go: report, case, evidence, history and acknowledgement, or nothing.

    The sender is sealed. `form_key` makes it happen once: the same key again returns the first
    report, with other content it is a `Conflict`. Who it is about makes no difference to the
    answer: themselves, somebody unknown, somebody gone (HOSTILE 33). `incident_at` defaults to
    when the work was handed in or the post written; the policy in force at that instant governs.
    With `incident_day_only` it is a bare day as `governing.kept_day` stores it.
    `language` is that of the acknowledgement.

    In the mode "anonymous" nothing of `actor` is kept, and there may be none. `receipt` is then
    the code that leads back to the report (`receipts.new_code`): the caller shows it, the report
    keeps a keyed fingerprint. `source` is who is counted: the sixth report in an hour is
    `TooMany`, the same form again is not counted.

    `stored` are files that the caller has received already (`evidence.received`).
    With `entry` somebody of the office writes it down for `actor`, or for somebody without an
    account; see `cases.services.entry`.

    Raises `NotPermitted` without an account or a receipt, `InvalidInput` at the fields,
    `StorageFull`.
    """
    sender = Sender.told(actor, receipt) if entry else Sender.of(actor, mode, receipt)
    answers = checked(
        kind=kind,
        mode=mode,
        institution=institution,
        course=course,
        submission=submission,
        post=post,
        violation_type=violation_type,
        account=account,
        quoted_text=quoted_text,
        visible_name=visible_name,
        links=links,
        incident_at=incident_at,
        incident_day_only=incident_day_only,
        good_faith=good_faith,
        by_desk=entry is not None,
    )
    files = incoming(uploads)
    arrived = [file.original.sha256 for file in stored]
    digest = answers.digest([*arrived, *(file.sha256 for file in files)])
    known = Report.objects.filter(form_key=form_key).exclude(status=ReportStatus.DRAFT).first()
    if known is not None:
        return _same(known, sender, digest)
    if source is not None:
        floods.check(floods.REPORTS, source)
    with received(files) as more, audit.transaction():
        report = _claimed(sender, form_key, answers)
        if report.status != ReportStatus.DRAFT:
            return _same(report, sender, digest)
        report.received_by = received_by
        if entry is not None:
            entry.put_on(report)
        return _send(report, sender, answers, [*stored, *more], digest, language, source)


def send_draft(
    *,
    actor: User | None,
    draft_id: UUID,
    good_faith: bool,
    language: str,
    key: str = "",
    source: floods.Source | None = None,
) -> Report:
    """Send a draft of the actor's own. Sent before, it is returned as it is: repeating is safe.

    `key` is the one a report without a name is held by; its receipt code is made from it
    (`receipts.codes_for`). Raises `NotFound` for anybody else's, `InvalidInput` while a required
    answer is missing, `TooMany` as `submit_report` does.
    """
    with audit.transaction():
        report = own_locked(actor, draft_id, key=key)
        if report.status != ReportStatus.DRAFT:
            return report
        nameless = report.mode == ReportMode.ANONYMOUS
        receipt = receipts.codes_for(key, draft_id)[0] if nameless and key else ""
        sender = Sender.of(actor, report.mode, receipt)
        answers = checked(
            kind=report.kind,
            mode=report.mode,
            institution=office_for(report.course),
            course=report.course,
            submission=report.submission,
            post=report.post,
            violation_type=report.violation_type,
            account=report.account,
            quoted_text=report.quoted_text,
            visible_name=report.visible_name,
            links=report.links,
            incident_at=report.incident_at,
            incident_day_only=report.incident_day_only,
            good_faith=good_faith,
        )
        rows = list(report.draft_files.all())
        stored = [stored_file(row) for row in rows]
        # The files stay where they are; only the rows that name them change.
        report.draft_files.all().delete()
        digest = answers.digest([row.original_sha256 for row in rows])
        return _send(report, sender, answers, stored, digest, language, source)


def stored_file(row: SealedFile) -> StoredFile:
    """The files of a draft's row, as `evidence.attach` takes them."""
    return StoredFile(
        original=Part(row.original_path, row.original_type, row.original_size, row.original_sha256),
        derivative=Part(
            row.derivative_path, row.derivative_type, row.derivative_size, row.derivative_sha256
        ),
        name_sealed=bytes(row.name_sealed),
        description=row.description,
        moving=row.moving,
        scan=row.scan,
    )


def new_reference() -> str:
    """A random reference that is easy to read aloud: R-7Q2M-X94T."""
    digits = "".join(secrets.choice(receipts.ALPHABET) for _digit in range(8))
    return f"R-{digits[:4]}-{digits[4:]}"


def own_locked(actor: User | None, draft_id: UUID, *, key: str = "") -> Report:
    """The actor's own report, sent or not, or the one held by `key`, locked. Raises `NotFound`."""
    report = (
        held(actor, key, draft_id)
        .select_related(
            "course__programme",
            "course__institution",
            "submission__assignment__course",
            "submission__learner",
            "post__author",
            "post__course",
            "violation_type",
            "institution",
            "case__institution",
        )
        .select_for_update(of=("self",))
        .first()
    )
    if report is None:
        raise NotFound
    return report


def _claimed(sender: Sender, form_key: str, answers: Answers) -> Report:
    """The row of this key, locked: one that was there, or a new draft that holds the key."""
    known = Report.objects.select_for_update().filter(form_key=form_key).first()
    if known is None:
        report = Report(
            reference=new_reference(),
            kind=answers.kind,
            mode=answers.mode,
            status=ReportStatus.DRAFT,
            institution=answers.institution,
            form_key=form_key,
            form_digest="draft",
        )
        sender.put_on(report)
        try:
            with audit.transaction():
                clean.save(report)
        except IntegrityError:
            # Somebody else committed the same key just now.
            known = Report.objects.select_for_update().filter(form_key=form_key).first()
            if known is None:
                raise
        else:
            return report
    if known.status == ReportStatus.DRAFT and not sender.sent(known):
        raise Conflict(_("This form was sent before with other content."))
    return known


def _same(report: Report, sender: Sender, digest: str) -> Report:
    if not sender.sent(report) or report.form_digest != digest:
        raise Conflict(_("This form was sent before with other content."))
    return report


def _send(
    report: Report,
    who: Sender,
    answers: Answers,
    files: Sequence[StoredFile],
    digest: str,
    language: str,
    source: floods.Source | None,
) -> Report:
    # Counted here, where the same form sent many times arrives once.
    slot = floods.take(floods.REPORTS, source) if source is not None else None
    try:
        return _written(report, who, answers, files, digest, language)
    except BaseException:
        if slot is not None:
            slot.give_back()
        raise


def _written(
    report: Report,
    who: Sender,
    answers: Answers,
    files: Sequence[StoredFile],
    digest: str,
    language: str,
) -> Report:
    who.put_on(report, language)
    sender = bringing(report)
    at = clock.now()
    violation, found = filing.governed(
        answers.kind,
        institution=answers.institution,
        course=answers.course,
        code=answers.code,
        incident_at=answers.incident_at,
        day_only=answers.incident_day_only,
        received=at,
    )
    case = filing.case_for(
        filing.Matter(
            kind=answers.kind,
            institution=answers.institution,
            course=answers.course,
            submission=answers.submission,
            post=answers.post,
            code=answers.code,
            violation=violation,
            governing=found,
            incident_at=answers.incident_at,
            day_only=answers.incident_day_only,
        ),
        actor=sender,
    )
    joined = Report.objects.filter(case=case).exists()
    report.kind = answers.kind
    report.mode = answers.mode
    report.status = ReportStatus.SUBMITTED
    report.institution = case.institution
    report.course = answers.course
    report.submission = answers.submission
    report.post = answers.post
    report.violation_type = violation
    report.account = answers.account
    report.quoted_text = answers.quoted_text
    report.visible_name = answers.visible_name
    report.links = list(answers.links)
    report.incident_at = answers.incident_at
    report.incident_day_only = answers.incident_day_only
    report.good_faith = True
    report.good_faith_statement = notices.current_good_faith().version
    report.processing_notice = notices.current_processing().version
    report.submitted_at = at
    # The acknowledgement is written with the report, so one cannot be without the other (IN8).
    report.acknowledged_at = at
    report.case = case
    report.form_digest = digest
    clean.save(report)
    brought = bring(report, case, files)
    filing.index(case)
    recorded(report, case, actor=sender, evidence=brought)
    if joined:
        audit.record(
            "report.joined",
            actor=audit.Actor.system("intake"),
            subject=("case", case.number),
            case_number=case.number,
            institution=case.institution.slug,
            data={"report": str(report.public_id)},
        )
    if who.user is not None:
        acknowledge(report, case, language)
    noticing.filed(report, case, sender=who.user)
    return report
