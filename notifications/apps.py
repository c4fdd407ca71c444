from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("letters")

    def ready(self) -> None:
        for module in ("events", "catalogue", "menu"):
            import_module(f"notifications.{module}")
