"""What the cases app adds to pages that every app shares: menu entries, ways in, allow-list."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from integrity.web import navigation, restricted, start


def _signed_in(user: Any) -> bool:
    return bool(user.is_authenticated)


# Reporting
navigation.register(
    navigation.Item(
        key="report",
        label=_("Report"),
        url_name="report:choose",
        place="main",
        order=10,
        icon="flag",
    )
)
navigation.register(
    navigation.Item(
        key="my-reports",
        label=_("My reports"),
        url_name="my:reports",
        place="main",
        order=50,
        icon="flag",
        shown_to=_signed_in,
    )
)
start.register_report(url_name="report:choose")
for _order, (_key, _label, _hint, _icon) in enumerate(
    (
        (
            "flag",
            _("Flag a submission"),
            _("Copied text, shared answers, work written by somebody or something else"),
            "file-text",
        ),
        (
            "violation",
            _("Another breach of the honor code"),
            _("An exam taken by another person, answers for sale, a second account"),
            "flag",
        ),
        (
            "incident",
            _("How somebody behaved"),
            _("Threats, harassment, discrimination, in forums, messages, reviews or calls"),
            "message-square",
        ),
    )
):
    start.register_path(
        start.Path(
            key=_key,
            label=_label,
            hint=_hint,
            icon=_icon,
            url_name=f"report:{_key}",
            order=10 * (_order + 1),
        )
    )

# Fairness: whoever is suspended must still see what was shown to them, to answer and to appeal.
restricted.allow("evidence:file", "files:file")
# Nobody is named without a yes of their own, and can take it back: a restriction changes nothing.
restricted.allow("my:consents", "my:consent", "my:consent_withdraw")
# One account per person: whoever is suspended is asked too, and no restriction ends by closing.
restricted.allow(
    "my:account_check",
    "my:account_not_mine",
    "my:account_keep",
    "my:account_code",
    "my:account_close",
    "my:account_closed",
)
