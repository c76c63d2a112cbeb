from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    name = "kheo.messaging"
    label = "messaging"

    def ready(self) -> None:
        from kheo.ui.registry import MenuEntry, menu, verbs

        menu.add(MenuEntry(_("Messages sent"), "messages", "send", 440, group="structure"))
        verbs.add({"message_sent": _("noted a message as sent"), "wording_changed": _("changed a text")})
