"""Addresses. Only this module and the settings name every app."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from cases.api import urls as cases_api
from integrity.api.start import StartView
from integrity.web import health
from notifications import api as notifications_api
from policies import api as policies_api

# Administrators sign in as everybody does, with the same limits and factors.
admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

v1: list[URLPattern] = [
    path("", StartView.as_view(), name="start"),
    *cases_api.urlpatterns,
    *notifications_api.urlpatterns,
    *policies_api.urlpatterns,
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("integrity.web.urls")),
    path("accounts/tokens/", include("integrity.api.account_urls")),
    path("accounts/", include("allauth.urls")),
    path("courses/", include("integrity.courses.urls")),
    path("messages/", include("integrity.courses.message_urls")),
    path("my/letters/", include("notifications.urls")),
    path("policies/manage/", include("policies.urls.reviews")),
    path("policies/manage/", include("policies.urls.manage")),
    path("policies/", include("policies.urls.public")),
    path("pledges/", include("policies.urls.pledges")),
    path("report/", include("cases.urls.report")),
    path("evidence/", include("cases.urls.evidence")),
    path("files/", include("cases.urls.files")),
    path("my/", include("cases.urls.my")),
    path("advising/", include("cases.urls.advising")),
    path("desk/questions/", include("policies.urls.desk")),
    path("desk/", include("cases.urls.desk")),
    path("audit/", include("cases.urls.audit")),
    path("api/", include("integrity.api.urls")),
    path("api/v1/", include((v1, "v1"))),
    path("admin/", admin.site.urls),
]

handler400 = "integrity.web.errors.bad_request"
handler403 = "integrity.web.errors.permission_denied"
handler404 = "integrity.web.errors.page_not_found"
handler429 = "integrity.web.errors.too_many"
handler500 = "integrity.web.errors.server_error"
