"""Lists of reports: checked line by line, then filed in lots by whoever comes next (IN10).

A list is kept sealed on disk until it is filed. A lot is one transaction: its reports, and what
became of its lines. A worker that dies leaves whole lots behind, and the next one goes on. A line
is known again by its external reference, else by the file and its place in it: however often a
list or a line comes, there is one report. Lines with mistakes are left out only when the officer
says so (decision 0024).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, InterfaceError, OperationalError
from django.utils.translation import gettext as _

from cases.enums import ImportStatus
from cases.evidence import store
from cases.models import ReportImport
from cases.services import import_rows
from cases.services.import_lines import PURPOSE, Checker, Line, fingerprint
from cases.services.senders import bringing_list
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.accounts.rules import has_role
from integrity.audit import services as audit
from integrity.core import clock, crypto
from integrity.core.errors import Conflict, DomainError, InvalidInput, NotFound, NotPermitted
from integrity.courses.models import Institution

logger = logging.getLogger(__name__)

# Reports in one transaction. On SQLite others who write wait for them.
LOT = 10
PAUSE = timedelta(milliseconds=20)
# A list that was checked and never filed is thrown away after this.
KEPT = timedelta(days=7)


# Lists of officers


def upload(*, actor: User, institution: Institution, content: bytes, form_key: str) -> ReportImport:
    """Keep a list sealed and say line by line what would happen. Nothing is filed.

    The same form again is the first list, with another file a `Conflict`. Raises `NotPermitted`
    for whoever is no officer of the institution, `InvalidInput` at `file`, `StorageFull`.
    """
    _officer(actor, institution)
    rows = import_rows.read(content)
    sha256 = fingerprint(content)
    key = crypto.reference(f"{actor.public_id}\0{form_key}", purpose="import-form")
    known = _sent_before(key, institution, sha256)
    if known is not None:
        return known
    lines = Checker(institution, sha256).lines(rows)
    path = store.write(content, purpose=PURPOSE)
    try:
        with audit.transaction():
            return ReportImport.objects.create(
                institution=institution,
                uploaded_by=actor,
                path=path,
                sha256=sha256,
                lines=[line.as_json() for line in lines],
                form_key=key,
            )
    except IntegrityError:
        # The same form, a moment earlier.
        store.remove(path)
        known = _sent_before(key, institution, sha256)
        if known is None:
            raise
        return known
    except BaseException:
        store.remove(path)
        raise


def _sent_before(key: str, institution: Institution, sha256: str) -> ReportImport | None:
    known = ReportImport.objects.filter(form_key=key).first()
    if known is not None and (known.sha256, known.institution_id) != (sha256, institution.pk):
        raise Conflict(_("This form was sent before with other content."))
    return known


def _officer(actor: User, institution: Institution) -> None:
    if not has_role(actor, Role.OFFICER, institution_id=institution.pk, anywhere=False):
        raise NotPermitted


def lines_of(of: ReportImport) -> list[Line]:
    """What became of its lines, or would."""
    return [Line(**told) for told in of.lines]


def _own_locked(actor: User, import_id: UUID | str) -> ReportImport:
    row = (
        ReportImport.objects.select_for_update(of=("self",))
        .select_related("institution")
        .filter(uploaded_by=actor, public_id=import_id)
        .first()
    )
    if row is None:
        raise NotFound
    _officer(actor, row.institution)
    return row


def start(*, actor: User, import_id: UUID | str, leave_out: bool) -> ReportImport:
    """Have the list filed; workers do it. Said twice it is said once.

    Lines with mistakes are left out with `leave_out`; without it nothing is filed while there are
    any: `InvalidInput`. Raises `NotFound` for a list of somebody else, `Conflict` where there is
    nothing to file.
    """
    with audit.transaction():
        row = _own_locked(actor, import_id)
        if row.status != ImportStatus.CHECKED:
            return row
        lines = lines_of(row)
        if not any(line.waits for line in lines):
            raise Conflict(_("There is nothing in this list to file."))
        if any(line.errors for line in lines) and not leave_out:
            text = _("Say that the lines with mistakes are left out, or mend the file.")
            raise InvalidInput({"leave_out": [text]})
        row.status = ImportStatus.FILING
        row.save(update_fields=["status"])
    return row


def throw_away(*, actor: User, import_id: UUID | str) -> None:
    """Delete a list that is not filed, with its file. Raises `NotFound`, `Conflict`."""
    with audit.transaction():
        row = _own_locked(actor, import_id)
        if row.status != ImportStatus.CHECKED:
            raise Conflict(_("This list is filed, or is being filed."))
        row.delete()
    store.remove(row.path)


# What workers do


def run(*, seconds: float = 20.0) -> int:
    """File what waits, in lots, for about so long; returns how many reports were filed."""
    until = time.monotonic() + seconds
    filed = 0
    for public_id in ReportImport.objects.filter(status=ImportStatus.FILING).values_list(
        "public_id", flat=True
    ):
        while time.monotonic() < until:
            try:
                number = _lot(public_id)
            except OperationalError as error:
                # Somebody else writes on SQLite; the next round goes on.
                logger.warning("a list of reports waits: %s", type(error).__name__)
                break
            if number is None:
                break
            filed += number
            time.sleep(PAUSE.total_seconds())
    _tidy()
    return filed


def _lot(public_id: UUID) -> int | None:
    """File the next lines of a list; None when it is done, or somebody else is at it."""
    with audit.transaction():
        row = (
            ReportImport.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("institution", "uploaded_by")
            .filter(public_id=public_id, status=ImportStatus.FILING)
            .first()
        )
        if row is None:
            return None
        lines = {line.line: line for line in lines_of(row)}
        waiting = [number for number, line in lines.items() if line.waits][:LOT]
        if waiting:
            lines |= _filed(row, waiting)
        row.lines = [line.as_json() for line in lines.values()]
        done = not any(line.waits for line in lines.values())
        if done:
            row.status = ImportStatus.FILED
            row.filed_at = clock.now()
            audit.record(
                "reports.imported",
                actor=bringing_list(row),
                subject=("import", str(row.public_id)),
                institution=row.institution.slug,
                data={
                    "import": str(row.public_id),
                    "lines": sum(bool(line.reference) for line in lines.values()),
                    "left_out": sum(bool(line.errors) for line in lines.values()),
                    "sha256": row.sha256,
                },
            )
        row.save(update_fields=["lines", "status", "filed_at"])
    if done:
        store.remove(row.path)
    return len(waiting)


def _filed(row: ReportImport, waiting: Sequence[int]) -> dict[int, Line]:
    try:
        content = store.read(row.path, purpose=PURPOSE)
    except (OSError, crypto.CannotOpen):
        lost = _("The file cannot be opened any more. Please send it again.")
        return {number: Line(number, errors={"": [lost]}) for number in waiting}
    rows = {found.line: found for found in import_rows.read(content)}
    checker = Checker(row.institution, row.sha256, by=row.uploaded_by, importing=row)
    found: dict[int, Line] = {}
    for number in waiting:
        try:
            with audit.transaction():
                found[number] = checker.file(rows[number])
        except DomainError as error:
            # Something changed since the list was checked; the line says so, the others go on.
            found[number] = Line(number, errors={"": [str(error.message)]})
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001 - said below
            # One line that nobody foresaw must not keep its list, and those behind it, for ever. It
            # is told on the page and here; what the error says may quote the report.
            logger.error("line %s of a list is not filed: %s", number, type(error).__name__)
            text = _("This line could not be filed. Please send it again on its own.")
            found[number] = Line(number, errors={"": [text]})
    return found


def _tidy() -> None:
    """Remove files of lists that are filed, and lists that nobody filed for a week."""
    at = clock.now()
    for path in ReportImport.objects.filter(
        status=ImportStatus.FILED, filed_at__gt=at - KEPT
    ).values_list("path", flat=True):
        store.remove(path)
    for row in ReportImport.objects.filter(status=ImportStatus.CHECKED, uploaded_at__lte=at - KEPT):
        with audit.transaction():
            left = ReportImport.objects.select_for_update().filter(
                pk=row.pk, status=ImportStatus.CHECKED
            )
            gone = left.delete()[0]
        if gone:
            store.remove(row.path)
