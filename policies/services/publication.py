"""Publication: from then on the text stands as it is."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import Conflict, InvalidInput, NotFound, Stale, Text
from policies import contents
from policies.enums import VersionStatus
from policies.models import Version
from policies.rendering import render
from policies.services.drafts import event

# How far ahead a version may take effect.
FARTHEST = timedelta(days=2 * 366)


def publish(
    *,
    actor: audit.Actor,
    version: Version,
    effective_at: datetime | None = None,
    posted_at: datetime | None = None,
    at_once: bool = False,
    seen: str | None = None,
) -> Version:
    """Publish a draft, to take effect at `effective_at` (default: the draft's own), now or later.

    With `at_once` it takes effect at the very instant of publication. `seen` is the digest of what
    was checked (`policies.contents.whole`): `Stale` when somebody changed the draft since.

    A text that was already in force elsewhere is taken over with `posted_at`, the instant it was
    posted there; only then may it take effect in the past. Versions take effect in the order of
    their numbers. Raises `Conflict` for a published one, `NotFound` for one that was deleted
    meanwhile, `InvalidInput` otherwise.
    """
    with audit.transaction():
        # Two versions of one document published at once wait for each other: the order counts.
        draft = (
            Version.objects.select_for_update(of=("self", "document"))
            .select_related("document__institution")
            .filter(pk=version.pk)
            .first()
        )
        if draft is None:
            raise NotFound
        version = draft
        if version.status != VersionStatus.DRAFT:
            raise Conflict(_("This version is published already."))
        now = clock.now()
        if seen is not None and seen != contents.whole(version):
            raise Stale(_("Somebody changed this draft after you opened the page."))
        start = now if at_once else effective_at or version.effective_at
        posted = min(posted_at, now) if posted_at is not None else now
        errors: dict[str, list[Text]] = {}
        if start < posted:
            errors["effective_at"] = [
                _("A policy never takes effect in the past. Please choose now or a later day.")
            ]
        before = (
            version.document.versions.filter(status=VersionStatus.PUBLISHED)
            .order_by("-effective_at", "-number")
            .first()
        )
        if before is not None and before.number > version.number:
            errors[""] = [_("A later version is published already. Please start a new version.")]
        elif before is not None and start < before.effective_at:
            errors["effective_at"] = [
                _("Version %(number)s takes effect later than that. Please choose a later day.")
                % {"number": before.number}
            ]
        if start > now + FARTHEST:
            # A mistyped year would bar every version after this one, and nothing published changes.
            errors["effective_at"] = [_("Please choose a day within the next two years.")]
        if not render(version.body, version.document.title).has_text():
            errors["body"] = [_("There is no text yet.")]
        if errors:
            raise InvalidInput(errors)
        version.effective_at = start
        version.published_at = posted
        version.status = VersionStatus.PUBLISHED
        version.save()
        said = event(version, actor)
        said["data"] |= {
            "posted_at": posted.isoformat(),
            "violation_types": version.violation_types.count(),
            "consequences": version.consequences.count(),
        }
        audit.record("policy.published", **said)
    return version
