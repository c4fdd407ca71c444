"""Channels and direct messages, one function a page, each a constant number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from integrity.accounts.models import User
from integrity.core.errors import NotFound
from integrity.courses import gates, rules
from integrity.courses.models import Channel, Course, DirectMessage, Effect, Post
from integrity.courses.page_selectors.record import course_of, with_decisions
from integrity.courses.paging import Page, newest_first

PEOPLE_SHOWN = 20


@dataclass(frozen=True)
class ChannelPage:
    """A channel. While `bar` keeps the reader out there are no posts."""

    course: Course
    channel: Channel
    bar: Effect | None
    posts: Page[Post]


@dataclass(frozen=True)
class MessagesPage:
    """With whom the reader has written (users with `last_sent` and `last_body`), and who is there.

    `people` are at most `PEOPLE_SHOWN` people of the reader's courses, by name; `more` says whether
    there are others. The people of courses behind `closed` gates are not among them.
    """

    conversations: Page[User]
    people: Sequence[User]
    more: bool
    closed: Sequence[gates.Gate]


@dataclass(frozen=True)
class ConversationPage:
    """What two people wrote to each other. `apart`: they share no course any more, or none that
    is open to the reader; then `gate` is what the reader has to do first."""

    other: User
    messages: Page[DirectMessage]
    bar: Effect | None
    apart: bool
    gate: gates.Gate | None


def channel_page(
    user: User, slug: str, public_id: UUID, *, after: str | None = None
) -> ChannelPage:
    """A channel of a course the user is in. Raises `NotFound` for outsiders."""
    course = course_of(user, slug)
    channel = course.channels.filter(public_id=public_id).first()
    if channel is None:
        raise NotFound
    channel.course = course
    bar = rules.channel_bar(user, channel)
    # Of a channel one is barred from, `visible_posts` holds none.
    posts = newest_first(
        with_decisions(rules.visible_posts(user).filter(channel=channel)),
        by="created_at",
        after=after,
    )
    return ChannelPage(course, channel, bar, posts)


def messages_page(user: User, *, words: str = "", after: str | None = None) -> MessagesPage:
    """The user's conversations, the newest first, and people of their courses named `words`."""
    between = _between(user, OuterRef("pk")).order_by("-sent_at", "-pk")
    written = User.objects.filter(Exists(between)).annotate(
        last_sent=Subquery(between.values("sent_at")[:1]),
        last_body=Subquery(between.values("body")[:1]),
    )
    people = rules.reachable(user).order_by("display_name", "pk")
    if words:
        people = people.filter(display_name__icontains=words)
    found = list(people[: PEOPLE_SHOWN + 1])
    return MessagesPage(
        newest_first(written, by="last_sent", after=after),
        found[:PEOPLE_SHOWN],
        len(found) > PEOPLE_SHOWN,
        gates.closed(user),
    )


def conversation_page(user: User, public_id: UUID, *, after: str | None = None) -> ConversationPage:
    """What the user and one other person wrote to each other.

    `NotFound` for somebody with whom the user neither shares a course nor ever wrote: whether there
    is such a person is told to nobody. `gates.Closed` where the only course they share does not
    open to the user yet and they never wrote.
    """
    reachable = rules.reachable(user).filter(pk=OuterRef("pk"))
    written = Exists(_between(user, OuterRef("pk")))
    other = (
        User.objects.filter(written | Exists(reachable), public_id=public_id)
        .exclude(pk=user.pk)
        .annotate(together=Exists(reachable))
        .first()
    )
    if other is None:
        gate = rules.gate_to(user, public_id)
        if gate is not None:
            raise gates.Closed(gate)
        raise NotFound
    messages = newest_first(_between(user, other), by="sent_at", after=after)
    return ConversationPage(
        other=other,
        messages=messages,
        bar=rules.message_bar(user, other),
        apart=not other.together,
        gate=None if other.together else rules.gate_to(user, other),
    )


def _between(user: User, other: User | OuterRef) -> QuerySet[DirectMessage]:
    return DirectMessage.objects.filter(
        Q(sender=user, recipient=other) | Q(sender=other, recipient=user)
    )
