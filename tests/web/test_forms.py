"""Forms: everything linked, what was typed stays, one filling-in is one act."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.template import engines
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from integrity.core.errors import InvalidInput
from integrity.web import forms as web
from integrity.web import rendering
from tests.web.conftest import flat

NASTY = '"><script>alert(1)</script>'


class Report(web.OnceForm):
    place = web.LineField(label="Where?", max_length=20, missing="Say where it was")
    text = web.TextField(label="What happened?", help_text="In your words.", max_length=50)
    how = web.PickField(
        label="Your name",
        choices=[("named", "With it"), ("anonymous", "Without")],
        choice_hints={"anonymous": "You get a code."},
        missing="Choose how you report",
    )
    kinds = web.PicksField(label="Kinds", choices=[("a", "A"), ("b", "B")], required=False)
    course = web.SelectField(label="Course", choices=[("", "-"), ("ds", "DS-204")])
    link = web.LinkField(label="Link", required=False)
    mail = web.EmailField(label="Email", required=False)
    on = web.DateField(label="Day", required=False)
    at = web.MomentField(label="When", required=False)
    files = web.ManyFilesField(label="Files", required=False)
    honest = web.TickField(
        label="I am honest", help_text="As far as I can.", missing="Tick the box"
    )


def good(**changes: Any) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update(
        {
            "form_token": web.new_form_token(),
            "place": "Forum",
            "text": "Two\r\nlines",
            "how": "named",
            "course": "ds",
            "honest": "on",
            **changes,
        }
    )
    return data


def render(text: str, /, **context: object) -> str:
    return flat(engines["django"].from_string(text).render(context))


def ids(html: str) -> list[str]:
    return re.findall(r'\sid="([^"]+)"', html)


def test_good_answers_come_out_clean() -> None:
    form = Report(
        good(place="  Forum \u202e of\tlab ", kinds="a", on="2026-11-20", mail="A@B.Example")
    )
    assert form.is_valid(), form.errors
    assert form.cleaned_data["place"] == "Forum of lab"
    assert form.cleaned_data["text"] == "Two\nlines"
    assert form.cleaned_data["kinds"] == ["a"]
    assert form.cleaned_data["on"].isoformat() == "2026-11-20"
    assert form.cleaned_data["mail"] == "a@b.example"
    assert form.cleaned_data["files"] == []


def test_every_field_has_a_label_and_unique_ids() -> None:
    html = render("{% fields form %}", form=Report())
    found = ids(html)
    assert len(found) == len(set(found))
    for target in re.findall(r'<label for="([^"]+)"', html):
        assert target in found
    for linked in re.findall(r'aria-describedby="([^"]+)"', html):
        assert set(linked.split()) <= set(found), linked
    controls = re.findall(r'<(?:input|select|textarea)\b[^>]*\sid="([^"]+)"', html)
    labelled = set(re.findall(r'<label for="([^"]+)"', html))
    assert set(controls) - {"id_form_token"} <= labelled
    assert "required" not in html


def test_errors_stand_at_the_field_and_in_the_summary_that_links_to_it() -> None:
    form = Report(good(place="", how="", course="", link="forum page", honest=""))
    html = render("{% form_errors form %}{% fields form %}", form=form)
    found = ids(html)
    targets = re.findall(r'<li><a href="#([^"]+)"', html)
    assert targets == ["id_place", "id_how_0", "id_course", "id_link", "id_honest"]
    assert set(targets) <= set(found)
    assert "5 answers need another look" in html
    for text in ("Say where it was", "Choose how you report", "Tick the box"):
        assert html.count(text) == 2
    # A field without words of its own says what to do, too.
    assert html.count("Choose an answer for “Course”") == 2
    assert html.count('aria-invalid="true"') == 6
    place = re.search(r'<input[^>]*id="id_place"[^>]*>', html)
    assert place is not None
    assert 'aria-describedby="id_place_error"' in place[0]
    assert "This field is required" not in html


def test_what_was_typed_stays_and_stays_text() -> None:
    form = Report(good(place="", text=NASTY, link=NASTY, kinds="b"))
    html = render("{% fields form %}", form=form)
    assert "<script>" not in html
    assert "&gt;&lt;script&gt;alert(1)" in html
    assert re.search(r'value="b"[^>]*checked', html)
    assert re.search(r'value="ds"\s+selected', html)


def test_errors_of_the_whole_form_come_first_without_a_link() -> None:
    form = Report(good(place=""))
    form.add_error(None, "Not today")
    lines = rendering.summary(form)
    assert lines[0] == rendering.ErrorLine("", "Not today")
    assert lines[1].target == "id_place"


def test_what_a_service_refuses_goes_to_its_field() -> None:
    form = Report(good())
    assert form.is_valid()
    form.add_refusal(InvalidInput({"place": ["No such place"], "elsewhere": ["Odd"], "": ["Also"]}))
    assert form.errors["place"] == ["No such place"]
    assert list(form.non_field_errors()) == ["Odd", "Also"]
    assert form.http_status == 400


@pytest.mark.parametrize("bad", ["a\x00b", "a\ud800b", "a\x07b"])
def test_characters_that_cannot_be_kept_are_refused(bad: str) -> None:
    form = Report(good(place=bad, text=bad))
    assert set(form.errors) == {"place", "text"}


def test_length_counts_after_cleaning_and_says_both_numbers() -> None:
    assert Report(good(text="\u200b" * 90 + "x" * 50)).is_valid()
    form = Report(good(text="x" * 51))
    assert "50" in form.errors["text"][0]
    assert "51" in form.errors["text"][0]
    html = render("{% field form.text %}", form=form)
    assert ">51 of 50 characters</p>" in html
    assert "maxlength" not in html
    assert "Up to 50 characters" in render("{% field form.text %}", form=Report())


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "ftp://a.example/", "//a.example/", "forum page", "https://"]
)
def test_only_web_addresses_are_links(address: str) -> None:
    assert "link" in Report(good(link=address)).errors


def test_a_moment_is_in_the_readers_zone() -> None:
    with timezone.override(ZoneInfo("America/Bogota")):
        form = Report(good(at="2026-11-20T21:14"))
        assert form.is_valid(), form.errors
        assert form.cleaned_data["at"].astimezone(UTC) == datetime(2026, 11, 21, 2, 14, tzinfo=UTC)
        assert "In your time zone, Bogota." in render("{% field form.at %}", form=form)


def test_a_time_that_the_clock_change_skips_is_refused() -> None:
    with timezone.override(ZoneInfo("Europe/Berlin")):
        assert "at" in Report(good(at="2026-03-29T02:30")).errors


def test_several_files_come_as_a_list() -> None:
    sent = MultiValueDict(
        {"files": [SimpleUploadedFile("a.txt", b"a"), SimpleUploadedFile("b.txt", b"b")]}
    )
    form = Report(good(), sent)
    assert form.is_valid(), form.errors
    assert [file.name for file in form.cleaned_data["files"]] == ["a.txt", "b.txt"]
    empty = MultiValueDict({"files": [SimpleUploadedFile("a.txt", b"")]})
    assert "files" in Report(good(), empty).errors


def test_optional_is_said_where_it_helps() -> None:
    form = Report()
    assert "(optional)" in render("{% field form.link %}", form=form)
    assert "(optional)" not in render("{% field form.link optional=False %}", form=form)
    assert "(optional)" not in render("{% field form.place %}", form=form)
    assert "(optional)" not in render("{% field form.honest %}", form=form)


def test_options_of_the_field_tag() -> None:
    html = render('{% field form.place heading=True label="Place" hint="A hint" %}', form=Report())
    assert '<label for="id_place" class="h">Place</label>' in html
    assert '<div class="hint" id="id_place_hint">A hint</div>' in html
    assert "picks--row" in render("{% field form.how row=True %}", form=Report())


def test_named_fields_only_and_the_hidden_ones() -> None:
    html = render('{% fields form "place" "text" %}', form=Report())
    assert "id_place" in html
    assert "id_how" not in html
    assert 'name="form_token"' in html
    assert render("{% hidden form %}", form=Report()).count("<input") == 1


def test_a_foreign_form_is_rendered_the_same_way() -> None:
    class Foreign(forms.Form):
        name = forms.CharField(label="Name")

    html = render("{% form_errors form %}{% fields form %}", form=Foreign({}))
    assert html.count("Fill in “Name”") == 2
    assert 'class="in"' in html


# One filling-in is one act


def test_the_same_form_sent_twice_has_the_same_key_and_another_has_another() -> None:
    data = good()
    first, second = Report(data), Report(data)
    assert first.is_valid()
    assert second.is_valid()
    assert first.cleaned_data["form_token"] == second.cleaned_data["form_token"]
    other = Report(good())
    assert other.is_valid()
    assert other.cleaned_data["form_token"] != first.cleaned_data["form_token"]
    assert len(first.cleaned_data["form_token"]) >= 24


def test_a_shown_form_carries_a_token_that_can_be_sent() -> None:
    html = str(Report()["form_token"])
    token = re.search(r'value="([^"]+)"', html)
    assert token is not None
    assert Report(good(form_token=token[1])).is_valid()


@pytest.mark.parametrize("token", ["", "made-up", "made-up:1xUuiW:AAAA"])
def test_a_forged_token_is_refused_and_everything_else_stays(token: str) -> None:
    form = Report(good(form_token=token, place="Forum"))
    assert not form.is_valid()
    assert set(form.errors) == {"form_token"}
    assert form.http_status == 400
    html = render("{% form_errors form %}{% fields form %}", form=form)
    assert "Nothing was sent" in html
    assert 'value="Forum"' in html
    fresh = re.search(r'name="form_token" value="([^"]+)"', html)
    assert fresh is not None
    assert Report(good(form_token=fresh[1])).is_valid()


def test_an_expired_token_says_so(settings: Any) -> None:
    data = good()
    settings.SESSION_COOKIE_AGE = -1
    form = Report(data)
    assert "open for too long" in form.errors["form_token"][0]


def test_a_refusal_for_another_reason_keeps_the_key() -> None:
    data = good(place="")
    form = Report(data)
    assert not form.is_valid()
    assert data["form_token"] in str(form["form_token"])


def test_the_title_says_error_when_the_form_was_refused() -> None:
    html = render("{% error_prefix %}", form=Report(good(place="")))
    assert html == "Error: "
    assert render("{% error_prefix %}", form=Report()) == ""
    assert render("{% error_prefix %}") == ""


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2026-03-29T02:30", "The clocks change on that day"),
        ("2026-10-25T02:30", "The clocks change on that day"),
        ("0001-01-01T00:00", "after the year 1999"),
    ],
)
def test_a_moment_is_one_that_the_clocks_of_the_reader_show_once(typed, words):
    with timezone.override("Europe/Madrid"):
        assert words in str(Report(good(at=typed)).errors["at"])
