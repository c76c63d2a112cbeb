from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "kheo.accounts"
    label = "accounts"

    def ready(self) -> None:
        from kheo.accounts import journal

        journal.listen()
