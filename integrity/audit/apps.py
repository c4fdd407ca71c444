from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "integrity.audit"
    label = "audit"

    def ready(self) -> None:
        from integrity.audit.grants import grant_after_migrations

        post_migrate.connect(grant_after_migrations, sender=self, dispatch_uid="audit.grants")
