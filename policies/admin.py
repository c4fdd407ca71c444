"""Policies and schemes for administrators.

Policies are read here and looked after at `/policies/manage/`; schemes are imported here.

An administrator of one institution sees and changes that institution's alone.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from integrity.accounts.admin_scope import Scoped, administered
from integrity.accounts.enums import Role
from integrity.audit import services as audit
from integrity.core.errors import DomainError
from policies import services
from policies.enums import VersionStatus
from policies.models import Consequence, Document, Scheme, SchemeVersion, Version, ViolationType
from policies.schemes import SchemeError, parse_text
from policies.services.drafts import EDITABLE
from policies.services.schemes import resolve


def _actor(request: HttpRequest) -> audit.Actor:
    user: Any = request.user
    return audit.Actor.user(user.public_id, role=Role.ADMINISTRATOR)


class _Scoped(Scoped):
    """Only what belongs to an institution the administrator works for; nothing is deleted."""

    list_per_page = 50
    foreign_paths: ClassVar[dict[str, str]] = {"institution": "pk", "document": "institution"}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class _ReadHere(_Scoped):
    """Read here, changed on the pages where policies are looked after: one way of doing things."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("Change it"))
    def page(self, row: Any) -> str:
        """The link to its own page."""
        slug, args = _place(row)
        return format_html(
            '<a href="{}">{}</a>', reverse(f"policy_office:{slug}", args=args), _("On its own page")
        )


def _place(row: Document | Version) -> tuple[str, list[Any]]:
    if isinstance(row, Document):
        return "document", [row.slug]
    if row.is_published:
        return "document", [row.document.slug]
    return "text", [row.document.slug, row.number]


@admin.register(Document)
class DocumentAdmin(_ReadHere):
    """Documents."""

    list_display = ("title", "slug", "kind", "institution", "course", "needs_pledge", "page")
    list_filter = ("kind", "institution")
    list_select_related = ("institution", "course")
    search_fields = ("title", "slug")
    ordering = ("institution", "title")
    fields = (
        *("slug", "kind", "title", "summary", "institution", "course", "needs_pledge"),
        "page",
    )
    readonly_fields = ("page",)


class _PartInline(admin.StackedInline):
    """What a version names."""

    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ViolationTypeInline(_PartInline):
    model = ViolationType
    fields = ("position", "code", "kind", "title", "description", "clause", "urgent", "elements")


class ConsequenceInline(_PartInline):
    model = Consequence
    fields = ("position", "code", "title", "description", "clause", "takes_away")


@admin.register(Version)
class VersionAdmin(_ReadHere):
    """Versions with what they name."""

    institution_path = "document__institution"
    list_display = ("document", "number", "status", "effective_at", "published_at", "page")
    list_filter = ("status", "document")
    list_select_related = ("document",)
    ordering = ("document", "-number")
    fields = ("document", "number", "status", "published_at", "body", *sorted(EDITABLE), "page")
    readonly_fields = ("page",)
    inlines = (ViolationTypeInline, ConsequenceInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("body")


def _words(error: DomainError) -> str:
    fields: dict[str, list[Any]] = getattr(error, "fields", {})
    return " ".join(str(text) for texts in fields.values() for text in texts) or str(error.message)


@admin.register(Scheme)
class SchemeAdmin(_Scoped):
    """Schemes; they are made by importing a file."""

    list_display = ("title", "slug", "kind", "institution")
    list_filter = ("kind", "institution")
    list_select_related = ("institution",)
    ordering = ("slug",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class SchemeFileForm(forms.ModelForm):
    """A scheme file as text, so that problems can name the line."""

    file = forms.CharField(
        label=_("Scheme file"),
        help_text=_("JSON, as docs/schemes.md describes it"),
        widget=forms.Textarea(attrs={"rows": 30, "cols": 100}),
        max_length=500_000,
    )

    class Meta:
        model = SchemeVersion
        fields: tuple[str, ...] = ()

    # Set by the admin: the institutions the administrator works for, None for all.
    where: set[int] | None = None

    def clean_file(self) -> Any:
        try:
            self.scheme, data = parse_text(self.cleaned_data["file"])
            institution, _start, _policy = resolve(self.scheme)
        except SchemeError as error:
            raise ValidationError([str(problem) for problem in error.problems]) from error
        own = institution.pk if institution else None
        if self.where is not None and own not in self.where:
            raise ValidationError(_("The file has to name your institution."))
        return data


@admin.register(SchemeVersion)
class SchemeVersionAdmin(_Scoped):
    """Versions of schemes. Adding one imports a file; a draft is published by the action."""

    institution_path = "scheme__institution"
    list_display = ("scheme", "number", "status", "effective_at", "published_at", "note")
    list_filter = ("status", "scheme")
    list_select_related = ("scheme",)
    ordering = ("scheme", "-number")
    actions = ("publish",)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        where = administered(request)
        return type("SchemeFileForm", (SchemeFileForm,), {"where": where})

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ("file",)
        return ("scheme", "number", "status", "effective_at", "policy_version", "note", "data")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: SchemeVersion, form: Any, change: bool) -> None:
        made, _created = services.import_scheme(
            actor=_actor(request), data=form.cleaned_data["file"], file=form.scheme
        )
        obj.pk, obj.scheme, obj.number = made.pk, made.scheme, made.number

    @admin.action(description=_("Publish the selected drafts"))
    def publish(self, request: HttpRequest, rows: QuerySet[SchemeVersion]) -> None:
        for version in rows.filter(status=VersionStatus.DRAFT).order_by("scheme", "number"):
            try:
                made = services.publish_scheme(actor=_actor(request), version=version)
            except DomainError as error:
                self.message_user(request, f"{version}: {_words(error)}", messages.ERROR)
            else:
                self.message_user(request, _("%(version)s is published.") % {"version": made})
