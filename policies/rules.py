"""Rules that need no database: what governs when, and which windows and standard hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.utils.functional import Promise

from policies.enums import ClockStart, StandardOfProof
from policies.models import Version
from policies.models.version import default_grounds

# PRODUCT's defaults, in working days; they hold where no policy says anything.
RESPONSE_DAYS, EXTENSION_DAYS, APPEAL_DAYS = 10, 5, 10


def governing(versions: Iterable[Version], at: datetime) -> Version | None:
    """The one version of a document that governs `at`; `None` before the first (PO4).

    Only published ones count. Of those in effect the latest counts; of two that take effect at the
    same instant the one with the higher number.
    """
    in_effect = [version for version in versions if version.in_effect_at(at)]
    return max(in_effect, key=lambda v: (v.effective_at, v.number), default=None)


def start_of_day(day: date, zone: str) -> datetime:
    """00:00 of `day` in `zone`: what a bare date means (PO4). Where 00:00 does not exist, the first
    instant of the day; where it occurs twice, the earlier one."""
    return datetime.combine(day, time(), ZoneInfo(zone))


@dataclass(frozen=True)
class ProcessTerms:
    """Windows in working days, what starts the time to answer, standard of proof and grounds of
    appeal that hold in a case."""

    response_working_days: int
    extension_working_days: int
    appeal_working_days: int
    standard_of_proof: StandardOfProof
    grounds: tuple[tuple[str, str], ...]
    clock_starts: ClockStart = ClockStart.DELIVERED

    @property
    def standard_label(self) -> str | Promise:
        return self.standard_of_proof.label

    @property
    def clock_label(self) -> str | Promise:
        return self.clock_starts.label

    @property
    def appeal_grounds(self) -> tuple[str, ...]:
        """The grounds as sentences."""
        return tuple(title for _code, title in self.grounds)


def process_terms(*versions: Version | None) -> ProcessTerms:
    """What holds where `versions` apply together; the first that sets a value governs it (PO5).

    `None` stands for a text that is not there. Where nobody says anything the defaults hold.
    """
    order = [item for item in versions if item is not None]

    def days(name: str, default: int) -> int:
        return next((getattr(v, name) for v in order if getattr(v, name) is not None), default)

    standard = next((v.standard_of_proof for v in order if v.standard_of_proof), "")
    clock = next((v.clock_starts for v in order if v.clock_starts), "")
    grounds = next((v.appeal_grounds for v in order if v.appeal_grounds), default_grounds())
    return ProcessTerms(
        days("response_working_days", RESPONSE_DAYS),
        days("extension_working_days", EXTENSION_DAYS),
        days("appeal_working_days", APPEAL_DAYS),
        StandardOfProof(standard or StandardOfProof.BALANCE),
        tuple((item["code"], item["title"]) for item in grounds),
        ClockStart(clock or ClockStart.DELIVERED),
    )
