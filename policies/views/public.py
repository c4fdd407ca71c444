"""Public pages: the policies in force, each version at its own address, and what changed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as render_page
from django.views.decorators.http import require_safe

from integrity.core.errors import NotFound
from policies import difference, selectors
from policies.models import Version
from policies.rendering import render
from policies.rules import process_terms


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
    shown = page.version
    # What an institution does not say, the platform's policy of the same kind says (PO5).
    base = next(
        (
            item
            for item in page.related
            if item.document.institution_id is None and item.document.kind == page.document.kind
        ),
        None,
    )
    own = page.document.institution_id is not None
    context: dict[str, Any] = {
        "policy": page,
        "document": page.document,
        "version": shown,
        "permalink": permalink,
        "rendered": render(shown.body, page.document.title),
        "terms": process_terms(shown, base) if own else process_terms(shown),
        "changes": difference.compare(page.before, shown) if page.before else None,
    }
    return render_page(request, "policies/policy.html", context)


@require_safe
def compare(request: HttpRequest, slug: str) -> HttpResponse:
    """The difference between two published versions, `?from=` and `?to=`.

    Without them the version before the newest one is compared with the newest.
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
    found = selectors.versions_to_compare(document, (old, new))
    context = {
        "document": document,
        "versions": versions,
        "old": found[old],
        "new": found[new],
        "changes": _difference(found[old], found[new]),
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
