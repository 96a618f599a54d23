from typing import Any

from django.core.management.base import BaseCommand, CommandError

from articles import baking, relating, search

from .bake import Bar


class Command(BaseCommand):
    help = (
        "Make the index of the search anew, and relate articles that were published before keywords were kept. Everything "
        "stays findable meanwhile; can be interrupted and run again."
    )

    def handle(self, *args: object, **options: Any) -> None:
        bar = Bar(self.stdout, "articles")
        try:
            count = search.rebuild(bar.show)
            bar.end()
            bar = Bar(self.stdout, "articles")
            related = relating.rebuild(bar.show)
        except KeyboardInterrupt as error:
            raise CommandError("Interrupted. What was found before is found still; run it again to finish.") from error
        bar.end()
        if related:  # their pages say so
            baking.request_everything()
        self.stdout.write(f"Indexed {count} articles. Keywords and related articles are new for {related}.")
