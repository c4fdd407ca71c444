"""Writing to others: in a channel of a course, and to one person alone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction

from integrity.core.errors import Conflict, NotFound, NotPermitted
from integrity.courses import gates, rules
from integrity.courses.enums import PostPlace
from integrity.courses.models import Channel, DirectMessage, Post
from integrity.courses.validators import written
from integrity.courses.words import BARRED_FROM_CHANNEL, BARRED_FROM_MESSAGES

if TYPE_CHECKING:
    from integrity.accounts.models import User

# As the columns take.
MAX_POST = 20_000
MAX_MESSAGE = 4_000


def post_in_channel(*, actor: User, channel: Channel, body: str, form_key: str) -> Post:
    """Write in a channel of a course one is in.

    `NotFound` for people outside the course, `gates.Closed` while it does not open to them,
    `NotPermitted` while a decision bars them from the channel, `InvalidInput` for an empty text.
    The same `form_key` of the same person is one post; with another text or in another channel it
    is a `Conflict`.
    """
    body = written("body", body, most=MAX_POST)
    # A post has no key of its own: its public id follows from who sent which form.
    public_id = uuid5(NAMESPACE_URL, f"post:{actor.public_id}:{form_key}")
    with transaction.atomic():
        if not rules.in_course(actor, channel.course):
            raise NotFound
        gates.require_open(actor, channel.course)
        if not rules.may_post(actor, channel):
            raise NotPermitted(BARRED_FROM_CHANNEL)
        post, created = Post.objects.get_or_create(
            public_id=public_id,
            defaults={
                "course": channel.course,
                "channel": channel,
                "author": actor,
                "place": PostPlace.CHAT,
                "body": body,
            },
        )
        if not created and (post.body != body or post.channel_id != channel.pk):
            raise Conflict
    return post


def send_message(*, actor: User, recipient: User, body: str, form_key: str) -> DirectMessage:
    """Write to one person of one's courses; only the two can ever read it.

    `NotFound` for a person who shares no course with the sender, `gates.Closed` while none that
    they share opens to the sender, `NotPermitted` while a decision bars the sender from messages to
    them or to anybody, `InvalidInput` for an empty text. The same
    `form_key` is one message; from somebody else, to another or with other words, a `Conflict`.
    """
    body = written("body", body, most=MAX_MESSAGE)
    with transaction.atomic():
        if not rules.reachable(actor).filter(pk=recipient.pk).exists():
            gate = rules.gate_to(actor, recipient)
            if gate is not None:
                raise gates.Closed(gate)
            raise NotFound
        if not rules.may_message(actor, recipient):
            raise NotPermitted(BARRED_FROM_MESSAGES)
        message, created = DirectMessage.objects.get_or_create(
            form_key=form_key, defaults={"sender": actor, "recipient": recipient, "body": body}
        )
        same = (message.sender_id, message.recipient_id) == (actor.pk, recipient.pk)
        if not created and not (same and message.body == body):
            raise Conflict
    return message
