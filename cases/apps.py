from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = _("cases")

    def ready(self) -> None:
        import_module("cases.events")
        import_module("cases.menu")
        import_module("cases.homes")
        import_module("cases.desk_menu")
        import_module("cases.freshness")
