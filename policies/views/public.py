"""Public pages: the policies in force, each version at its own address, and what changed."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render as render_page
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from integrity.core.errors import InvalidInput, NotFound
from policies import difference, office, selectors
from policies.models import Version
from policies.rendering import render
from policies.rules import process_terms
from policies.selectors.readers import last_pledge, published_version
from policies.selectors.supplements import Holds, supplements, what_holds
from policies.services import readers
from policies.views import voters

VIEWS = ("inline", "side")


@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """Every policy in force, the platform's first, then each institution's."""
    return render_page(request, "policies/list.html", {"groups": selectors.policy_list()})


@require_safe
def policy(request: HttpRequest, slug: str) -> HttpResponse:
    """The version in force; where none is yet, the one that comes next."""
    return _page(request, selectors.policy_page(slug))


@require_safe
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A published version, for good at this address."""
    return _page(request, selectors.policy_page(slug, number), permalink=True)


def _page(
    request: HttpRequest, page: selectors.PolicyPage | None, *, permalink: bool = False
) -> HttpResponse:
    if page is None:
        raise NotFound
    user: Any = request.user
    shown = page.version
    holds = what_holds(page)
    embed = _embed_address(shown, permalink=permalink)
    context: dict[str, Any] = {
        "policy": page,
        "document": page.document,
        "version": shown,
        "permalink": permalink,
        "address": settings.SITE_URL + shown.get_absolute_url(),
        "embed_address": settings.SITE_URL + embed,
        "embed_code": format_html(
            '<iframe src="{}" title="{}" width="100%" height="600" loading="lazy"></iframe>',
            settings.SITE_URL + embed,
            page.document.title,
        ),
        "rendered": render(shown.body, page.document.title),
        "terms": _terms(shown, holds),
        "promised": render(shown.pledge) if shown.pledge.strip() else None,
        "pledge": last_pledge(user, page.document) if user.is_authenticated else None,
        "holds": holds,
        "changes": difference.compare(page.before, shown) if page.before else None,
        "open_to_reader": getattr(request, "restriction", None) is None,
    }
    if holds is None:
        context["supplements"], context["more_supplements"] = supplements(page)
    voter = voters.known(request)
    context["vote"] = readers.vote_of(shown, voter) if voter else None
    if office.manages(user, page.document):
        context["counts"] = readers.helpful_counts(page.document)[shown.number]
    return voters.by_cookie(render_page(request, "policies/policy.html", context))


def _terms(shown: Version, holds: Holds | None) -> Any:
    return process_terms(shown) if holds is None else holds.texts.terms


def _embed_address(shown: Version, *, permalink: bool) -> str:
    slug = shown.document.slug
    if permalink:
        return reverse("policies:embed_version", args=[slug, shown.number])
    return reverse("policies:embed", args=[slug])


@require_POST
def helpful(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Whether the version helped, from anybody. The last answer counts; then back to the page."""
    shown = published_version(slug, number)
    said = request.POST.get("helpful", "")
    if said not in ("yes", "no"):
        raise InvalidInput({"helpful": [_("Choose yes or no")]})
    voter, key = voters.voter(request)
    readers.vote(version=shown, voter=voter, helpful=said == "yes", source=voters.source(request))
    from_document = request.POST.get("from") == "document"
    back = shown.document if from_document else shown
    response = HttpResponseRedirect(
        f"{back.get_absolute_url()}#helpful", status=HTTPStatus.SEE_OTHER
    )
    return voters.remember(response, key)


@require_safe
def compare(request: HttpRequest, slug: str) -> HttpResponse:
    """The difference between two published versions, `?from=` and `?to=`, `?view=side` for one
    beside the other.

    Without them the version before the newest one is compared with the newest, in one text.
    """
    known = selectors.published_versions(slug)
    if known is None:
        raise NotFound
    document, versions = known
    numbers = [item.number for item in versions]
    new = _number(request, "to", default=numbers[0])
    older = [number for number in numbers if number < new]
    old = _number(request, "from", default=older[0] if older else numbers[-1])
    if old not in numbers or new not in numbers:
        raise NotFound
    view = request.GET.get("view") or VIEWS[0]
    if view not in VIEWS:
        raise NotFound
    found = selectors.versions_to_compare(document, (old, new))
    context = {
        "document": document,
        "versions": versions,
        "old": found[old],
        "new": found[new],
        "changes": _difference(found[old], found[new]),
        "view": view,
    }
    return render_page(request, "policies/compare.html", context)


def _difference(old: Version, new: Version) -> difference.Difference | None:
    return None if old == new else difference.compare(old, new)


def _number(request: HttpRequest, name: str, *, default: int) -> int:
    """A version number from the address; anything else than a number is nothing here."""
    raw = request.GET.get(name, "")
    if not raw:
        return default
    if not raw.isascii() or not raw.isdecimal() or len(raw) > 9:
        raise NotFound
    return int(raw)
