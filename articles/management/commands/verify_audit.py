import zlib
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import connection

from articles import audit, audit_files, baking, evidence, log_checking, triggers
from articles.management.acting import ActingCommand
from articles.management.terminal import ProgressBar
from articles.merkle_log import Checkpoint, kept_text, newest_vouched
from articles.models import Attachment, Edition, Picture

MOST_LINES = 20  # of faults
LARGEST_LOG = 10**16  # leaves: checkpoints that others have seen count even if the log is smaller now


class Command(ActingCommand):
    help = (
        "Verify the audit's hash chain, the logs, every edition's text, readings, publication and page, every uploaded "
        "file, and that the database's triggers are there; exits 1 and says what does not match."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--expect-head", metavar="HASH", help="a head noted earlier; fails if no entry of the chain has this hash"
        )

        parser.add_argument(
            "--files", metavar="FILE", nargs="+", help="verify exported or archived JSON lines instead, in this order"
        )
        parser.add_argument(
            "--checkpoint",
            action="append",
            metavar="FILE",
            help="a checkpoint of a log that was kept, or the address in a printed code",
        )

    def handle(self, *args: object, expect_head: str | None, files: list[str] | None = None, **options: Any) -> None:
        if files:
            self.verify_files(files)
            return
        # An empty value is a script's empty variable, not a request to skip the check.
        if expect_head is not None:
            expect_head = expect_head.strip().lower()
        kept = [*_read_checkpoints(options["checkpoint"] or ()), *_vouched_checkpoints()]
        walk = audit.walk_chain(expected=expect_head)
        faults = [*_chain_faults(walk, expect_head), *log_checking.stored_faults(kept), *_trigger_faults()]
        faults += audit_files.archive_faults()
        faults += islice(evidence.withdrawn_pages_served(), MOST_LINES)
        editions, wrong = self.collect_faults(evidence.edition_faults(), "editions", Edition.objects.count(), faults)
        total = Picture.objects.count() + Attachment.objects.count()
        uploads, changed = self.collect_faults(_file_sentences(), "files", total, faults)
        if faults:
            summary = [f"{wrong} of {editions} editions are not as published."] if wrong else []
            summary += [f"{changed} of {uploads} pictures and attachments are not as uploaded."] if changed else []
            raise CommandError("\n".join([*faults, *summary]))
        self.stdout.write(f"{editions} editions, as signed, logged, published and served.")
        self.stdout.write(f"{uploads} pictures and attachments, as uploaded.")
        self.stdout.write(f"{walk.count} entries, unbroken. Head: {walk.head}")

    def collect_faults(self, found: Iterable[list[str]], what: str, total: int, faults: list[str]) -> tuple[int, int]:
        """Add the first sentences to `faults`, with a progress bar; return how many things there were and how many
        were wrong.
        """
        bar, count, wrong = ProgressBar(self.stdout, what), 0, 0
        for sentences in found:
            count += 1
            wrong += bool(sentences)
            faults += sentences[: max(0, MOST_LINES - len(faults))]
            bar.show(count, max(total, count))
        bar.end()
        return count, wrong

    def verify_files(self, names: list[str]) -> None:
        """Verify files without the database; each continues the one before."""
        head = None
        for name in names:
            try:
                walked = audit_files.walk_file(Path(name), head)
            except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
                raise CommandError(f"{name} cannot be read: {error}") from error
            if walked.broken_line:
                raise CommandError(f"{name}: line {walked.broken_line} does not match the chain.")
            head = walked.head
            self.stdout.write(f"{name}: {walked.count} entries, unbroken. Head: {head}")


def _chain_faults(walk: audit.ChainWalk, expect_head: str | None) -> list[str]:
    if walk.broken:
        entry = walk.broken
        return [f"Entry {entry.pk} ({entry.action}) does not match the chain; the {walk.count} entries before it do."]
    if expect_head is not None and not walk.found:
        return [
            f"No entry has the hash “{expect_head}”: entries were cut off or rewritten after it was "
            f"noted. {walk.count} entries remain, unbroken. Head: {walk.head}"
        ]
    return []


def _file_sentences() -> Iterator[list[str]]:
    for wrong in baking.wrong_uploads():
        yield [f"The file {name} is {what}." for name, what in wrong]


def _read_checkpoints(kept: Iterable[str]) -> list[Checkpoint]:
    try:
        return [log_checking.parse_kept(kept_text(each)) for each in kept]
    except (OSError, ValueError) as error:
        raise CommandError(str(error)) from error


def _vouched_checkpoints() -> list[Checkpoint]:
    """The newest checkpoint of the public log that others have cosigned or stamped, if there is one."""
    vouched = newest_vouched(LARGEST_LOG)
    return [vouched.checkpoint] if vouched else []


def _trigger_faults() -> list[str]:
    missing = triggers.missing_triggers(connection)
    if not missing:
        return []
    return [f"Triggers are missing or were changed: {', '.join(missing)}. `manage.py migrate` installs them again."]
