"""Who comes to the desk, and how a refusal of a service is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from integrity.accounts.enums import Role
from integrity.accounts.rules import STAFF_OF_CASES, has_role
from integrity.core.errors import (
    Conflict,
    DomainError,
    IllegalTransition,
    InvalidInput,
    NoRoom,
    NotFound,
    NotPermitted,
    Stale,
    WindowClosed,
)
from integrity.web.errors import status_of
from integrity.web.forms import Form

View = Callable[..., HttpResponseBase]
Result = TypeVar("Result")


def for_readers(view: View) -> View:
    """Moderators, officers and auditors; a visitor signs in first, for others nothing is here."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not has_role(request.user, *STAFF_OF_CASES, Role.AUDITOR):
            raise NotFound
        try:
            return view(request, *args, **kwargs)
        except IllegalTransition as error:
            if request.method == "POST" or "number" not in kwargs:
                raise
            # A step that is not open now: the case itself says so, and what is open instead.
            from cases.views.desk.pages import show_case

            return show_case(
                request,
                kwargs["number"],
                status=HTTPStatus.CONFLICT,
                refused=error.message,
            )

    return login_required(guarded)


def for_staff(view: View) -> View:
    """Moderators and officers. An auditor sees that it is there and may not: `NotPermitted`."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not has_role(request.user, *STAFF_OF_CASES):
            raise NotPermitted
        return view(request, *args, **kwargs)

    return for_readers(guarded)


@dataclass(frozen=True)
class Tried(Generic[Result]):
    """What came of a service called from a form: its result, or why not."""

    result: Result | None
    error: DomainError | None

    @property
    def done(self) -> bool:
        return self.error is None

    @property
    def stale(self) -> bool:
        """Whether somebody changed the case since the form was opened."""
        return isinstance(self.error, Stale)

    @property
    def status(self) -> int:
        """200, or the status of the refusal."""
        return status_of(self.error) if self.error is not None else HTTPStatus.OK


def attempt(form: Form, call: Callable[[], Result]) -> Tried[Result]:
    """Call a service for a valid form; what it refuses goes onto the form, typed text stays.

    `NotFound` and `NotPermitted` pass: there is no page to put them on.
    """
    try:
        return Tried(call(), None)
    except InvalidInput as error:
        form.add_refusal(error)
        return Tried(None, error)
    except Stale as error:
        form.add_error(None, _("Somebody changed this case after you opened the page."))
        return Tried(None, error)
    except NoRoom as error:
        form.add_no_room(error)
        return Tried(None, error)
    except (IllegalTransition, Conflict, WindowClosed) as error:
        form.add_error(None, str(error.message))
        return Tried(None, error)


def see_other(url_name: str, *args: Any, query: str = "") -> HttpResponseRedirect:
    """On to another page after a form has done its work (303)."""
    return HttpResponseRedirect(
        reverse(f"desk:{url_name}", args=args) + query, status=HTTPStatus.SEE_OTHER
    )


def done(request: HttpRequest, said: str | Promise, number: str) -> HttpResponseRedirect:
    """Back to the case, saying what was done."""
    messages.success(request, str(said))
    return see_other("case", number)
