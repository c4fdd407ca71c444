from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "integrity.accounts"
    label = "accounts"
    verbose_name = _("people")

    def ready(self) -> None:
        import_module("integrity.accounts.events")
