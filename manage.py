#!/usr/bin/env python
"""Command-line entrance: `python manage.py help` lists what there is, `version` says which Newsroom this is."""

import os
import sys

from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError, ProgrammingError

from newsroom import __version__, environment


def main() -> None:
    """Run the command; `version` is answered here, since Django would answer with its own.

    Wrong settings and an unusable database are reported in sentences; `--traceback` shows where it happened.
    """
    if sys.argv[1:] in (["version"], ["--version"]):
        print(__version__)
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
    try:
        environment.load_settings()
    except ImproperlyConfigured as wrong:
        sys.exit(str(wrong))
    checks.register(environment.check_environment)
    try:
        execute_from_command_line(sys.argv)
    except (OperationalError, ProgrammingError) as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(
            f"The database (DATABASE_URL) cannot be used: {str(error).strip()}\n"
            "If tables or columns are missing, run `manage.py migrate`; `--traceback` shows where this happened."
        )


if __name__ == "__main__":
    main()
