"""The account page: name, language and time zone, and the way to everything about signing in."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from integrity.accounts.selectors import closed_accounts
from integrity.web.forms import Form, LineField, SelectField, form_page

_REGIONS = (
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe",
    "Indian", "Pacific",
)  # fmt: skip


@lru_cache(maxsize=1)
def zones() -> list[tuple[str, Any]]:
    """Time zones people know, grouped by region, by city; UTC first."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(available_timezones()):
        region, _slash, city = name.partition("/")
        if region in _REGIONS and city:
            groups.setdefault(region, []).append((name, city.replace("_", " ").replace("/", ", ")))
    return [("UTC", "UTC"), *groups.items()]


class SettingsForm(Form):
    """What a person decides about their own account."""

    display_name = LineField(
        label=_("Your name"),
        help_text=_("As it stands on letters to you and as staff see it."),
        max_length=150,
        missing=_("Enter your name"),
        widget=LineField.widget(attrs={"autocomplete": "name"}),
    )
    language = SelectField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("Of these pages, and of letters and emails to you."),
    )
    time_zone = SelectField(
        label=_("Time zone"),
        choices=zones,
        help_text=_("Dates and times are shown in this zone."),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """Show and change the reader's own settings."""
    user: Any = request.user
    initial = {name: getattr(user, name) for name in SettingsForm.base_fields}
    form = SettingsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        for name in SettingsForm.base_fields:
            setattr(user, name, form.cleaned_data[name])
        user.save(update_fields=list(SettingsForm.base_fields))
        with override(user.language):
            messages.success(request, gettext("Your settings are saved."))
        return redirect("account_settings")
    context = {"closed_accounts": closed_accounts(user)}
    return form_page(request, "account/settings.html", form, context)
