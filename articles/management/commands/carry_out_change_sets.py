from typing import Any

from django.core.management.base import BaseCommand

from ... import change_sets


class Command(BaseCommand):
    help = (
        "Carry out the change sets that somebody with the duty to publish has started, until none are left; the worker "
        "does the same a few articles at a time. Safe to interrupt, idempotent."
    )

    def handle(self, *args: object, **options: Any) -> None:
        done = 0
        while batch := change_sets.continue_change_sets():
            done += batch
        self.stdout.write(f"Carried out or refused {done} articles; the change sets say which.")
