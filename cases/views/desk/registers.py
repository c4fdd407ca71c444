"""Sanctions in force, and the register of letters."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from cases.selectors.register import letters_scope, names_hidden_in, sanctions_page
from cases.views.desk.guard import for_readers, for_staff
from integrity.accounts.enums import Role
from integrity.accounts.rules import STAFF_OF_CASES, has_role
from notifications import views as letters_views


@for_readers
@require_safe
def sanctions(request: HttpRequest) -> HttpResponse:
    """Sanctions in force, what ends next first; or those that are over."""
    user: Any = request.user
    page = sanctions_page(
        user, view=request.GET.get("view", ""), after=request.GET.get("after", "")
    )
    context = {"file": page, "first": "after" not in request.GET}
    return render(request, "cases/desk/sanctions.html", context)


@for_readers
@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    """Letters of the cases one may read, with those that did not arrive."""
    user: Any = request.user
    institutions, among = letters_scope(user)
    return letters_views.register_view(
        request,
        institutions=institutions,
        among=among,
        action_url_name="desk:letter" if has_role(user, *STAFF_OF_CASES) else "",
        show_names=True,
        hidden_in=names_hidden_in,
    )


@for_staff
@require_POST
def letter(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send a letter again, or mark it as sent."""
    user: Any = request.user
    institutions, among = letters_scope(user)
    answer = letters_views.register_action(
        request,
        public_id,
        institutions=institutions,
        among=among,
        back_url_name="desk:letters",
        role=Role.OFFICER if has_role(user, Role.OFFICER) else Role.MODERATOR,
    )
    if answer.status_code == HTTPStatus.FOUND:
        answer.status_code = HTTPStatus.SEE_OTHER
    return answer
