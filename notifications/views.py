"""The reader's letters, and the register for the desk."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from integrity.core.errors import InvalidInput
from notifications import content, registry, selectors
from notifications.enums import BounceReason, State
from notifications.services import desk, reading

ACTIONS: dict[str, tuple[Callable[..., Any], Any]] = {
    "resend": (desk.resend, gettext_lazy("The message is queued again.")),
    "mark_sent": (desk.mark_sent, gettext_lazy("The message is marked as sent.")),
    "mark_bounced": (
        desk.mark_bounced,
        gettext_lazy("The message is marked as not delivered: it came back."),
    ),
}


@login_required
@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    """The reader's letters: those not read yet, then the others, newest first."""
    user: Any = request.user
    unread_after = request.GET.get("unread", "")
    read_after = request.GET.get("read", "")
    context: dict[str, Any] = {"further": bool(unread_after or read_after)}
    if not read_after:
        context["unread"] = selectors.letters_page(user, read=False, after=unread_after)
    if not unread_after:
        context["read"] = selectors.letters_page(user, read=True, after=read_after)
    return render(request, "notifications/letters.html", context)


@login_required
@require_safe
def letter(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One letter. Opening it is the read receipt, once; fetching it ahead is not."""
    user: Any = request.user
    found = selectors.letter_for(user, public_id)
    ahead = request.headers.get("Sec-Purpose", "").startswith("prefetch")
    if request.method == "GET" and not ahead:
        reading.note_read(letter=found, reader=user)
    text = content.unseal_letter(found.content_sealed)
    return render(
        request,
        "notifications/letter.html",
        {
            "letter": found,
            "message": found.message,
            "to": text.to,
            # Sanitised when it was written (rendering.sanitised) and sealed since.
            "body": mark_safe(text.html),  # noqa: S308
        },
    )


@require_safe
def register_view(
    request: HttpRequest,
    *,
    institutions: Collection[str] | None,
    among: Q | None = None,
    action_url_name: str = "",
    show_names: bool = False,
    hidden_in: Callable[[Collection[str]], Collection[str]] = lambda _numbers: (),
) -> HttpResponse:
    """The register of letters, for a desk that has checked who is asking.

    `institutions` are the slugs the reader may see (None: all), `among` a further condition on the
    messages. `hidden_in` picks the cases whose names are hidden from the numbers of cases it is
    given. With `action_url_name`, the name of a URL that takes `public_id` and calls
    `register_action`, rows that need a person get buttons.
    """
    state, event = request.GET.get("state", ""), request.GET.get("event", "")
    events = registry.all_events()
    known_states = {"", "attention", *State.values}
    if state not in known_states or event not in {"", *(known.name for known in events)}:
        raise InvalidInput({"": [_("There is no such filter.")]})
    page = selectors.register(
        institutions=institutions,
        among=among,
        state=state,
        event=event,
        case_number=request.GET.get("case", "").strip()[:40],
        after=request.GET.get("after", ""),
    )
    return render(
        request,
        "notifications/register.html",
        {
            "rows": selectors.register_rows(
                page.rows,
                show_names=show_names,
                hidden_in=hidden_in({row.case_number for row in page.rows}),
            ),
            "next": page.next,
            "events": events,
            "states": State.choices,
            "bounce_reasons": BounceReason.choices,
            "state": state,
            "event": event,
            "case": request.GET.get("case", ""),
            "filtered": any(request.GET.get(name) for name in ("state", "event", "case")),
            "further": "after" in request.GET,
            "attention": selectors.attention_count(institutions=institutions, among=among),
            "action_url_name": action_url_name,
        },
    )


@require_POST
def register_action(
    request: HttpRequest,
    public_id: UUID,
    *,
    institutions: Collection[str] | None,
    among: Q | None = None,
    back_url_name: str,
    role: str = "",
) -> HttpResponse:
    """Send a message again, mark it as sent or as come back.

    POST only, for a desk that has checked the person.

    Raises `NotFound` outside the scope and `IllegalTransition` when it is too late for either.
    """
    action = ACTIONS.get(request.POST.get("action", ""))
    if action is None:
        raise InvalidInput({"": [_("Choose what to do with the message.")]})
    user: Any = request.user
    message = selectors.message_in_scope(public_id, institutions=institutions, among=among)
    service, said = action
    given = {"reason": request.POST.get("reason", "")} if action is ACTIONS["mark_bounced"] else {}
    service(message=message.public_id, actor=user, role=role, **given)
    messages.success(request, said)
    return HttpResponseRedirect(reverse(back_url_name))
