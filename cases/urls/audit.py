"""Addresses of the auditor's pages."""

from django.urls import path

from cases.views import audit

app_name = "audit"
urlpatterns = [
    path("", audit.history, name="history"),
    path("exports/", audit.exports, name="exports"),
]
