import sys
from typing import Any

from django.core.management.base import BaseCommand

from articles import baking, page_tags


class Command(BaseCommand):
    help = (
        "Check the tags in the heads of the newest baked pages of every kind (标签自检); exits 1 and says what is "
        "missing, where, and how to correct it."
    )

    def handle(self, *args: object, **options: Any) -> None:
        baking.require_own_store()
        pages = page_tags.check_page_tags()
        for page in pages:
            for problem in page.problems:
                self.stdout.write(f"{page.path} ({page.kind}): {problem}")
        wrong = sum(bool(page.problems) for page in pages)
        self.stdout.write(f"Checked {len(pages)} pages; {wrong} have something wrong.")
        if wrong:
            sys.exit(1)
