"""The settings of allauth (who signs in) and axes (how guessing is limited). kheo.settings takes them all.

There is no sign-up and no e-mail: accounts are made by administrators, who hand out one-time codes.
"""

import os
from datetime import timedelta

# How many web servers of the office itself stand before Kheo; each adds one entry to X-Forwarded-For.
TRUSTED_PROXIES = int(os.environ.get("KHEO_PROXIES") or 0)

# How long the list of sign-ins with their addresses is kept. The law asks for at least a month.
SIGN_INS_KEPT_DAYS = int(os.environ.get("KHEO_SIGN_INS_KEPT_DAYS") or 400)

AUTH_PASSWORD_VALIDATORS = [
    # How long and how mixed is data (`SignInRule`), which an administrator edits.
    {"NAME": "kheo.accounts.passwords.LongEnough"},
    {"NAME": "kheo.accounts.passwords.Mixed"},
    {"NAME": "kheo.accounts.passwords.NotFirstTried"},
    {"NAME": "kheo.accounts.passwords.NotAboutOneself"},
]

ACCOUNT_ADAPTER = "kheo.accounts.adapter.Adapter"
ACCOUNT_FORMS = {
    "login": "kheo.accounts.forms.SignInForm",
    "change_password": "kheo.accounts.forms.ChangePasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_USER_DISPLAY = str
# The browser forgets the session when it closes: several people often share one machine.
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
# An office of a hundred signs in at eight o'clock from one address: allauth's own limits by address would
# lock it out. Guessing is limited by axes, by name and address together; what is left here stops only floods.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": None,
    "change_password": "10/m/user",
    "reauthenticate": "10/m/user",
}

AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
# Whoever tries again during the wait does not lengthen it, so the time named on the page is true.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "kheo.accounts.lockout.please_wait"
AXES_USERNAME_CALLABLE = "kheo.accounts.lockout.name_key"
AXES_CLIENT_IP_CALLABLE = "kheo.accounts.addresses.address_of"
AXES_USERNAME_FORM_FIELD = "username"
# People type passwords into the name field by mistake; no field of the form is kept.
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login", "password", "next", "csrfmiddlewaretoken"]
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# Kheo keeps its own list of sign-ins (kheo.accounts.models.SignIn), which a retention time empties.
AXES_DISABLE_ACCESS_LOG = True
