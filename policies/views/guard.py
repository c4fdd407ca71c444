"""Who comes to the pages where policies are looked after."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from integrity.accounts.enums import Role
from integrity.accounts.rules import has_role
from integrity.audit import services as audit
from integrity.core.errors import NotFound

View = Callable[..., HttpResponseBase]


def for_administrators(view: View) -> View:
    """Administrators, of the platform or of an institution; a visitor signs in first, for others
    nothing is here. Which policies are theirs is said by `policies.office`."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not has_role(request.user, Role.ADMINISTRATOR):
            raise NotFound
        return view(request, *args, **kwargs)

    return login_required(guarded)


def acting(request: HttpRequest) -> audit.Actor:
    """The administrator as the history names them."""
    user: Any = request.user
    return audit.Actor.user(user.public_id, role=Role.ADMINISTRATOR)


def see_other(url_name: str, *args: Any) -> HttpResponseRedirect:
    """On to another page of this place after a form has done its work (303)."""
    return HttpResponseRedirect(
        reverse(f"policy_office:{url_name}", args=args), status=HTTPStatus.SEE_OTHER
    )
