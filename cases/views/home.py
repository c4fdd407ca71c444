"""The start page of everybody who is signed in: what is most urgent for their role, on `/`.

Somebody with several roles gets one page and links to the others; their own matters always have
`/my/`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from cases.selectors import home as selectors
from cases.selectors import my, overview
from cases.selectors.report import about
from cases.views import my_words
from cases.views.my_reports import progress
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.accounts.rules import STAFF_OF_CASES, has_role
from integrity.courses.models import Teaching


@dataclass(frozen=True)
class Place:
    """A way to the work of one role."""

    key: str
    label: str | Promise
    hint: str | Promise
    url: str
    icon: str


# What the start page of a role counts.
OVERVIEWS: dict[str, Callable[[User], Any]] = {
    "administrator": overview.administration,
    "auditor": overview.auditing,
}


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """`/` for somebody signed in.

    A question that waits for their own answer comes before every duty, and so does a restriction.
    A request to help comes before everything but the desk, for anybody can name anybody there.
    """
    user: Any = request.user
    rows = my.my_cases(user)
    beside = selectors.beside(user)
    restricted = getattr(request, "restriction", None) is not None
    if restricted or beside.statements or any(row.needs_me for row in rows):
        return _personal(request, rows, beside)
    if has_role(user, *STAFF_OF_CASES):
        return HttpResponseRedirect(reverse("desk:dashboard"))
    if beside.invitations and not has_role(user, Role.ADVISER):
        return _personal(request, rows, beside)
    for role, name in (
        (Role.AUDITOR, "auditor"),
        (Role.ADMINISTRATOR, "administrator"),
        (Role.ADVISER, "adviser"),
    ):
        if has_role(user, role):
            context = {"others": _others(user, but=name), "shown": beside}
            if name in OVERVIEWS:
                context["overview"] = OVERVIEWS[name](user)
            return render(request, f"cases/home/{name}.html", context)
    if Teaching.objects.filter(user=user).exists():
        return _teacher(request)
    return _personal(request, rows, beside)


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """`/my/`: the reader's own letters, cases, courses and reports, whatever their role."""
    return _personal(request, None, None)


def _personal(
    request: HttpRequest, rows: list[my.MyCaseRow] | None, beside: selectors.Beside | None
) -> HttpResponse:
    user: Any = request.user
    shown = selectors.personal(user, cases=rows, beside_them=beside)
    return render(
        request,
        "cases/home/personal.html",
        {
            "shown": shown,
            "lines": [my_words.line(row) for row in shown.waiting],
            "reports": [(row, about(row), progress(row)) for row in shown.reports],
            "others": _others(user, but="personal", teaches=bool(shown.courses.teaching)),
        },
    )


def _teacher(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    context = {"shown": selectors.teacher(user), "others": _others(user, but="teacher")}
    return render(request, "cases/home/teacher.html", context)


def _others(user: User, *, but: str, teaches: bool = False) -> list[Place]:
    """Where else the person has something to do."""
    places = []
    if has_role(user, *STAFF_OF_CASES):
        places.append(
            Place(
                "desk",
                _("The desk"),
                _("Cases, deadlines, sanctions"),
                reverse("desk:dashboard"),
                "inbox",
            )
        )
    if has_role(user, Role.AUDITOR):
        places.append(
            Place(
                "auditor",
                _("History and exports"),
                _("Read, export and check what was done"),
                reverse("audit:history"),
                "shield-check",
            )
        )
    if has_role(user, Role.ADMINISTRATOR):
        places.append(
            Place(
                "administrator",
                _("Administration"),
                _("People, roles, institutions and courses"),
                reverse("admin:index"),
                "settings",
            )
        )
    if teaches:
        places.append(
            Place(
                "teacher",
                _("Your teaching"),
                _("Courses you teach, and what was handed in"),
                reverse("courses:courses"),
                "graduation-cap",
            )
        )
    places.append(
        Place(
            "personal",
            _("Your own matters"),
            _("Letters, cases, courses and reports of yours"),
            reverse("my:home"),
            "user",
        )
    )
    return [place for place in places if place.key != but]
