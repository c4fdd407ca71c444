"""Who sends a report, and what is kept of them: a sealed identity, or nothing (PV1, IN4)."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from cases import receipts, rules
from cases.enums import BY_THEMSELVES, ReportMode
from cases.models import Report, ReportImport
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.accounts.rules import has_role
from integrity.audit import services as audit
from integrity.core.errors import NotPermitted
from notifications import services as notifications


@dataclass(frozen=True)
class Sender:
    """Who sends: a person, who is sealed, or the fingerprint of a receipt code and nobody."""

    user: User | None
    receipt: str = field(repr=False)

    @classmethod
    def of(cls, actor: User | None, mode: str, receipt: str) -> Sender:
        """The sender in this mode. Raises `NotPermitted` without an account or a receipt code."""
        if mode == ReportMode.ANONYMOUS:
            if not receipt:
                raise NotPermitted(_("A report without a name needs a receipt code."))
            return cls(None, receipt)
        if actor is None:
            raise NotPermitted(_("Please sign in to send a report with your name."))
        return cls(actor, "")

    @classmethod
    def told(cls, account: User | None, receipt: str) -> Sender:
        """Somebody for whom the office writes it down: with an account or without, or nobody.

        Without both there is no way back to the report but the office itself.
        """
        return cls(account, "" if account is not None else receipt)

    def put_on(self, report: Report, language: str = "") -> None:
        """Bind the report to its sender, and to nobody else."""
        if self.user is not None:
            report.receipt_ref = ""
            sealed_sender(report, self.user, language)
        else:
            report.reporter_ref = ""
            report.reporter_sealed = None
            report.receipt_ref = receipts.fingerprint(self.receipt) if self.receipt else ""

    def sent(self, report: Report) -> bool:
        """Whether the report is this sender's."""
        if self.user is not None:
            return report.reporter_ref in rules.reporter_refs(self.user)
        if self.receipt:
            return report.receipt_ref in receipts.fingerprints(self.receipt)
        return not report.reporter_ref and not report.receipt_ref


def acting(report: Report) -> audit.Actor:
    """Whoever reported, in the history: a keyed fingerprint; without a name nobody (PV1)."""
    if report.reporter_ref:
        return audit.Actor.sealed(report.reporter_ref, role="reporter")
    return audit.Actor.system("intake")


def bringing(report: Report) -> audit.Actor:
    """Who brings the report in, in the history: whoever reported, or the clerk who entered it.

    Of an entered one the history does not tell whether the person has an account.
    """
    if report.received_by in BY_THEMSELVES:
        return acting(report)
    return _clerk(report.entered_by)


def bringing_list(of: ReportImport) -> audit.Actor:
    """Who files a list of reports, in the history."""
    return _clerk(of.uploaded_by)


def _clerk(user: User | None) -> audit.Actor:
    if user is None:
        return audit.Actor.system("import_reports")
    role = Role.OFFICER if has_role(user, Role.OFFICER) else Role.MODERATOR
    return audit.Actor.user(user.public_id, role=str(role))


def sealed_sender(report: Report, actor: User, language: str = "") -> None:
    """Put the sender under seal: a fingerprint to find one's own by, and the identity (PV1)."""
    person = actor
    if language and language != actor.language:
        person = copy.copy(actor)
        person.language = language
    report.reporter_ref = notifications.reporter_ref(actor)
    report.reporter_sealed = notifications.seal_reporter(person)
