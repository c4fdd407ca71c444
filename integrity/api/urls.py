"""Addresses below `/api/` that are no resources; the resources are put together in
`integrity.urls`."""

from django.urls import path

from integrity.api import docs, schema

app_name = "api"

urlpatterns = [
    path("schema/", schema.schema, name="schema"),
    path("docs/", docs.page, name="docs"),
]
