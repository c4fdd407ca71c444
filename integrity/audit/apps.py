from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "integrity.audit"
    label = "audit"
