"""Addresses below `/evidence/`."""

from django.urls import path

from cases.views import evidence

app_name = "evidence"

urlpatterns = [path("<uuid:evidence_id>/", evidence.file, name="file")]
