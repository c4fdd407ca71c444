"""Addresses below `/messages/`."""

from django.urls import path

from integrity.courses import views

app_name = "messages"

urlpatterns = [
    path("", views.messages, name="messages"),
    path("<uuid:public_id>/", views.conversation, name="conversation"),
]
