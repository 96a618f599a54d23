from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from articles.attachments import read_stored_labels, read_stored_texts

ATTACHMENTS_PER_BATCH = 20


class Command(BaseCommand):
    help = (
        "Read the texts of attachments from before Newsroom did so. Resumes where it was stopped. With --labels, "
        "read instead what films and recordings without an AI label say about how they were made, and print what is "
        "found."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--labels", action="store_true", help="read labels of AI and content credentials")
        parser.add_argument(
            "--after",
            type=int,
            default=0,
            metavar="N",
            help="with --labels: resume after the attachment with this number",
        )

    def handle(self, *args: object, labels: bool, after: int, **options: Any) -> None:
        if labels:
            self._read_labels(after)
            return
        total = 0
        while count := read_stored_texts(ATTACHMENTS_PER_BATCH):
            total += count
            self.stdout.write(f"{total} read.")

    def _read_labels(self, after: int) -> None:
        total = 0
        while found := read_stored_labels(ATTACHMENTS_PER_BATCH, after=after):
            for attachment, label in found:
                total += 1
                if said := str(label) or label.unjudged:
                    self.stdout.write(f"Attachment {attachment.pk}, {attachment.name}: {said}")
            after = found[-1][0].pk
            self.stdout.write(f"{total} read, up to attachment {after}.")
