"""How often somebody may report, start a report, or try a receipt code (HOSTILE 30)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrity.web.floods import HOUR, Allowance, Slot, Source, check, take

__all__ = ["CODES", "DRAFTS", "REPORTS", "Allowance", "Slot", "Source", "check", "take"]

REPORTS = Allowance(
    "reports", 5, HOUR, _("You have sent several reports in a short time. Nothing is lost.")
)
DRAFTS = Allowance(
    "drafts", 20, HOUR, _("You have started many reports in a short time. Nothing was sent.")
)
CODES = Allowance("codes", 10, HOUR // 4, _("Several codes that were tried were not right."))
