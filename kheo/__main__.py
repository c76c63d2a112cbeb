"""The `kheo` command: Django's commands and Kheo's own, under one name."""

import importlib
import os
import sys
from pathlib import Path


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kheo.settings")
    from kheo.lib.configuration import STOPPED, Wrong

    try:
        importlib.import_module(os.environ["DJANGO_SETTINGS_MODULE"])
    except (Wrong, OSError) as wrong:
        told = in_vietnamese(wrong)
        if told is None:
            raise
        print(told, file=sys.stderr)
        sys.exit(STOPPED)
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(["kheo", *sys.argv[1:]])
    except Exception as error:
        from kheo.lib import troubles

        told = None if "--traceback" in sys.argv else troubles.sentence(error)
        if told is None:
            raise
        print(told, file=sys.stderr)
        sys.exit(1)


def in_vietnamese(wrong: Exception) -> str | None:
    """The sentence in the language of the commands, although the settings that name it could not be read."""
    import django
    from django.conf import settings
    from django.utils import translation

    locale = Path(__file__).resolve().parent / "lib" / "locale"
    settings.configure(USE_I18N=True, LANGUAGE_CODE="vi", LOCALE_PATHS=[locale])
    django.setup()
    from kheo.lib import troubles

    with translation.override("vi"):
        return troubles.sentence(wrong) if isinstance(wrong, OSError) else str(wrong)


if __name__ == "__main__":
    main()
