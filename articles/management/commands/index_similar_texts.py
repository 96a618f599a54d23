from typing import Any

from django.core.management.base import BaseCommand

from articles.similar_texts import keep_missing_prints

ARTICLES_PER_BATCH = 200


class Command(BaseCommand):
    help = "Store the prints by which nearly equal texts are found, of articles from before. Goes on where it stopped."

    def handle(self, *args: object, **options: Any) -> None:
        total = 0
        while count := keep_missing_prints(ARTICLES_PER_BATCH):
            total += count
            self.stdout.write(f"{total} articles.")
