from typing import Any

from django.core.management.base import BaseCommand

from articles.attachments import read_stored_texts

ATTACHMENTS_PER_BATCH = 20


class Command(BaseCommand):
    help = "Read what is written in attachments from before Newsroom did so. Goes on where it was stopped."

    def handle(self, *args: object, **options: Any) -> None:
        total = 0
        while count := read_stored_texts(ATTACHMENTS_PER_BATCH):
            total += count
            self.stdout.write(f"{total} read.")
