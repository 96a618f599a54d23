from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ... import link_checks
from ..terminal import ProgressBar


class Command(BaseCommand):
    help = (
        "Register the links of all texts (链接巡检) now, "
        "which the worker otherwise does little by little after an upgrade. "
        "Safe to interrupt: the next run continues. Asks nothing over the network."
    )

    def handle(self, *args: object, **options: Any) -> None:
        bar = ProgressBar(self.stdout, "texts")
        try:
            while link_checks.continue_register():
                bar.show(*link_checks.register_progress())
        except KeyboardInterrupt as error:
            raise CommandError("Interrupted. Run it again to continue.") from error
        bar.end()
        reached, newest = link_checks.register_progress()
        if reached < newest:
            raise CommandError("The worker registers them at the moment; run it again later.")
        self.stdout.write("The links of all texts are registered.")
