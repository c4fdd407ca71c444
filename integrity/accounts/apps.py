from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "integrity.accounts"
    label = "accounts"
