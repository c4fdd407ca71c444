from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    name = "integrity.api"
    label = "api"
    verbose_name = _("API")

    def ready(self) -> None:
        from integrity.web import restricted

        import_module("integrity.api.events")
        import_module("integrity.api.schema")
        # Whoever is restricted can still see which programs act for them, and stop them; what
        # everybody may read stays open to them too.
        restricted.allow("tokens:list", "tokens:revoke", "api:docs", "api:schema")
