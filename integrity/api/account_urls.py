"""One's own tokens, below `/accounts/tokens/`."""

from django.urls import path

from integrity.api import pages

app_name = "tokens"

urlpatterns = [
    path("", pages.tokens_page, name="list"),
    path("new/", pages.new, name="new"),
    path("<uuid:public_id>/revoke/", pages.revoke, name="revoke"),
]
