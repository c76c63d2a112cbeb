"""kheo user add USERNAME --name NAME [--phone NUMBER]; kheo user password USERNAME (also wakes it)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kheo.accounts.models import User
from kheo.audit import models as audit
from kheo.lib.refusals import Refused


class Command(BaseCommand):
    help = "Makes an account, or gives one a new one-time code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        add = actions.add_parser("add", help="make an account and print its one-time code")
        add.add_argument("username")
        add.add_argument("--name", required=True, help="the full name")
        add.add_argument("--phone", default=None)
        password = actions.add_parser("password", help="print a new one-time code")
        password.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = self.added(**options) if options["action"] == "add" else self.found(options["username"])
        self.stdout.write(_("User name: %(name)s") % {"name": user.username})
        self.stdout.write(_("One-time code: %(password)s") % {"password": user.set_temporary_password()})
        self.stdout.write(_("It is shown only now, and changed at the next sign-in."))

    def added(self, username: str, name: str, phone: str | None, **rest: Any) -> User:
        try:
            with transaction.atomic():
                user: User = User.objects.create_user(username, full_name=name, phone=phone)
                audit.record(user, "created")
                return user
        except (Refused, ValueError) as problem:
            raise CommandError(str(problem))
        except IntegrityError:
            raise CommandError(_("This user name or phone number already belongs to an account."))

    def found(self, typed: str) -> User:
        user: User | None = User.objects.who_signs_in_as(typed)
        if user is None:
            raise CommandError(_("There is no account %(name)s.") % {"name": typed})
        return user
