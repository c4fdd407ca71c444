"""Keeps the index of fingerprints honest: a text that was changed is not told by its old ones."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from cases.services import printing
from integrity.courses.models import Submission


@receiver(post_save, sender=Submission, dispatch_uid="cases.freshness")
def submission_saved(instance: Submission, created: bool, raw: bool = False, **_more: Any) -> None:
    """One small statement where a text was saved again; a new one is found by the next run."""
    if not created and not raw:
        printing.changed(instance)
