from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "kheo.accounts"
    label = "accounts"

    def ready(self) -> None:
        from kheo.accounts import journal
        from kheo.ui.registry import verbs

        verbs.add(
            {
                "signed_in": _("signed in"),
                "signed_out": _("signed out"),
                "sign_in_failed": _("sign-in failed: wrong password"),
                "password_changed": _("chose a new password"),
                "password_reset": _("gave a one-time password"),
                "code_given": _("gave a one-time code"),
                "asked_to_reopen": _("asked to reopen the account"),
                "account_reopened": _("reopened the account"),
                "account_closed": _("closed the account"),
                "pin_set": _("chose a PIN for a shared machine"),
                "pin_removed": _("took the PIN off a machine"),
                "pin_failed": _("sign-in failed: wrong PIN"),
                "rule_entered": _("entered a rule"),
                "profile_changed": _("changed the profile"),
            }
        )
        journal.listen()
