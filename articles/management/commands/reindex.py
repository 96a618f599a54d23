from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ... import baking, keyword_relations, search
from .bake import ProgressBar


class Command(BaseCommand):
    help = (
        "Make the index of the search anew, and relate articles that were published before keywords were kept. Everything "
        "stays findable meanwhile; can be interrupted and run again."
    )

    def handle(self, *args: object, **options: Any) -> None:
        bar = ProgressBar(self.stdout, "articles")
        try:
            count = search.rebuild_index(bar.show)
            bar.end()
            bar = ProgressBar(self.stdout, "articles")
            related = keyword_relations.rebuild_relations(bar.show)
        except KeyboardInterrupt as error:
            raise CommandError("Interrupted. What was found before is found still; run it again to finish.") from error
        bar.end()
        if related:  # their pages say so
            baking.request_full_bake()
        self.stdout.write(f"Indexed {count} articles. Keywords and related articles are new for {related}.")
