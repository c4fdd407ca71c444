"""The text of a policy for the page of a course somewhere else.

The only page that other sites may show in a frame: it holds no form, no script, nothing about the
reader, and leaves no cookie. Its links open in the window around it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps

from csp.constants import NONE
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render as render_page
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from integrity.core.errors import NotFound
from policies import selectors
from policies.rendering import Part, Rendered, render

View = Callable[..., HttpResponseBase]


def _for_other_sites(view: View) -> View:
    """Headers that let another site frame the page, and let it do nothing there but be read."""

    @wraps(view)
    def framed(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        # Reading in a frame is no sign of life of a session, so nothing is written for it either.
        request.session.modified = False
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    directives = {
        "frame-ancestors": ["*"],
        "script-src": [NONE],
        "connect-src": [NONE],
        "form-action": [NONE],
    }
    return csp_replace(directives)(xframe_options_exempt(framed))


@require_safe
@_for_other_sites
def embed(request: HttpRequest, slug: str) -> HttpResponse:
    """The version in force, whichever that is when the page is opened."""
    return _page(request, selectors.policy_page(slug))


@require_safe
@_for_other_sites
def embed_version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One version, for good."""
    return _page(request, selectors.policy_page(slug, number))


def _page(request: HttpRequest, page: selectors.PolicyPage | None) -> HttpResponse:
    if page is None:
        raise NotFound
    context = {
        "policy": page,
        "document": page.document,
        "version": page.version,
        "parts": _inside(render(page.version.body, page.document.title)),
    }
    return render_page(request, "policies/embed.html", context)


def _inside(rendered: Rendered) -> list[Part]:
    """The parts with links to places of the same text kept in the frame; the page sends all others
    out of it."""
    return [
        replace(part, clauses=tuple(replace(c, html=_kept(c.html)) for c in part.clauses))
        for part in rendered.parts
    ]


def _kept(html: SafeString) -> SafeString:
    # The sanitiser writes every link this way, and no text can hold a bracket of its own.
    return mark_safe(html.replace('<a href="#', '<a target="_self" href="#'))  # noqa: S308
