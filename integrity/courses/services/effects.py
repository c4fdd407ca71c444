"""Effects on the learning record begin and end here, inside the caller's audit transaction."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from integrity.core import clock
from integrity.courses import selectors
from integrity.courses.enums import EffectKind
from integrity.courses.models import Channel, Effect, Enrolment, HeldRole, Post, Submission

if TYPE_CHECKING:
    from integrity.accounts.models import User


def apply_effect(
    *,
    kind: str,
    source: str,
    submission: Submission | None = None,
    enrolment: Enrolment | None = None,
    post: Post | None = None,
    channel: Channel | None = None,
    role: HeldRole | None = None,
    person: User | None = None,
    other: User | None = None,
    replacement: str = "",
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    computed: bool = False,
) -> Effect:
    """Begin an effect; the same source, kind and target not yet reversed is returned as it is.

    `person` is who is barred: from `channel`, from direct messages to `other`, or, with neither,
    from direct messages to anybody. `replacement` is what is shown in place of `post`.
    """
    effect, _created = Effect.objects.get_or_create(
        kind=EffectKind(kind),
        source=source,
        submission=submission,
        enrolment=enrolment,
        post=post,
        channel=channel,
        role=role,
        person=person,
        other=other,
        reversed_at=None,
        defaults={
            "replacement": replacement,
            "starts_at": starts_at or clock.now(),
            "ends_at": ends_at,
            "computed": computed,
        },
    )
    return effect


def reverse_effects(*, source: str, at: datetime | None = None) -> list[Effect]:
    """End every effect that `source` caused; what others caused still stands. Repeatable."""
    effects = list(Effect.objects.filter(source=source, reversed_at__isnull=True))
    for effect in effects:
        effect.reversed_at = at or clock.now()
        effect.save(update_fields=["reversed_at"])
    return effects


def settle_certificate(*, enrolment: Enrolment, at: datetime | None = None) -> str | None:
    """Withhold or give back the certificate as the computed course result demands.

    Returns "withheld" or "released" when something changed, else None. The consequence has its own
    source, so it ends when the result passes again, whichever decision changed it.
    """
    at = at or clock.now()
    source = f"result:{enrolment.pk}"
    result = selectors.course_result(enrolment, at=at)
    standing = selectors.active_effects(at).filter(source=source, enrolment=enrolment)
    if result.certificate == "none":
        return None
    if not result.passes and not standing.exists():
        apply_effect(
            kind=EffectKind.CERTIFICATE_WITHHELD,
            source=source,
            enrolment=enrolment,
            starts_at=at,
            computed=True,
        )
        return "withheld"
    if result.passes and standing.exists():
        reverse_effects(source=source, at=at)
        return "released"
    return None
