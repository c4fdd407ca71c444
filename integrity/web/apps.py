from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "integrity.web"
    label = "web"
