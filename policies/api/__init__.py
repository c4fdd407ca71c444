"""Resources of the API: policies with every version's text, and schemes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.urls import URLPattern
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from integrity.accounts.enums import Role
from integrity.accounts.rules import STAFF_OF_CASES
from integrity.api.routes import resource
from integrity.api.scopes import Scope
from integrity.api.views import ApiView, rows, rows_shape
from integrity.core.errors import NotFound
from integrity.courses.models import Institution
from policies import selectors
from policies.api import pledges
from policies.models import SchemeVersion, Version
from policies.rules import process_terms
from policies.selectors import PolicyEntry, PolicyPage

# Whether a text is the one in force, comes later or came before.
TEXT_STATES = ["in_force", "future", "past"]


class Policy(serializers.Serializer[Any]):
    """A policy with the version in force, or the first one to come."""

    slug = serializers.CharField()
    kind = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    institution = serializers.CharField(
        allow_null=True, help_text="Short name; null for the platform's own."
    )
    version = serializers.IntegerField()
    in_force = serializers.BooleanField()
    effective_at = serializers.DateTimeField()
    upcoming_version = serializers.IntegerField(allow_null=True)


class PolicyViolationType(serializers.Serializer[Any]):
    """Something that breaks the policy."""

    code = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.CharField()
    clause = serializers.CharField()
    description = serializers.CharField()
    urgent = serializers.BooleanField()
    elements = serializers.JSONField(help_text="What has to be shown.")


class PolicyConsequence(serializers.Serializer[Any]):
    """Something that may follow."""

    code = serializers.CharField()
    title = serializers.CharField()
    clause = serializers.CharField()
    description = serializers.CharField()
    takes_away = serializers.CharField(help_text="What a second officer must confirm, or empty.")


class PolicyText(Policy):
    """One version of a policy with its text (Markdown) and everything it names."""

    state = serializers.ChoiceField(choices=TEXT_STATES)
    language = serializers.CharField()
    change_summary = serializers.CharField()
    text = serializers.CharField()
    response_working_days = serializers.IntegerField()
    appeal_working_days = serializers.IntegerField()
    clock_starts = serializers.CharField(help_text="What starts the time to answer.")
    standard_of_proof = serializers.CharField()
    violation_types = PolicyViolationType(many=True)
    consequences = PolicyConsequence(many=True)
    versions = serializers.ListField(
        child=serializers.IntegerField(), help_text="Every published version, the newest first."
    )


class Scheme(serializers.Serializer[Any]):
    """A scheme that recommends consequences, in the version in force."""

    slug = serializers.CharField()
    kind = serializers.CharField()
    title = serializers.CharField()
    institution = serializers.CharField(allow_null=True)
    version = serializers.IntegerField()
    effective_at = serializers.DateTimeField()
    policy = serializers.CharField(allow_null=True, help_text="Short name of its policy.")
    policy_version = serializers.IntegerField(allow_null=True)


class SchemeFile(Scheme):
    """A scheme with its file."""

    data = serializers.JSONField(help_text="The scheme file, as docs/schemes.md says.")


def _institution(found: Institution | None) -> str | None:
    return found.slug if found else None


def _about(version: Version, *, in_force: bool, upcoming: Version | None) -> dict[str, Any]:
    document = version.document
    return {
        "slug": document.slug,
        "kind": document.kind,
        "title": document.title,
        "summary": document.summary,
        "institution": _institution(document.institution),
        "version": version.number,
        "in_force": in_force,
        "effective_at": version.effective_at,
        "upcoming_version": upcoming.number if upcoming else None,
    }


def _entry(entry: PolicyEntry) -> dict[str, Any]:
    return _about(entry.version, in_force=entry.is_in_force, upcoming=entry.upcoming)


def _text(page: PolicyPage) -> dict[str, Any]:
    shown = page.version
    terms = process_terms(shown)
    return {
        **_about(shown, in_force=page.state == "in_force", upcoming=page.upcoming),
        "state": page.state,
        "language": shown.language,
        "change_summary": shown.change_summary,
        "text": shown.body,
        "response_working_days": terms.response_working_days,
        "appeal_working_days": terms.appeal_working_days,
        "clock_starts": terms.clock_starts.value,
        "standard_of_proof": terms.standard_of_proof.value,
        "violation_types": shown.violation_types.all(),
        "consequences": shown.consequences.all(),
        "versions": [item.number for item in page.versions],
    }


class PoliciesView(ApiView):
    """Every policy with a published version."""

    scopes: ClassVar[Mapping[str, str]] = {"GET": Scope.POLICIES_READ}

    @extend_schema(summary="Every policy", responses=rows_shape(Policy))
    def get(self, request: Request) -> Response:
        """The platform's first, then each institution's."""
        found = [_entry(entry) for group in selectors.policy_list() for entry in group.entries]
        return rows(Policy, found)


class PolicyView(ApiView):
    """A policy in the version in force."""

    scopes: ClassVar[Mapping[str, str]] = {"GET": Scope.POLICIES_READ}

    @extend_schema(summary="A policy with its text", responses=PolicyText)
    def get(self, request: Request, slug: str) -> Response:
        """The version in force; where none is yet, the one that comes next."""
        return _policy(slug)


class PolicyVersionView(ApiView):
    """A published version, for good at this address."""

    scopes: ClassVar[Mapping[str, str]] = {"GET": Scope.POLICIES_READ}

    @extend_schema(summary="One version of a policy", responses=PolicyText)
    def get(self, request: Request, slug: str, version: str) -> Response:
        """Drafts are not there."""
        return _policy(slug, int(version))


def _policy(slug: str, number: int | None = None) -> Response:
    page = selectors.policy_page(slug, number)
    if page is None:
        raise NotFound
    return Response(PolicyText(_text(page)).data)


class _ForStaff(ApiView):
    scopes: ClassVar[Mapping[str, str]] = {"GET": Scope.POLICIES_READ}
    roles = (*STAFF_OF_CASES, Role.AUDITOR, Role.ADMINISTRATOR)


class SchemesView(_ForStaff):
    """Schemes in force, for those who decide, audit and configure."""

    @extend_schema(summary="Every scheme in force", responses=rows_shape(Scheme))
    def get(self, request: Request) -> Response:
        """By short name."""
        return rows(Scheme, [_scheme(version) for version in selectors.schemes_in_force()])


class SchemeView(_ForStaff):
    """One scheme with its file."""

    @extend_schema(summary="A scheme with its file", responses=SchemeFile)
    def get(self, request: Request, slug: str) -> Response:
        """The version in force."""
        version = selectors.schemes_in_force().filter(scheme__slug=slug).first()
        if version is None:
            raise NotFound
        return Response(SchemeFile({**_scheme(version), "data": version.data}).data)


def _scheme(version: SchemeVersion) -> dict[str, Any]:
    policy = version.policy_version
    return {
        "slug": version.scheme.slug,
        "kind": version.scheme.kind,
        "title": version.scheme.title,
        "institution": _institution(version.scheme.institution),
        "version": version.number,
        "effective_at": version.effective_at,
        "policy": policy.document.slug if policy else None,
        "policy_version": policy.number if policy else None,
    }


_SLUG = r"(?P<slug>[-a-zA-Z0-9_]{1,80})"

urlpatterns: list[URLPattern] = [
    resource("policies", PoliciesView, "policies"),
    resource(f"policies/{_SLUG}", PolicyView, "policy"),
    resource(
        rf"policies/{_SLUG}/versions/(?P<version>[0-9]{{1,9}})", PolicyVersionView, "policy_version"
    ),
    resource("schemes", SchemesView, "schemes"),
    resource(f"schemes/{_SLUG}", SchemeView, "scheme"),
    *pledges.urlpatterns,
]
