from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "integrity.web"
    label = "web"

    def ready(self) -> None:
        from integrity.web import restricted

        # Somebody restricted can still read these, sign in and out, and keep the account safe.
        restricted.allow(
            "home", "privacy", "accessibility", "contact", "set_language", "set_theme",
            "account_settings", "account_login", "account_logout", "account_reauthenticate",
            "account_email", "account_email_verification_sent", "account_confirm_email",
            "account_change_password", "account_set_password", "account_reset_password",
            "account_reset_password_done", "account_reset_password_from_key",
            "account_reset_password_from_key_done", "account_inactive",
        )  # fmt: skip
