"""Forms around a policy: its names, publishing, deleting a draft."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from integrity.courses.models import Course, Institution
from integrity.web.forms import Form, LineField, PickField, SelectField, TickField
from policies.enums import DocumentKind
from policies.models import Document, Version
from policies.selectors import upcoming

Scope = set[int] | None
NOW, PLANNED = "now", "planned"
_OF_THE_PLATFORM = {"institution__is_platform": True}


class SeenForm(Form):
    """A form that knows on which state of things it was opened, as a digest."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def renew(self, seen: str) -> None:
        """Show the form again on this state, with everything that was typed."""
        data: Any = self.data
        data = data.copy()
        data[self.add_prefix("seen")] = seen
        self.data = data


class DocumentForm(SeenForm):
    """What a policy is called and whose it is. `where`: the institutions that may own it."""

    title = LineField(label=_("Title"), max_length=200, missing=_("Give the policy a title"))
    summary = LineField(
        label=_("In one sentence"),
        help_text=_("Readers see it below the title."),
        max_length=400,
        required=False,
    )
    slug = forms.SlugField(
        label=_("Short name"),
        help_text=_("It is part of the address, as in /policies/honor-code/."),
        max_length=80,
        error_messages={
            "required": _("Give it a short name"),
            "invalid": _("Use small letters, numbers and hyphens, such as honor-code"),
        },
    )
    kind = SelectField(
        label=_("What is it?"), choices=DocumentKind.choices, missing=_("Choose what it is")
    )
    institution = SelectField(label=_("Whose is it?"), missing=_("Choose whose it is"))
    course = LineField(
        label=_("Only for one course"),
        help_text=_("The short name of the course, as in its address. For its additional terms."),
        max_length=80,
        required=False,
    )
    needs_pledge = TickField(
        label=_("Learners pledge to it in every course it holds for"),
        help_text=_("Before they start, and again when a new version takes effect."),
        required=False,
    )

    def __init__(
        self, data: Any = None, *, where: Scope, fixed: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        rows = Institution.objects.filter(is_platform=False).order_by("name")
        if where is not None:
            rows = rows.filter(pk__in=where)
        self.institutions = {str(row.pk): row for row in rows}
        self.fields["institution"] = SelectField(
            label=_("Whose is it?"),
            choices=[
                *([("platform", _("The platform's"))] if where is None else []),
                *((key, row.name) for key, row in self.institutions.items()),
            ],
            missing=_("Choose whose it is"),
        )
        self.order_fields(
            ["title", "summary", "slug", "kind", "institution", "course", "needs_pledge"]
        )
        self.fixed = fixed
        if fixed:
            for name in ("slug", "kind", "institution", "course"):
                del self.fields[name]

    @classmethod
    def said(cls, document: Document) -> dict[str, Any]:
        """The names of a policy as the form shows them."""
        return {
            "title": document.title,
            "summary": document.summary,
            "slug": document.slug,
            "kind": document.kind,
            "institution": "platform"
            if document.institution is None or document.institution.is_platform
            else str(document.institution_id),
            "course": document.course.slug if document.course else "",
            "needs_pledge": document.needs_pledge,
        }

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if slug != slug.lower():
            raise ValidationError(_("Use small letters, numbers and hyphens, such as honor-code"))
        return slug

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.fixed or "institution" not in data:
            return data
        owner = self.institutions.get(data["institution"])
        slug, data["course"] = data.get("course", ""), None
        if slug:
            # Of the owner only: another's course is none.
            rows = Course.objects.filter(slug=slug).select_related("institution")
            rows = rows.filter(institution=owner) if owner else rows.filter(**_OF_THE_PLATFORM)
            data["course"] = course = rows.first()
            if course is None:
                self.add_error("course", _("This institution has no course with this short name."))
            else:
                # Terms of a course belong to an institution, and the platform has one for that.
                owner = course.institution
        data["institution"] = owner
        return data

    @property
    def names(self) -> dict[str, Any]:
        """What the service takes, of a valid form."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}


class PublishForm(SeenForm):
    """When it takes effect, and that somebody has looked at all of it."""

    text = TickField(label=_("I have read the text as it will stand."))
    violations = TickField(label=_("What a report can be about is right, and so are the clauses."))
    consequences = TickField(label=_("What may follow is right, and what each takes away."))

    def __init__(self, data: Any = None, *, version: Version, planned: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for name, missing in (
            ("text", _("Read the text and say so")),
            ("violations", _("Look at what a report can be about and say so")),
            ("consequences", _("Look at what may follow and say so")),
        ):
            self.fields[name].error_messages["required"] = missing
        choices = [(PLANNED, planned), (NOW, _("At once"))]
        hints = {}
        waiting = upcoming(version.document).last()
        if waiting is not None:
            # Versions take effect in the order of their numbers.
            choices.pop()
            hints[PLANNED] = _(
                "Not before version %(number)s, which is published and takes effect later."
            ) % {"number": waiting.number}
        self.fields["when"] = PickField(
            label=_("When does it take effect?"),
            choices=choices,
            choice_hints=hints,
            missing=_("Choose when it takes effect"),
        )
        self.order_fields(["when", "text", "violations", "consequences"])
