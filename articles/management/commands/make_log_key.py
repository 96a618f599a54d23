from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles import merkle_log, publication_log


class Command(BaseCommand):
    help = (
        "Make the key that signs the public log, unless there is one; --change adds a new one. With "
        "LOG_TOKEN_KEY it is the key of that label in the token."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--change", action="store_true", help="sign with a new key from now on")

    def handle(self, *args: object, change: bool, **options: Any) -> None:
        try:
            keys = merkle_log.read_log_keys()
            if keys and not change:
                return
            name = keys[0].name if keys else f"{urlsplit(settings.SITE_URL).netloc}/log"
            public = publication_log.change_log_key(name)
        except (OSError, merkle_log.WrongNote) as error:
            raise CommandError(f"{settings.LOG_KEY_FILE}: {error}") from error
        place = f"the token {settings.LOG_TOKEN_LABEL}" if settings.LOG_TOKEN_MODULE else settings.LOG_KEY_FILE
        self.stdout.write(f"The log is signed by {public}, whose private half is in {place}.")
