"""The `kheo` command: Django's commands and Kheo's own, under one name."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kheo.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["kheo", *sys.argv[1:]])


if __name__ == "__main__":
    main()
