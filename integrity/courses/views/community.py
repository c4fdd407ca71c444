"""Channels of courses, and direct messages between the people of a course."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from integrity.core.errors import InvalidInput
from integrity.courses import page_selectors, services
from integrity.courses.forms import FindForm, WriteForm
from integrity.courses.services.community import MAX_MESSAGE, MAX_POST
from integrity.courses.views.gated import gated

_READ_OR_SEND = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@_READ_OR_SEND
@gated
def channel(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """A channel: what was written, and a form to write unless a decision keeps one out."""
    user: Any = request.user
    shown = page_selectors.channel_page(user, slug, public_id, after=request.GET.get("after"))
    form = WriteForm(_sent(request), label=_("Your post"), most=MAX_POST)
    if form.is_bound and form.is_valid():
        try:
            services.post_in_channel(
                actor=user,
                channel=shown.channel,
                body=form.cleaned_data["body"],
                form_key=form.cleaned_data["form_token"],
            )
        except InvalidInput as refusal:
            form.add_refusal(refusal)
        else:
            return _here(request)
    context = {"shown": shown, "course": shown.course, "form": form}
    return render(request, "courses/channel.html", context, status=form.http_status)


@login_required
@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """With whom one has written, and the people of one's courses."""
    user: Any = request.user
    form = FindForm(request.GET if "q" in request.GET else None)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    shown = page_selectors.messages_page(user, words=words, after=request.GET.get("after"))
    context = {"shown": shown, "words": words, "form": form}
    return render(request, "courses/messages.html", context, status=form.http_status)


@login_required
@_READ_OR_SEND
@gated
def conversation(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What two people wrote to each other, and a form to write unless a decision forbids it."""
    user: Any = request.user
    shown = page_selectors.conversation_page(user, public_id, after=request.GET.get("after"))
    form = WriteForm(_sent(request), label=_("Your message"), most=MAX_MESSAGE)
    if form.is_bound and form.is_valid():
        try:
            services.send_message(
                actor=user,
                recipient=shown.other,
                body=form.cleaned_data["body"],
                form_key=form.cleaned_data["form_token"],
            )
        except InvalidInput as refusal:
            form.add_refusal(refusal)
        else:
            return _here(request)
    context = {"shown": shown, "form": form}
    return render(request, "courses/conversation.html", context, status=form.http_status)


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _here(request: HttpRequest) -> HttpResponse:
    """This page again, with the newest on top; reloading it sends nothing."""
    return HttpResponseRedirect(request.path, status=HTTPStatus.SEE_OTHER)
