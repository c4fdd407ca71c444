"""What happens to tokens, in the history."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrity.audit import services as audit

audit.register(
    "token.created",
    fields={"scopes", "expires_at"},
    personal={"person"},
    label=_("Access token made"),
    icon="lock",
)
audit.register(
    "token.revoked",
    personal={"person"},
    label=_("Access token revoked"),
    icon="lock",
)
