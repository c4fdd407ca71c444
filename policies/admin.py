"""Policies and schemes for administrators: drafts are edited here, what is published is read only.

An administrator of one institution sees and changes that institution's alone.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from integrity.accounts.admin_scope import Scoped, administered
from integrity.accounts.enums import Role
from integrity.audit import services as audit
from integrity.core.errors import DomainError
from integrity.core.text import clean_text
from policies import services
from policies.enums import VersionStatus
from policies.models import Consequence, Document, Scheme, SchemeVersion, Version, ViolationType
from policies.models.version import BODY_LIMIT
from policies.schemes import SchemeError, parse_text
from policies.services.drafts import EDITABLE, event
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


@admin.register(Document)
class DocumentAdmin(_Scoped):
    """Documents. Short name, kind and owner stay once there is a version."""

    list_display = ("title", "slug", "kind", "institution")
    list_filter = ("kind", "institution")
    list_select_related = ("institution",)
    search_fields = ("title", "slug")
    ordering = ("institution", "title")
    fields = ("slug", "kind", "title", "summary", "institution")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("slug", "kind", "institution") if obj and obj.versions.exists() else ()

    def save_model(self, request: HttpRequest, obj: Document, form: Any, change: bool) -> None:
        with audit.transaction():
            super().save_model(request, obj, form, change)
            audit.record(
                "policy.document_saved",
                actor=_actor(request),
                subject=("policy", obj.slug),
                institution=obj.institution.slug if obj.institution else "",
                data={"document": obj.slug, "kind": obj.kind, "title": obj.title},
            )


class _PartInline(admin.StackedInline):
    """What a draft names; read only with a published version."""

    extra = 0

    def _draft(self, obj: Version | None) -> bool:
        return obj is not None and not obj.is_published

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._draft(obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._draft(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._draft(obj)


class ViolationTypeInline(_PartInline):
    model = ViolationType
    fields = ("position", "code", "kind", "title", "description", "clause", "urgent", "elements")


class ConsequenceInline(_PartInline):
    model = Consequence
    fields = ("position", "code", "title", "description", "clause", "takes_away")


class VersionForm(forms.ModelForm):
    class Meta:
        model = Version
        fields = ("document", "body", *sorted(EDITABLE))

    def clean_body(self) -> str:
        return clean_text(self.cleaned_data["body"], max_length=BODY_LIMIT)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        document = data.get("document")
        if document is None and self.instance.document_id:
            document = self.instance.document
        if document is not None and document.institution_id is None:
            for name in ("response_working_days", "extension_working_days", "appeal_working_days"):
                if data.get(name) is None and name not in self.errors:
                    self.add_error(name, _("The platform's policy has to say this."))
        return data


@admin.register(Version)
class VersionAdmin(_Scoped):
    """Versions. A new one begins with what the version before names."""

    institution_path = "document__institution"
    form = VersionForm
    list_display = ("document", "number", "status", "effective_at", "published_at")
    list_filter = ("status", "document")
    list_select_related = ("document",)
    ordering = ("document", "-number")
    actions = ("publish",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("body")

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        return (ViolationTypeInline, ConsequenceInline) if obj else ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("document",) if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return (obj is None or not obj.is_published) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and not obj.is_published

    def save_model(self, request: HttpRequest, obj: Version, form: Any, change: bool) -> None:
        given = {name: value for name, value in form.cleaned_data.items() if name in EDITABLE}
        body = form.cleaned_data["body"]
        if change:
            services.edit_draft(actor=_actor(request), version=obj, body=body, **given)
            return
        made = services.create_draft(
            actor=_actor(request), document=form.cleaned_data["document"], body=body, **given
        )
        obj.pk, obj.number = made.pk, made.number

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        with audit.transaction():
            super().save_formset(request, form, formset, change)
            if formset.has_changed():
                audit.record("policy.draft_changed", **event(form.instance, _actor(request)))

    def delete_model(self, request: HttpRequest, obj: Version) -> None:
        services.delete_draft(actor=_actor(request), version=obj)

    @admin.action(description=_("Publish the selected drafts"))
    def publish(self, request: HttpRequest, rows: QuerySet[Version]) -> None:
        for version in rows.filter(status=VersionStatus.DRAFT).order_by("document", "number"):
            try:
                made = services.publish(actor=_actor(request), version=version)
            except DomainError as error:
                text = _words(error)
                self.message_user(request, f"{version}: {text}", messages.ERROR)
            else:
                self.message_user(request, _("%(version)s is published.") % {"version": made})


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
