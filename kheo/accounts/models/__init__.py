"""People who sign in, what is asked of their sign-ins, and the machines they share."""

from kheo.accounts.models.devices import Device, Pin, check_pin
from kheo.accounts.models.people import SignIn, User, name_parts, user_name
from kheo.accounts.models.rules import SignInRule

__all__ = ["Device", "Pin", "SignIn", "SignInRule", "User", "check_pin", "name_parts", "user_name"]
