"""Receipt codes are kept as a slow hash from now on (decision 0021)."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.migrations.exceptions import IrreversibleError

from cases import receipts

_PORTION = 500


def _kept(apps: Any) -> Any:
    return (
        apps.get_model("cases", "Report")
        .objects.exclude(receipt_ref="")
        .exclude(status="draft")
        .order_by("pk")
    )


def make_slow(apps: Any, schema_editor: Any) -> None:
    """The slow hash takes the fingerprint that is stored, so no code is needed for it.

    A tenth of a second for each report without a name. All or none: what was converted looks like
    what was not.
    """
    last = 0
    while rows := list(_kept(apps).filter(pk__gt=last).only("receipt_ref")[:_PORTION]):
        for row in rows:
            row.receipt_ref = receipts.slow(row.receipt_ref)
            row.save(update_fields=["receipt_ref"])
        last = rows[-1].pk


def nothing_lost(apps: Any, schema_editor: Any) -> None:
    """Back, as long as there is nothing to bring back: a hash has no way back."""
    count = _kept(apps).count()
    if count:
        raise IrreversibleError(
            f"{count} reports are found by the slow hash of their code, and nobody has the codes."
        )


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_reveal_purpose")]

    operations = [migrations.RunPython(make_slow, nothing_lost)]
