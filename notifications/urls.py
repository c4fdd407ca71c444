"""Addresses below `/my/letters/`."""

from django.urls import path

from notifications import views

app_name = "notifications"

urlpatterns = [
    path("", views.letters, name="letters"),
    path("<uuid:public_id>/", views.letter, name="letter"),
]
