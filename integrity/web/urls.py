"""Addresses that belong to no single app."""

from django.urls import path

from integrity.web import account, views

urlpatterns = [
    path("", views.home, name="home"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("contact/", views.contact, name="contact"),
    path("language/", views.set_language, name="set_language"),
    path("colours/", views.set_theme, name="set_theme"),
    path("accounts/", account.settings_page, name="account_settings"),
]
