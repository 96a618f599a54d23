#!/usr/bin/env python
"""Command-line entrance: `python manage.py help` lists what there is, `version` says which Newsroom this is."""

import os
import sys

from django.core.management import execute_from_command_line

from newsroom import __version__


def main() -> None:
    """Run the command; `version` is answered here, since Django would answer with its own."""
    if sys.argv[1:] in (["version"], ["--version"]):
        print(__version__)
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
