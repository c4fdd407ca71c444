"""Start page, plain pages, and the reader's choices of language and colours."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language as django_set_language

from integrity.accounts.models import User
from integrity.web import home as homes
from integrity.web import start
from integrity.web.context import THEME_COOKIE, THEMES

THEME_SECONDS = 365 * 24 * 60 * 60


def home(request: HttpRequest) -> HttpResponseBase:
    """The start page of the reader's role; visitors get the public one."""
    if request.user.is_authenticated:
        view = homes.view_for(request.user)
        if view is not None:
            return view(request)
    return visitor_home(request)


@require_safe
def visitor_home(request: HttpRequest) -> HttpResponse:
    """The public start page, made of what the apps have registered in `integrity.web.start`."""
    return render(request, "pages/home.html", {"start": start.content(request)})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Who sees what."""
    return render(request, "pages/privacy.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """How far these pages can be used by everybody."""
    return render(request, "pages/accessibility.html")


@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """How to reach the office."""
    return render(request, "pages/contact.html")


def _way_back(request: HttpRequest) -> str:
    address = request.POST.get("next", "")
    local = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if local else reverse("home")


@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Keep the chosen language: in a cookie, and for somebody signed in with the account."""
    language = request.POST.get("language", "")
    user: Any = request.user
    if user.is_authenticated and language in dict(settings.LANGUAGES):
        User.objects.filter(pk=user.pk).update(language=language)
    return django_set_language(request)


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep the choice of light or dark pages in a cookie; anything else follows the device."""
    response = HttpResponseRedirect(_way_back(request))
    theme = request.POST.get("theme", "")
    if theme in THEMES and theme != "auto":
        response.set_cookie(
            THEME_COOKIE, theme, max_age=THEME_SECONDS, httponly=True, samesite="Lax",
            secure=request.is_secure(),
        )  # fmt: skip
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response
