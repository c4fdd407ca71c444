from importlib import import_module

from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "integrity.courses"
    label = "courses"

    def ready(self) -> None:
        import_module("integrity.courses.events")
