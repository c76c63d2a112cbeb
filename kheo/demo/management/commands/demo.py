"""`kheo demo`: prepare the demonstration in the data folder and say whom one can be."""

import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from kheo.accounts.models import User
from kheo.demo import play
from kheo.demo.people import CAST
from kheo.stories.models import Story


class Command(BaseCommand):
    help = "Loads the demonstration (once) and lists the people to sign in as."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demonstration is loaded in demo mode only: set KHEO_DEMO=1.")
        began = time.monotonic()
        call_command("migrate", verbosity=0)
        if not self._loaded():
            play.play(lambda scene: self.stdout.write(f"  {time.monotonic() - began:5.1f} s  {scene}"))
            self.stdout.write(f"  {time.monotonic() - began:5.1f} s  Xong")
        self.stdout.write("")
        self.stdout.write("Người để đăng nhập thử (chọn trên trang đăng nhập):")
        for part in CAST:
            self.stdout.write(f"  {part.username:6} {part.name}: {part.note}")

    def _loaded(self) -> bool:
        """The last scene is the stories: where they are told, everything before is."""
        return User.objects.cast().exists() and Story.objects.exists()
