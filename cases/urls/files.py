"""Addresses below `/files/`: links that live two minutes."""

from django.urls import path

from cases.views import evidence

app_name = "files"

urlpatterns = [path("<str:token>/", evidence.download, name="file")]
