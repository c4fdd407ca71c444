"""Tags and data-driven components render what they promise, escaped."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory

from integrity.core import clock
from integrity.web import navigation
from tests.web.conftest import flat

NASTY = "<script>alert(\"x\")</script> & 'quotes'"


def render(text: str, /, **context: object) -> str:
    return engines["django"].from_string(text).render(context)


def test_an_icon_is_decoration_unless_it_has_a_name() -> None:
    assert 'aria-hidden="true"' in render('{% icon "mail" %}')
    named = render('{% icon "mail" label=name %}', name=NASTY)
    assert 'role="img"' in named
    assert "&lt;script&gt;" in named
    assert "<script" not in named
    assert "i--turn" in render('{% icon "arrow-left" turn=True %}')


def test_a_status_is_shape_and_word_and_tone() -> None:
    html = render('{% status "overdue" %}')
    assert 'class="st t-stop"' in html
    assert "#s-over" in html
    assert html.endswith("Overdue</span>")
    assert "2 days over" in render('{% status "overdue" text="2 days over" %}')
    assert "&lt;script&gt;" in render('{% status "overdue" text=text %}', text=NASTY)


def test_plain_text_becomes_paragraphs_and_nothing_else() -> None:
    html = render("{{ text|paragraphs }}", text=f"One\r\ntwo\n\n\n{NASTY}\n\n ")
    assert html.startswith("<p>One<br>two</p><p>&lt;script&gt;")
    assert html.count("<p>") == 2


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (412_300, "412 KB"), (999_600, "1.0 MB"),
     (1_340_000, "1.3 MB"), (16_000_000, "16 MB"), (5_000_000_000, "5.0 GB")],
)  # fmt: skip
def test_sizes_are_told_as_people_say_them(size: int, words: str) -> None:
    assert render("{{ size|filesize }}", size=size) == words


def test_a_query_changes_one_parameter_and_keeps_the_others(rf: RequestFactory) -> None:
    request = rf.get("/desk/", {"status": ["a", "b"], "after": "7", "q": 'x" onload="y'})
    html = render("{% query after=9 %}", request=request)
    assert html == "?status=a&amp;status=b&amp;after=9&amp;q=x%22+onload%3D%22y"
    assert "after" not in render("{% query after=None %}", request=request)


@pytest.mark.parametrize(
    ("path", "exact", "mark"),
    [("/desk/", False, 'aria-current="page"'), ("/desk/cases/1/", False, 'aria-current="true"'),
     ("/desk/cases/1/", True, ""), ("/", False, ""), ("/deskside/", False, "")],
)  # fmt: skip
def test_a_link_knows_when_it_is_in_front_of_the_reader(
    rf: RequestFactory, path: str, exact: bool, mark: str
) -> None:
    html = render(
        '{% nav_link "/desk/" label count=3 exact=exact %}',
        request=rf.get(path), label=NASTY, exact=exact,
    )  # fmt: skip
    assert ("aria-current" in html) == bool(mark)
    assert mark in html
    assert "&lt;script&gt;" in html
    assert '<span class="badge">3</span>' in html


def test_the_way_here_is_a_list_with_the_last_part_current() -> None:
    html = render('{% crumbs "Home" "/" "Policies" "/policies/" title %}', title=NASTY)
    assert html.count("<a ") == 2
    assert '<li aria-current="page">&lt;script&gt;' in html


def _component(name: str, /, **context: Any) -> str:
    return flat(render_to_string(f"components/{name}.html", context))


def test_a_notice_shows_text_as_text() -> None:
    html = _component(
        "say", tone="wait", icon="info", title=NASTY, text=NASTY, url="/x/", link="On"
    )
    assert 'class="say t-wait"' in html
    assert "<script" not in html
    assert '<a href="/x/">On</a>' in html


def test_a_confirmation_keeps_its_code_in_one_line() -> None:
    html = _component("panel", title="We have your report", code="K7QD-2MXP", text="Keep it.")
    assert '<p class="code nw">K7QD-2MXP</p>' in html
    # Copying needs a script, so the button waits for it.
    assert "data-copy" in html
    assert "hidden" in html


def test_an_empty_state_says_what_to_do() -> None:
    html = _component("none", title="Nothing", text="None yet.", url="/x/", link="Look", level=2)
    assert "<h2>Nothing</h2>" in html
    assert '<a href="/x/">Look</a>' in html


def test_paging_shows_only_the_ways_there_are() -> None:
    assert "<nav" not in _component("pagination")
    html = _component("pagination", older="?after=1")
    assert 'href="?after=1"' in html
    assert "Newer" not in html


def test_stages_say_done_and_now_also_without_colour() -> None:
    html = _component(
        "track",
        name="Stages",
        stages=[
            {"state": "done", "label": "Letter", "note": "9 November"},
            {"state": "current", "label": "Answer"},
            {"state": "todo", "label": "Decision"},
        ],
    )
    assert html.count("<li") == 3
    assert '<span class="vh">done</span>' in html
    assert html.count('aria-current="step"') == 1


def test_a_timeline_tells_times_and_quotes() -> None:
    at = datetime(2026, 11, 20, 21, 14, tzinfo=UTC)
    with clock.frozen(datetime(2026, 11, 24, 9, 0, tzinfo=UTC)):
        html = _component(
            "timeline", events=[{"at": at, "icon": "mail", "text": NASTY, "quote": NASTY}]
        )
    assert "20 Nov, 21:14</time>" in html
    assert "<script" not in html
    assert "<blockquote><p>" in html


def test_a_summary_says_not_given_and_where_to_change() -> None:
    html = _component(
        "facts",
        changeable=True,
        facts=[
            {"label": "Course", "value": "DS-204", "url": "/c/", "change": "course"},
            {"label": "Link", "value": ""},
        ],
    )
    assert "Not given" in html
    assert '<a href="/c/">Change<span class="vh">course</span></a>' in html
    assert html.count("<dd>") == 4


def test_a_checklist_says_what_is_missing() -> None:
    html = _component(
        "gate", checks=[{"met": True, "label": "Notice"}, {"met": False, "label": "Finding"}]
    )
    assert "Notice<span" in html
    assert "<b>Finding</b>" in html
    assert "still missing" in html


def test_tabs_and_files(rf: RequestFactory) -> None:
    tabs = [{"label": "Case", "url": "/c/1/"}, {"label": "Notes", "url": "/c/1/notes/", "count": 6}]
    html = render_to_string(
        "components/tabs.html", {"tabs": tabs, "name": "Parts", "request": rf.get("/c/1/notes/")}
    )
    assert html.count("aria-current") == 1
    html = _component("files", files=[{"title": NASTY, "note": "412 KB", "url": "/f/"}])
    assert '<span class="vh">&lt;script&gt;' in html


def test_menu_entries_are_shown_to_whom_they_are_for(
    rf: RequestFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(navigation, "_items", {})
    asked: list[object] = []
    navigation.register(
        navigation.Item(key="b", label="B", url_name="privacy", order=2, counted=asked.append)
    )
    navigation.register(navigation.Item(key="a", label="A", url_name="contact", order=1))
    navigation.register(
        navigation.Item(
            key="c", label="C", url_name="home", shown_to=lambda user: user.is_authenticated
        )
    )
    request = rf.get("/privacy/")
    request.user = AnonymousUser()
    shown = navigation.entries(request, "main")
    assert [entry.label for entry in shown] == ["A", "B"]
    assert not asked
    assert shown[1].count is None
    assert shown[1].count is None
    assert len(asked) == 1
    assert shown[1].current == ' aria-current="page"'
    with pytest.raises(ValueError, match="place"):
        navigation.register(navigation.Item(key="x", label="X", url_name="home", place="roof"))
