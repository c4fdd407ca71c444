"""Where administrators look after policies: `/policies/manage/`."""

from django.urls import path

from policies.views import manage, manage_draft, manage_publish

app_name = "policy_office"

VERSION = "<slug:slug>/v<int:number>/"

urlpatterns = [
    path("", manage.policies, name="list"),
    path("new/", manage.new, name="new"),
    path("<slug:slug>/", manage.document, name="document"),
    path("<slug:slug>/names/", manage.names, name="names"),
    path("<slug:slug>/start/", manage.start, name="start"),
    path(VERSION, manage_draft.text, name="text"),
    path(f"{VERSION}terms/", manage_draft.terms, name="terms"),
    path(f"{VERSION}violations/", manage_draft.violations, name="violations"),
    path(f"{VERSION}consequences/", manage_draft.consequences, name="consequences"),
    path(f"{VERSION}check/", manage_publish.check, name="check"),
    path(f"{VERSION}delete/", manage_publish.delete, name="delete"),
]
