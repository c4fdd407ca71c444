"""People and their roles, for administrators. What was granted is ended, never deleted."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from integrity.accounts import services
from integrity.accounts.admin_scope import Scoped, administered
from integrity.accounts.models import RoleGrant, User
from integrity.audit import services as audit

# Roles are granted with their scope; Django's groups mean nothing here.
admin.site.unregister(Group)
# Addresses are confirmed by whoever reads their mail: confirming one here would open an account.
admin.site.unregister(EmailAddress)


class RoleGrantInline(admin.TabularInline):
    """Roles of the person. They are ended on the page of roles."""

    model = RoleGrant
    extra = 0
    fields = ("role", "institution", "granted_at", "ended_at")
    readonly_fields = ("granted_at", "ended_at")
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[RoleGrant]:
        rows: QuerySet[RoleGrant] = super().get_queryset(request)
        where = administered(request)
        return rows if where is None else rows.filter(institution__in=where)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Elsewhere than for the whole platform roles are granted on the page of roles; nobody
        # grants themselves one, or being an administrator would open every case.
        return administered(request) is None and (obj is None or obj.pk != request.user.pk)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PersonForm(forms.ModelForm):
    """The address in lower case, as the login compares it."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """People. Passwords are set by the people themselves, through "Forgot your password?"."""

    form = PersonForm
    list_display = ("display_name", "email", "roles", "is_active", "created_at")
    list_filter = ("is_active", "grants__role")
    search_fields = ("display_name", "email")
    search_help_text = _("Name or email address")
    ordering = ("display_name", "pk")
    fields = ("email", "display_name", "language", "time_zone", "is_active", "created_at")
    readonly_fields = ("created_at",)
    inlines = (RoleGrantInline,)
    list_per_page = 50

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        # Without this the hash of a password could be read letter by letter.
        return lookup.startswith(("is_active", "grants__role"))

    @admin.display(description=_("roles"))
    def roles(self, user: User) -> str:
        return ", ".join(
            f"{grant.get_role_display()} ({grant.institution or _('everywhere')})"
            for grant in user.standing  # type: ignore[attr-defined]
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        standing = RoleGrant.objects.filter(ended_at__isnull=True).select_related("institution")
        return (
            super()
            .get_queryset(request)
            .prefetch_related(Prefetch("grants", queryset=standing, to_attr="standing"))
        )

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        actor: Any = request.user
        if not change:
            obj.set_unusable_password()
        with audit.transaction():
            super().save_model(request, obj, form, change)
            services.note_person(person=obj, actor=actor, fields=form.changed_data, new=not change)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Whoever sets an address can have a new password sent there: an administrator of one
        # institution must not reach people of others that way.
        return super().has_change_permission(request, obj) and administered(request) is None

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        actor: Any = request.user
        with audit.transaction():
            super().save_formset(request, form, formset, change)
            for grant in formset.new_objects:
                services.note_granted(grant=grant, actor=actor)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(RoleGrant)
class RoleGrantAdmin(Scoped):
    """Who holds which role, and where. A grant is ended by the action of the list, never edited.

    An administrator of one institution grants and ends roles there, and sees no others.
    """

    list_display = ("user", "role", "institution", "granted_at", "ended_at")
    list_filter = ("role", "institution", ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("user", "institution")
    search_fields = ("user__display_name", "user__email")
    autocomplete_fields = ("user",)
    ordering = ("user__display_name", "pk")
    actions = ("end_now",)
    readonly_fields = ("granted_at", "ended_at")

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField | None:
        if db_field.name == "user":
            # Somebody else grants an administrator a role.
            actor: Any = request.user
            kwargs["queryset"] = User.objects.exclude(pk=actor.pk)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.action(description=_("End the selected roles now"))
    def end_now(self, request: HttpRequest, rows: QuerySet[RoleGrant]) -> None:
        actor: Any = request.user
        with audit.transaction():
            for grant in rows.select_related("user", "institution"):
                services.end_role(grant=grant, actor=actor)

    def save_model(self, request: HttpRequest, obj: RoleGrant, form: Any, change: bool) -> None:
        actor: Any = request.user
        with audit.transaction():
            super().save_model(request, obj, form, change)
            services.note_granted(grant=obj, actor=actor)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # The list and its action are open; a single grant is read, not rewritten.
        return obj is None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
