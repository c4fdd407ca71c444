"""Addresses. Only this module and the settings name every app."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from integrity.web import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
