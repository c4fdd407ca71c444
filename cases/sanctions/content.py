"""Consequences for what somebody posted: removed, or edited by the office."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from cases.models import Respondent, Sanction
from cases.sanctions.base import Handler, Text, taken_back
from integrity.core.errors import InvalidInput
from integrity.core.forms import TextField
from integrity.courses import selectors, services
from integrity.courses.enums import EffectKind
from integrity.courses.models import Post
from integrity.courses.services.community import MAX_POST
from integrity.courses.validators import written


def post_of(respondent: Respondent) -> Post | None:
    """What this respondent posted, where the case is about that."""
    post = respondent.case.post
    return post if post is not None and post.author_id == respondent.person.pk else None


class ContentRemoved(Handler):
    """The post the case is about is hidden; its text stays sealed in the record."""

    code = "content_removed"

    def unavailable(self, respondent: Respondent) -> Text | None:
        if post_of(respondent) is None:
            return _("The case is not about something this learner posted.")
        return None

    def describe(self, sanction: Sanction) -> str:
        return _("What you posted is removed.")

    def apply(self, sanction: Sanction) -> None:
        post = post_of(sanction.respondent)
        if post is None:
            raise ValueError("There is no post to remove.")
        services.apply_effect(
            kind=EffectKind.CONTENT_HIDDEN,
            source=sanction.source,
            post=post,
            starts_at=sanction.starts_at,
        )

    def reverse(self, sanction: Sanction) -> list[str]:
        return _seen_again(sanction)


class ContentEdited(Handler):
    """The post shows another text, marked as edited by the office; its own stays in the record."""

    code = "content_edited"

    def fields(self, respondent: Respondent) -> dict[str, forms.Field]:
        post = post_of(respondent)
        return {
            "text": TextField(
                label=_("How should the post read?"),
                help_text=_("Everybody in the course sees this text, marked as edited by us."),
                max_length=MAX_POST,
                required=False,
                initial=post.body if post is not None else "",
            )
        }

    def clean(self, respondent: Respondent, params: Mapping[str, Any]) -> dict[str, Any]:
        text = written("text", str(params.get("text") or ""), most=MAX_POST)
        post = post_of(respondent)
        if post is not None and text == post.body:
            raise InvalidInput({"text": [_("Change what should read differently.")]})
        return {"text": text}

    def unavailable(self, respondent: Respondent) -> Text | None:
        if post_of(respondent) is None:
            return _("The case is not about something this learner posted.")
        return None

    def describe(self, sanction: Sanction) -> str:
        return _("What you posted is edited. The page of your case shows both texts.")

    def details(self, sanction: Sanction) -> list[tuple[Text, Text]]:
        return [(_("The post will read"), sanction.params["text"])]

    def apply(self, sanction: Sanction) -> None:
        post = post_of(sanction.respondent)
        if post is None:
            raise ValueError("There is no post to edit.")
        services.apply_effect(
            kind=EffectKind.CONTENT_REPLACED,
            source=sanction.source,
            post=post,
            replacement=sanction.params["text"],
            starts_at=sanction.starts_at,
        )

    def reverse(self, sanction: Sanction) -> list[str]:
        return _seen_again(sanction)


def _seen_again(sanction: Sanction) -> list[str]:
    """Take the effect away and say what is seen of the post now."""
    gone = taken_back(sanction)
    post = post_of(sanction.respondent)
    if not gone or post is None:
        return []
    standing = set(selectors.active_effects().filter(post=post).values_list("kind", flat=True))
    if EffectKind.CONTENT_HIDDEN in standing:
        return [_("This reason is gone, but what you posted is still removed for another one.")]
    if EffectKind.CONTENT_REPLACED in standing:
        return [_("What you posted can be seen, but it is still edited for another reason.")]
    return [_("What you posted can be seen again, as you wrote it.")]
