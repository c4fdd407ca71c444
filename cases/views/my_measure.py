"""An interim measure as the learner reads and answers it, also before any notice (PR7)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.forms.interim import MeasureAnswerForm
from cases.selectors.interim import my_measure
from cases.selectors.my import known_to
from cases.services import interim as service
from cases.views import my_words as words
from integrity.core.errors import Conflict, IllegalTransition, InvalidInput
from integrity.web.errors import status_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def measure(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What holds, why and until when; answering it once, for as long as it holds."""
    user: Any = request.user
    row = my_measure(user, public_id)
    form = MeasureAnswerForm(request.POST if request.method == "POST" else None)
    status = None
    if request.method == "POST" and form.is_valid():
        try:
            service.answer(actor=user, measure_id=public_id, text=form.cleaned_data["text"])
        except InvalidInput as error:
            form.add_refusal(error)
        except (Conflict, IllegalTransition) as error:
            form.add_error(None, str(error.message))
            status = status_of(error)
            row = my_measure(user, public_id)
        else:
            messages.success(request, _("We have your answer. Somebody reads it."))
            return HttpResponseRedirect(
                reverse("my:measure", args=[public_id]), status=HTTPStatus.SEE_OTHER
            )
    context = {
        "measure": row,
        "case": row.case,
        "case_open": known_to(user, row.case.number),
        "matter": words.matter(row.case),
        "contact": words.contact(row.case),
        "form": form,
        "until": words.until_words(row.ends_at),
        "typed": str(form["text"].value() or "") if status else "",
    }
    return render(request, "cases/my/measure.html", context, status=status or form.http_status)
