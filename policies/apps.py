from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "policies"

    def ready(self) -> None:
        from policies import events, gate, menu  # noqa: F401 - each registers what this app brings
