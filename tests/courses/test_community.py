"""Channels, direct messages and roles: who reads and writes what, to the second."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from integrity.accounts import services as accounts
from integrity.accounts.enums import RestrictionKind
from integrity.core import clock
from integrity.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from integrity.core.forms import new_form_token
from integrity.courses import paging, rules, services
from integrity.courses.enums import EffectKind
from integrity.courses.models import DirectMessage, Effect, Post
from tests.courses import builders as make

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
NOW = make.HANDED_IN + timedelta(days=10)


class Room:
    """A course with a channel, two learners, a teacher and a mentor who is not enrolled."""

    def __init__(self) -> None:
        self.course = make.course(title="Data Ethics")
        self.channel = make.channel(self.course)
        self.enrolment = make.enrol(self.course, make.person("Amara Okonjo"))
        self.learner = self.enrolment.learner
        self.peer = make.enrol(self.course, make.person("Tomás Rivera")).learner
        self.teacher = make.teach(self.course)
        self.held = make.role(self.course)
        self.mentor = self.held.user
        self.outsider = make.enrol(make.course(), make.person("Otto Outside")).learner

    @property
    def page(self) -> str:
        return reverse("courses:channel", args=[self.course.slug, self.channel.public_id])

    def bar(self, **fields: Any) -> Effect:
        return services.apply_effect(
            **{
                "kind": EffectKind.BARRED_FROM_CHANNEL,
                "source": "sanction:1",
                "person": self.learner,
                "channel": self.channel,
                "starts_at": make.HANDED_IN,
                **fields,
            }
        )

    def silence(self, **fields: Any) -> Effect:
        return services.apply_effect(
            **{
                "kind": EffectKind.NO_MESSAGES,
                "source": "sanction:1",
                "person": self.learner,
                "starts_at": make.HANDED_IN,
                **fields,
            }
        )

    def remove(self) -> Effect:
        return services.apply_effect(
            kind=EffectKind.REMOVED_FROM_COURSE,
            source="sanction:9",
            enrolment=self.enrolment,
            starts_at=make.HANDED_IN,
        )


@pytest.fixture
def room() -> Room:
    return Room()


def talk(other: Any) -> str:
    return reverse("messages:conversation", args=[other.public_id])


def read(client: Client, reader: Any, url: str, status: int = 200) -> str:
    client.force_login(reader)
    answer = client.get(url)
    assert answer.status_code == status
    return unescape(answer.content.decode())


def send(client: Client, sender: Any, url: str, body: str = "Hello there", **data: str) -> Any:
    client.force_login(sender)
    return client.post(url, {"body": body, "form_token": new_form_token(), **data})


# Effects that reach people


def test_the_same_cause_and_target_is_one_effect(room: Room) -> None:
    other = make.channel(room.course, "Café")
    made = [
        room.bar(),
        room.bar(channel=other),
        room.bar(source="interim:2"),
        room.silence(),
        room.silence(other=room.peer),
        room.silence(other=room.teacher),
        services.apply_effect(
            kind=EffectKind.ROLE_ENDED, source="sanction:1", role=room.held, starts_at=NOW
        ),
    ]
    again = [
        room.bar(),
        room.bar(channel=other),
        room.bar(source="interim:2"),
        room.silence(),
        room.silence(other=room.peer),
        room.silence(other=room.teacher),
        services.apply_effect(
            kind=EffectKind.ROLE_ENDED, source="sanction:1", role=room.held, starts_at=NOW
        ),
    ]
    assert [row.pk for row in made] == [row.pk for row in again]
    assert Effect.objects.count() == len(made)


def test_82_a_bar_begins_and_ends_to_the_second(room: Room) -> None:
    begin, end = NOW, NOW + timedelta(days=7)
    room.bar(starts_at=begin, ends_at=end)
    room.silence(starts_at=begin, ends_at=end)
    services.apply_effect(
        kind=EffectKind.ROLE_ENDED,
        source="sanction:1",
        role=room.held,
        starts_at=begin,
        ends_at=end,
    )
    for at, free in (
        (begin - SECOND, True),
        (begin, False),
        (end - SECOND, False),
        (end, True),
        (end + SECOND, True),
    ):
        with clock.frozen(at):
            assert rules.may_post(room.learner, room.channel) is free
            assert rules.may_message(room.learner, room.peer) is free
            assert rules.holds_role(room.mentor, room.course, "mentor") is free
            assert rules.in_course(room.mentor, room.course) is free


def test_the_longest_of_several_bars_is_told(room: Room) -> None:
    room.bar(source="a", ends_at=NOW + timedelta(days=1))
    long = room.bar(source="b", ends_at=NOW + timedelta(days=9))
    with clock.frozen(NOW):
        assert rules.channel_bar(room.learner, room.channel) == long
        endless = room.bar(source="c")
        assert rules.channel_bar(room.learner, room.channel) == endless
        services.reverse_effects(source="c")
        assert rules.channel_bar(room.learner, room.channel) == long
        assert not rules.may_post(room.learner, room.channel)


def test_a_bar_holds_in_one_channel_and_for_one_person(room: Room) -> None:
    other = make.channel(room.course, "Café")
    room.bar()
    assert not rules.may_post(room.learner, room.channel)
    assert rules.may_post(room.learner, other)
    assert rules.may_post(room.peer, room.channel)


def test_messages_to_one_person_or_to_anybody(room: Room) -> None:
    room.silence(other=room.peer)
    assert not rules.may_message(room.learner, room.peer)
    assert rules.may_message(room.learner, room.teacher)
    # Who was to be left alone may still write.
    assert rules.may_message(room.peer, room.learner)
    room.silence()
    assert not rules.may_message(room.learner, room.teacher)


def test_a_restriction_stops_both(room: Room) -> None:
    accounts.restrict(
        user=room.learner,
        kind=RestrictionKind.SUSPENDED,
        source="sanction:2",
        starts_at=make.HANDED_IN,
        ends_at=None,
    )
    assert not rules.may_post(room.learner, room.channel)
    assert not rules.may_message(room.learner, room.peer)


# Roles


def test_a_role_opens_the_course_while_it_counts(client: Client, room: Room) -> None:
    course = reverse("courses:course", args=[room.course.slug])
    assert "Mentor" in read(client, room.mentor, reverse("courses:courses"))
    assert "Mira Mentor" in read(client, room.learner, course)
    read(client, room.mentor, course)
    read(client, room.mentor, room.page)
    services.apply_effect(kind=EffectKind.ROLE_ENDED, source="sanction:1", role=room.held)
    read(client, room.mentor, course, 404)
    read(client, room.mentor, room.page, 404)
    assert "Mira Mentor" not in read(client, room.learner, course)
    assert "Mentor" not in read(client, room.mentor, reverse("courses:courses")).replace(
        "Mira Mentor", ""
    )
    services.reverse_effects(source="sanction:1")
    read(client, room.mentor, room.page)


def test_a_removed_learner_does_not_come_back_through_a_role(room: Room) -> None:
    make.role(room.course, room.learner, "assistant")
    room.remove()
    assert not rules.in_course(room.learner, room.course)
    assert not rules.holds_role(room.learner, room.course, "assistant")
    services.reverse_effects(source="sanction:9")
    assert rules.in_course(room.learner, room.course)
    assert rules.holds_role(room.learner, room.course, "assistant")


# Channels


def test_people_of_the_course_read_and_write(client: Client, room: Room) -> None:
    for number, person in enumerate((room.learner, room.teacher, room.mentor)):
        answer = send(client, person, room.page, f"Words {number}")
        assert (answer.status_code, answer["Location"]) == (303, room.page)
    page = read(client, room.peer, room.page)
    assert re.findall(r"Words (\d)", page) == ["2", "1", "0"]
    post = Post.objects.get(body="Words 0")
    assert (post.course, post.channel, post.author) == (room.course, room.channel, room.learner)
    assert f"{reverse('report:incident')}?post={post.public_id}" in page
    assert f"?post={post.public_id}" not in read(client, room.learner, room.page)
    course = read(client, room.peer, reverse("courses:course", args=[room.course.slug]))
    assert room.page in course
    assert "Words 0" not in course


def test_a_channel_is_not_there_for_others(client: Client, room: Room) -> None:
    elsewhere = make.channel(make.course())
    below = reverse("courses:channel", args=[room.course.slug, elsewhere.public_id])
    for reader, url in ((room.outsider, room.page), (make.person(), room.page), (room.peer, below)):
        nothing = url.replace(url.rstrip("/").rpartition("/")[2], str(uuid.uuid4()))
        client.force_login(reader)
        assert client.get(url).content == client.get(nothing).content
        assert send(client, reader, url).status_code == 404
    assert not Post.objects.exists()
    client.logout()
    assert client.get(room.page).status_code == 302


def test_who_is_barred_is_told_politely_and_reads_nothing(client: Client, room: Room) -> None:
    post = make.post(room.course, room.peer, channel=room.channel, place="chat", body="Our plan")
    url = reverse("courses:post", args=[room.course.slug, post.public_id])
    read(client, room.learner, url)
    room.bar(ends_at=clock.now() + timedelta(days=3))
    page = read(client, room.learner, room.page)
    assert "A decision keeps you out of this channel" in page
    assert "It ends by itself" in page
    assert "Our plan" not in page
    assert 'name="body"' not in page
    read(client, room.learner, url, 404)
    answer = send(client, room.learner, room.page)
    assert answer.status_code == 403
    assert "keeps you out of this channel" in unescape(answer.content.decode())
    assert Post.objects.count() == 1
    assert "Our plan" in read(client, room.peer, room.page)
    services.reverse_effects(source="sanction:1")
    assert "Our plan" in read(client, room.learner, room.page)
    assert send(client, room.learner, room.page).status_code == 303


def test_who_is_removed_finds_no_channel(client: Client, room: Room) -> None:
    room.remove()
    read(client, room.learner, room.page, 404)
    assert send(client, room.learner, room.page).status_code == 404
    read(client, room.learner, talk(room.peer), 404)
    services.reverse_effects(source="sanction:9")
    read(client, room.learner, room.page)
    read(client, room.learner, talk(room.peer))


def test_a_suspended_person_reaches_neither(client: Client, room: Room) -> None:
    accounts.restrict(
        user=room.learner,
        kind=RestrictionKind.SUSPENDED,
        source="sanction:2",
        starts_at=make.HANDED_IN,
        ends_at=None,
    )
    for url in (room.page, talk(room.peer), reverse("messages:messages")):
        read(client, room.learner, url, 403)
        assert send(client, room.learner, url).status_code == 403
    assert not Post.objects.exists()
    assert not DirectMessage.objects.exists()


def test_58_the_same_form_is_one_post(client: Client, room: Room) -> None:
    token = new_form_token()
    for _again in range(3):
        assert send(client, room.learner, room.page, form_token=token).status_code == 303
    assert Post.objects.count() == 1
    changed = send(client, room.learner, room.page, "Other words", form_token=token)
    assert changed.status_code == 409
    # Another person's form is another form.
    assert send(client, room.peer, room.page, "Other words", form_token=token).status_code == 303
    assert Post.objects.count() == 2


@pytest.mark.parametrize("body", ["", "   ", "\u200b", "x" * 20_001, "nul \x00"])
def test_a_text_that_cannot_be_posted_is_refused_and_kept(
    client: Client, room: Room, body: str
) -> None:
    answer = send(client, room.learner, room.page, body)
    assert answer.status_code == 400
    assert 'href="#id_body"' in answer.content.decode()
    with pytest.raises(InvalidInput):
        services.post_in_channel(
            actor=room.learner, channel=room.channel, body=body, form_key="key"
        )
    assert not Post.objects.exists()


def test_50_markup_in_posts_and_messages_is_inert(client: Client, room: Room) -> None:
    bad = '<script>alert("x")</script>{{7*7}}'
    send(client, room.peer, room.page, bad)
    send(client, room.peer, talk(room.learner), bad)
    for url in (room.page, talk(room.peer), reverse("messages:messages")):
        client.force_login(room.learner)
        content = client.get(url).content
        assert b"<script>alert" not in content
        assert b"{{7*7}}" in content


def test_long_channels_come_page_by_page(client: Client, room: Room) -> None:
    for number in range(paging.PAGE_SIZE + 2):
        at = make.HANDED_IN + timedelta(minutes=number)
        make.post(
            room.course, room.peer, channel=room.channel, body=f"Row {number}.", created_at=at
        )
        make.message(room.peer, room.learner, body=f"Row {number}.", sent_at=at)
    for first in (room.page, talk(room.peer)):
        seen: list[str] = []
        url = first
        while url:
            html = read(client, room.learner, url)
            seen += re.findall(r"Row (\d+)\.", html)
            found = re.search(r'href="(\?after=[^"]+)"[^>]*rel="next"', html)
            url = first + found[1] if found else ""
        assert seen == [str(number) for number in reversed(range(paging.PAGE_SIZE + 2))]
        for after in ("x", str(uuid.uuid4())):
            read(client, room.learner, f"{first}?after={after}", 404)


# Content that decisions changed


def test_an_edited_post_shows_the_other_text_and_says_so(client: Client, room: Room) -> None:
    post = make.post(room.course, room.peer, channel=room.channel, body="You fool")
    forum = make.post(room.course, room.peer, body="You fool")
    for number, row in enumerate((post, forum)):
        services.apply_effect(
            kind=EffectKind.CONTENT_REPLACED,
            source=f"sanction:{number}",
            post=row,
            replacement="I disagree <b>strongly</b>",
        )
    for url in (
        room.page,
        reverse("courses:course", args=[room.course.slug]),
        reverse("courses:post", args=[room.course.slug, post.public_id]),
    ):
        for reader in (room.learner, room.peer, room.teacher):
            client.force_login(reader)
            html = client.get(url).content.decode()
            assert "I disagree &lt;b&gt;strongly&lt;/b&gt;" in html
            assert "edited by the office" in html
            assert "You fool" not in html
    post.refresh_from_db()
    assert post.body == "You fool"


def test_hiding_wins_over_editing_and_the_newest_text_counts(client: Client, room: Room) -> None:
    post = make.post(room.course, room.peer, channel=room.channel, body="First words")
    url = reverse("courses:post", args=[room.course.slug, post.public_id])

    def change(kind: EffectKind, source: str, hour: int, text: str = "") -> None:
        services.apply_effect(
            kind=kind,
            source=source,
            post=post,
            replacement=text,
            starts_at=make.HANDED_IN + timedelta(hours=hour),
        )

    change(EffectKind.CONTENT_REPLACED, "a", 2, "Second words")
    change(EffectKind.CONTENT_REPLACED, "b", 1, "Third words")
    assert "Second words" in read(client, room.learner, url)
    change(EffectKind.CONTENT_HIDDEN, "c", 3)
    page = read(client, room.learner, url)
    assert "removed after a decision" in page
    assert "words" not in page
    services.reverse_effects(source="c")
    assert "Second words" in read(client, room.learner, url)
    services.reverse_effects(source="a")
    assert "Third words" in read(client, room.learner, url)
    services.reverse_effects(source="b")
    page = read(client, room.learner, url)
    assert "First words" in page
    assert "edited by the office" not in page


# Messages


def test_a_message_is_read_by_the_two_alone(client: Client, room: Room) -> None:
    assert send(client, room.learner, talk(room.peer), "Canary 41").status_code == 303
    assert "Canary 41" in read(client, room.learner, talk(room.peer))
    assert "Canary 41" in read(client, room.peer, talk(room.learner))
    assert "Canary 41" in read(client, room.peer, reverse("messages:messages"))
    for third in (room.teacher, room.mentor):
        for other in (room.learner, room.peer):
            assert "Canary 41" not in read(client, third, talk(other))
        assert "Canary 41" not in read(client, third, reverse("messages:messages"))


def test_people_one_shares_nothing_with_are_not_there(client: Client, room: Room) -> None:
    client.force_login(room.learner)
    nobody = reverse("messages:conversation", args=[uuid.uuid4()])
    for url in (talk(room.outsider), talk(room.learner)):
        assert client.get(url).status_code == 404
        assert client.get(url).content == client.get(nobody).content
        assert send(client, room.learner, url).status_code == 404
    with pytest.raises(NotFound):
        services.send_message(
            actor=room.learner, recipient=room.outsider, body="Hello", form_key="key"
        )
    assert not DirectMessage.objects.exists()


def test_people_are_found_by_name_within_ones_courses(client: Client, room: Room) -> None:
    page = read(client, room.learner, reverse("messages:messages"))
    for person in (room.peer, room.teacher, room.mentor):
        assert talk(person) in page
    assert talk(room.outsider) not in page
    assert talk(room.learner) not in page
    found = read(client, room.learner, reverse("messages:messages") + "?q=river")
    assert talk(room.peer) in found
    assert talk(room.teacher) not in found
    assert "Nobody in your courses has this name." in read(
        client, room.learner, reverse("messages:messages") + "?q=Otto"
    )


@pytest.mark.parametrize("words", ["\x00", "x" * 101])
def test_a_name_that_cannot_be_is_refused(client: Client, room: Room, words: str) -> None:
    client.force_login(room.learner)
    answer = client.get(reverse("messages:messages"), {"q": words})
    assert answer.status_code == 400
    assert 'href="#id_q"' in answer.content.decode()


def test_after_the_course_the_conversation_stays_and_ends(client: Client, room: Room) -> None:
    make.message(room.peer, room.learner, body="See you")
    room.remove()
    page = read(client, room.learner, talk(room.peer))
    assert "See you" in page
    assert "not in a course together any more" in page
    assert 'name="body"' not in page
    assert send(client, room.learner, talk(room.peer)).status_code == 404
    assert DirectMessage.objects.count() == 1


@pytest.mark.parametrize("named", [True, False])
def test_who_is_barred_from_messages_is_told_politely(
    client: Client, room: Room, named: bool
) -> None:
    make.message(room.peer, room.learner, body="See you")
    room.silence(**({"other": room.peer} if named else {}))
    page = read(client, room.learner, talk(room.peer))
    assert "See you" in page
    assert 'name="body"' not in page
    assert ("to this person" in page) is named
    answer = send(client, room.learner, talk(room.peer))
    assert answer.status_code == 403
    assert "keeps you from writing here" in unescape(answer.content.decode())
    # The other is told nothing of it.
    theirs = read(client, room.peer, talk(room.learner))
    assert "decision" not in theirs.partition("<main")[2]
    assert send(client, room.learner, talk(room.teacher)).status_code == (303 if named else 403)
    services.reverse_effects(source="sanction:1")
    assert send(client, room.learner, talk(room.peer)).status_code == 303


def test_58_the_same_form_is_one_message(room: Room) -> None:
    def write(body: str = "Hello", key: str = "key", by: Any = None) -> DirectMessage:
        return services.send_message(
            actor=by or room.learner, recipient=room.peer, body=body, form_key=key
        )

    assert write() == write()
    for other in ({"body": "Else"}, {"by": room.teacher}):
        with pytest.raises(Conflict):
            write(**other)
    assert DirectMessage.objects.count() == 1


def test_a_bar_between_reading_and_writing_counts(room: Room) -> None:
    room.silence(other=room.peer)
    with pytest.raises(NotPermitted):
        services.send_message(actor=room.learner, recipient=room.peer, body="Hello", form_key="key")
    room.bar()
    with pytest.raises(NotPermitted):
        services.post_in_channel(
            actor=room.learner, channel=room.channel, body="Hello", form_key="key"
        )
    assert not DirectMessage.objects.exists()
    assert not Post.objects.exists()


def test_pages_cost_the_same_for_one_row_and_three(
    client: Client, room: Room, count_queries: Any
) -> None:
    def more(number: int) -> None:
        person = make.enrol(room.course, make.person(f"Peer {number}")).learner
        make.role(room.course, person)
        post = make.post(room.course, person, channel=room.channel)
        services.apply_effect(
            kind=EffectKind.CONTENT_REPLACED,
            source=f"sanction:{number}",
            post=post,
            replacement="Other words",
        )
        make.channel(room.course, f"Channel {number}")
        make.message(person, room.learner)
        make.message(room.learner, room.peer)
        make.role(make.course(), room.learner)

    urls = (
        room.page,
        talk(room.peer),
        reverse("messages:messages"),
        reverse("courses:courses"),
        reverse("courses:course", args=[room.course.slug]),
    )

    def cost() -> list[int]:
        found = []
        for url in urls:
            read(client, room.learner, url)
            with count_queries() as queries:
                read(client, room.learner, url)
            found.append(queries.number)
        return found

    more(1)
    before = cost()
    more(2)
    more(3)
    assert cost() == before
    assert max(before) <= 22
