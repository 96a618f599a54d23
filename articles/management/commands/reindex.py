from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ... import baking, keyword_relations, search
from ..terminal import ProgressBar


class Command(BaseCommand):
    help = (
        "Rebuild the search indexes of readers and of the desk, and relate articles that were published before "
        "keywords were stored. Searches keep finding everything during this. Safe to interrupt, idempotent."
    )

    def handle(self, *args: object, **options: Any) -> None:
        bar = ProgressBar(self.stdout, "articles")
        try:
            count = search.rebuild_index(bar.show)
            bar.end()
            bar = ProgressBar(self.stdout, "texts of the desk")
            search.rebuild_working_copies(bar.show)
            bar.end()
            bar = ProgressBar(self.stdout, "articles")
            related = keyword_relations.rebuild_relations(bar.show)
        except KeyboardInterrupt as error:
            raise CommandError("Interrupted. Everything can still be found; run it again to finish.") from error
        bar.end()
        if related:  # their pages show the related articles
            baking.request_full_bake()
        self.stdout.write(f"Indexed {count} articles. Keywords and related articles are new for {related}.")
