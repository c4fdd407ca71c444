"""Who reported, and who may be named (PV1, IN5)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrity.audit import services as audit

audit.register(
    "identity.asked",
    fields={"report", "purpose"},
    personal={"reason"},
    label=_("Asked to see who reported"),
    icon="lock",
)
audit.register(
    "identity.answered",
    fields={"report", "outcome"},
    personal={"reason"},
    label=_("Request to see who reported answered"),
    icon="users",
)
audit.register("identity.read", fields={"report"}, label=_("Who reported was read"), icon="eye")
audit.register(
    "consent.asked",
    fields={"of", "purpose"},
    label=_("Asked whether somebody may be named"),
    icon="mail",
)
audit.register(
    "consent.answered",
    fields={"of", "purpose", "answer"},
    label=_("Answer whether somebody may be named"),
    icon="message-square",
)
audit.register(
    "consent.withdrawn",
    fields={"of", "purpose"},
    label=_("Consent to be named taken back"),
    icon="undo-2",
)
audit.register(
    "consent.used",
    fields={"of", "purpose"},
    label=_("Name told with consent"),
    icon="user",
)

audit.register(
    "field_keys.rotated",
    fields={"values", "files", "references", "left"},
    label=_("Sealed again with a new key"),
    icon="key-round",
)
