"""The review of a policy as everybody sees it, and sending something to it (PO7)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from integrity.core.errors import Conflict, InvalidInput
from integrity.web.forms import form_page
from policies.forms.reviews import InputForm
from policies.selectors import reviews as selectors
from policies.services import reviews as service


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, slug: str) -> HttpResponse:
    """When a policy was reviewed and when it is next. Anybody who is signed in can send something
    to an open review; a visitor reads."""
    user: Any = request.user
    page = selectors.public_review(user, slug)
    if request.method == "POST" and not user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    form = InputForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            service.send_input(
                actor=user,
                document=page.document,
                clause=form.cleaned_data["clause"],
                text=form.cleaned_data["text"],
                form_key=form.key,
            )
        except InvalidInput as error:
            form.add_refusal(error)
        except Conflict as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("Thank you. The meeting reads it and answers it here."))
            return HttpResponseRedirect(
                reverse("policies:review", args=[slug]), status=HTTPStatus.SEE_OTHER
            )
    context = {"page": page, "document": page.document}
    return form_page(request, "policies/reviews/public.html", form, context)
