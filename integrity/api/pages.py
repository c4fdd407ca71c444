"""Pages for one's own tokens: the list, a new one, and the end of one."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrity.api import tokens
from integrity.api.forms import TokenForm
from integrity.core.errors import Conflict, InvalidInput
from integrity.web.forms import form_page


@login_required
@require_safe
def tokens_page(request: HttpRequest) -> HttpResponse:
    """The reader's tokens, the newest first."""
    user: Any = request.user
    return render(request, "api/tokens.html", {"tokens": tokens.own(user)})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def new(request: HttpRequest) -> HttpResponse:
    """Make a token, by somebody who signed in a moment ago.

    The answer shows the secret and is no redirect: it is kept nowhere, so no other page could show
    it. The same form again makes no second one.
    """
    user: Any = request.user
    form = TokenForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_bound and form.is_valid():
        told = form.cleaned_data
        try:
            token, secret = tokens.create(
                user=user,
                actor=user,
                name=told["name"],
                scopes=told["scopes"],
                days=int(told["days"]),
                form_key=form.key,
            )
        except InvalidInput as error:
            form.add_refusal(error)
        except Conflict as error:
            messages.info(request, str(error.message))
            return _to_list()
        else:
            response = render(request, "api/token_made.html", {"token": token, "secret": secret})
            response["Cache-Control"] = "no-store, private"
            return response
    return form_page(request, "api/token_new.html", form)


@login_required
@require_POST
def revoke(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Make a token useless. Somebody else's is a page that does not exist."""
    user: Any = request.user
    token = tokens.revoke(actor=user, token_id=public_id)
    messages.success(request, _("%(name)s is revoked.") % {"name": token.name})
    return _to_list()


def _to_list() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("tokens:list"), status=HTTPStatus.SEE_OTHER)
