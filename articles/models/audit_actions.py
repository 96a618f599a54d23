"""Display names of the actions and details in audit entries. Entries store the keys, so the names may change."""

from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy, pgettext_lazy

# tests/test_admin_audit.py fails if an action has no name.
ACTION_NAMES = {
    "article.saved": pgettext_lazy("act", "Saved"),
    "article.restored": pgettext_lazy("act", "Restored an older version"),
    "article.template_offered": pgettext_lazy("act", "Offered as a template"),
    "article.template_stopped": pgettext_lazy("act", "No longer a template"),
    "article.copied": pgettext_lazy("act", "Begun as a copy"),
    "article.discarded": pgettext_lazy("act", "Draft moved to the bin"),
    "article.taken_from_bin": pgettext_lazy("act", "Draft taken out of the bin"),
    "article.deleted": pgettext_lazy("act", "Draft deleted for good"),
    "article.imported": pgettext_lazy("act", "Imported"),
    "article.preview_made": pgettext_lazy("act", "Preview link made"),
    "article.preview_opened": pgettext_lazy("act", "Preview link opened"),
    "article.previews_revoked": pgettext_lazy("act", "Preview links revoked"),
    "article.submitted": pgettext_lazy("act", "Submitted for reading"),
    "article.taken_back": pgettext_lazy("act", "Submission taken back"),
    "article.signed_off": pgettext_lazy("act", "Signed off"),
    "article.sent_back": pgettext_lazy("act", "Sent back"),
    "article.reread": pgettext_lazy("act", "Corrected while reading, to be read again"),
    "article.hit_set_aside": pgettext_lazy("act", "Set aside what a rule found"),
    "article.reprint_right_set": pgettext_lazy("act", "Right to reprint stated"),
    "article.source_allowed": pgettext_lazy("act", "Reprint from outside the list allowed"),
    "article.original_kept": pgettext_lazy("act", "Original of a reprint kept"),
    "article.hit_masked": pgettext_lazy("act", "Masked what a rule found"),
    "article.noted": pgettext_lazy("act", "Marginal note written"),
    "article.note_answered": pgettext_lazy("act", "Marginal note answered"),
    "article.note_done": pgettext_lazy("act", "Marginal note marked as done"),
    "article.words_suggested": pgettext_lazy("act", "Other words suggested"),
    "article.suggestion_taken": pgettext_lazy("act", "Suggestion taken"),
    "article.suggestion_declined": pgettext_lazy("act", "Suggestion declined"),
    "article.held": pgettext_lazy("act", "Put on hold"),
    "article.rejected": pgettext_lazy("act", "Rejected"),
    "article.handed_on": pgettext_lazy("act", "Handed on to another reader"),
    "article.readings_changed": pgettext_lazy("act", "Number of readings changed"),
    "article.sign_offs_voided": pgettext_lazy("act", "Sign-offs voided by a change"),
    "article.published": pgettext_lazy("act", "Published"),
    "article.published_before_readings": pgettext_lazy("act", "Published before its readings"),
    "article.glass_broken": pgettext_lazy("act", "Published by an administrator in an emergency"),
    "article.corrected": pgettext_lazy("act", "Corrected"),
    "article.withdrawn": pgettext_lazy("act", "Withdrawn"),
    "article.put_back": pgettext_lazy("act", "Put back"),
    "article.placed": pgettext_lazy("act", "Pin, expiry or cover changed"),
    "article.text_closed": pgettext_lazy("act", "Text of an edition closed"),
    "article.text_reopened": pgettext_lazy("act", "Text of an edition opened again"),
    "article.scheduled": pgettext_lazy("act", "Scheduled"),
    "article.unscheduled": pgettext_lazy("act", "Schedule cancelled"),
    "article.schedule_failed": pgettext_lazy("act", "Not published on time"),
    "article.migrated": pgettext_lazy("act", "Put into the archive with its own date"),
    "article.archive_made": pgettext_lazy("act", "Archive for tests made"),
    "article.sheet_exported": pgettext_lazy("act", "Review sheet exported"),
    "article.word_exported": pgettext_lazy("act", "Given out as a Word file"),
    "article.evidence_exported": pgettext_lazy("act", "Evidence pack exported"),
    "changeset.opened": pgettext_lazy("act", "Change set proposed"),
    "changeset.read": pgettext_lazy("act", "Change set read and signed"),
    "changeset.ticked": pgettext_lazy("act", "Articles of a change set taken in again"),
    "changeset.unticked": pgettext_lazy("act", "Articles of a change set left out"),
    "changeset.ended": pgettext_lazy("act", "Change set rejected or taken back"),
    "changeset.started": pgettext_lazy("act", "Change set being carried out"),
    "changeset.stopped": pgettext_lazy("act", "Change set stopped"),
    "changeset.resumed": pgettext_lazy("act", "Change set being carried out again"),
    "changeset.item_refused": pgettext_lazy("act", "Article of a change set refused"),
    "changeset.carried_out": pgettext_lazy("act", "Change set carried out"),
    "log.differs": pgettext_lazy("act", "The public log is not as it was"),
    "log.key_changed": pgettext_lazy("act", "Key of the public log changed"),
    "sheets.exported": pgettext_lazy("act", "Review sheets of some days exported"),
    "picture.uploaded": pgettext_lazy("act", "Uploaded"),
    "attachment.uploaded": pgettext_lazy("act", "Uploaded"),
    "duty.assigned": pgettext_lazy("act", "Duty assigned"),
    "duty.revoked": pgettext_lazy("act", "Duty taken away"),
    "session.opened": pgettext_lazy("act", "Logged in"),
    "session.refused": pgettext_lazy("act", "Log-in refused"),
    "session.closed": pgettext_lazy("act", "Logged out"),
    "session.glass_broken": pgettext_lazy("act", "An administrator logged in"),
    "session.new_browser": pgettext_lazy("act", "Logged in with a new browser"),
    "session.locked": pgettext_lazy("act", "Log-in locked after failures"),
    "session.unlocked": pgettext_lazy("act", "Log-in unlocked"),
    "session.ended": pgettext_lazy("act", "Ended an own session"),
    "user.reset_started": pgettext_lazy("act", "Password reset started"),
    "user.reset_confirmed": pgettext_lazy("act", "Password reset confirmed"),
    "user.reset_stopped": pgettext_lazy("act", "Password reset stopped"),
    "user.reset_asked": pgettext_lazy("act", "Password reset asked for by mail"),
    "user.reset_refused": pgettext_lazy("act", "Wrong code for a password reset"),
    "user.password_reset": pgettext_lazy("act", "Password reset"),
    "user.password_voided": pgettext_lazy("act", "Password void: set before the account had a duty"),
    "user.recovery_set": pgettext_lazy("act", "Own address for a forgotten password changed"),
    "session.factor_proven": pgettext_lazy("act", "Second factor proven"),
    "session.factor_refused": pgettext_lazy("act", "Second factor refused"),
    "user.factor_added": pgettext_lazy("act", "Second factor set up"),
    "user.factor_removed": pgettext_lazy("act", "Second factor removed"),
    "user.recovery_codes_made": pgettext_lazy("act", "New recovery codes made"),
    "user.factor_reset_opened": pgettext_lazy("act", "Removal of a lost second factor asked for"),
    "user.factor_reset": pgettext_lazy("act", "Lost second factor removed by two colleagues"),
    "user.password_changed": pgettext_lazy("act", "Changed their own password"),
    "user.password_set": pgettext_lazy("act", "Password set by an administrator"),  # until version 0.11
    "user.password_set_on_server": pgettext_lazy("act", "Password set on the server"),
    "user.left": pgettext_lazy("act", "Left the newsroom"),
    "user.closed": pgettext_lazy("act", "Closed because nobody used it"),
    "home.arranged": pgettext_lazy("act", "Arranged"),
    "topic.arranged": pgettext_lazy("act", "Arranged"),
    "person.merged": pgettext_lazy("act", "Merged into another one"),
    "source.merged": pgettext_lazy("act", "Merged into another one"),
    "report.received": pgettext_lazy("act", "Report received"),
    "report.answered": pgettext_lazy("act", "Answered"),
    "report.contact_opened": pgettext_lazy("act", "Contact of a reader opened"),
    "report.dismissed": pgettext_lazy("act", "Closed without an answer"),
    "access.refused": pgettext_lazy("act", "Refused at the desk"),
    "audit.exported": pgettext_lazy("act", "Audit exported"),
    "audit.archived": pgettext_lazy("act", "A month of the audit archived"),
    "checkrule.imported": pgettext_lazy("act", "Imported from a table"),
    "checkrule.exported": pgettext_lazy("act", "Exported as a table"),
    "checkrule.sections_changed": pgettext_lazy("act", "Sections changed"),
    "checkup.begun": pgettext_lazy("act", "Check-up of the archive begun"),
    "checkup.stopped": pgettext_lazy("act", "Check-up of the archive stopped"),
    "checkup.resumed": pgettext_lazy("act", "Check-up of the archive resumed"),
    "checkup.finished": pgettext_lazy("act", "Check-up of the archive finished"),
    "checkupfinding.settled": pgettext_lazy("act", "Finding of a check-up settled"),
    "checkupfinding.ignored": pgettext_lazy("act", "Finding of a check-up ignored"),
    "linktarget.settled": pgettext_lazy("act", "Dead link settled"),
    "linktarget.ignored": pgettext_lazy("act", "Dead link ignored"),
    "linktarget.reopened": pgettext_lazy("act", "Dead link opened again"),
    "rosterentry.imported": pgettext_lazy("act", "Imported from a table"),
    "rosterentry.exported": pgettext_lazy("act", "Exported as a table"),
    "qualitycount.exported": pgettext_lazy("act", "Exported as a table"),
    "source.imported": pgettext_lazy("act", "Imported from a table"),
    "source.exported": pgettext_lazy("act", "Exported as a table"),
    "oldpath.imported": pgettext_lazy("act", "Imported from a table"),
    "pages.adopted": pgettext_lazy("act", "Folder of page files taken over"),
    "pages.differ": pgettext_lazy("act", "Page files found changed"),
    "pages.seen": pgettext_lazy("act", "Changed page files noted"),
}
# Actions recorded for saved rows, after the model name: `section.changed`.
ROW_ACTION_NAMES = {
    "added": pgettext_lazy("act", "Added"),
    "changed": pgettext_lazy("act", "Changed"),
    "deleted": pgettext_lazy("act", "Deleted"),
    "proposed": pgettext_lazy("act", "Words proposed, to be confirmed"),
    "confirmed": pgettext_lazy("act", "Proposed words confirmed"),
    "turned_down": pgettext_lazy("act", "Proposed words rejected"),
    "viewed": pgettext_lazy("act", "Personal data seen"),
}
# The keys of `AuditEntry.details`.
FACT_NAMES = {
    "places": pgettext_lazy("fact of an act", "places"),
    "article": pgettext_lazy("fact of an act", "article"),
    "change_set": pgettext_lazy("fact of an act", "change set"),
    "read_at": pgettext_lazy("fact of an act", "read at"),
    "left_out": pgettext_lazy("fact of an act", "left out"),
    "original": pgettext_lazy("fact of an act", "copied from"),
    "due": pgettext_lazy("fact of an act", "answer due"),
    "answer": pgettext_lazy("fact of an act", "answer"),
    "edition": pgettext_lazy("fact of an act", "edition"),
    "digest": pgettext_lazy("fact of an act", "digest"),
    "key": pgettext_lazy("fact of an act", "key"),
    "reason": pgettext_lazy("fact of an act", "reason"),
    "why": pgettext_lazy("fact of an act", "reason"),
    "sheets": pgettext_lazy("fact of an act", "digests of the review sheets"),
    "originals": pgettext_lazy("fact of an act", "digests of the originals"),
    "rows": pgettext_lazy("fact of an act", "digests of texts, decisions and entries"),
    "quote": pgettext_lazy("fact of an act", "quoted words"),
    "rule": pgettext_lazy("fact of an act", "rule"),
    "words": pgettext_lazy("fact of an act", "words, masked"),
    "readings_open": pgettext_lazy("fact of an act", "readings still open"),
    "closes_review": pgettext_lazy("fact of an act", "review ended"),
    "duty": pgettext_lazy("fact of an act", "duty"),
    "section": pgettext_lazy("fact of an act", "section"),
    "revision": pgettext_lazy("fact of an act", "revision"),
    "as_revision": pgettext_lazy("fact of an act", "kept as revision"),
    "title": pgettext_lazy("fact of an act", "title"),
    "at": pgettext_lazy("fact of an act", "time"),
    "blocks": pgettext_lazy("fact of an act", "blocks"),
    "name": pgettext_lazy("fact of an act", "name"),
    "fields": pgettext_lazy("fact of an act", "changed"),
    "old": pgettext_lazy("fact of an act", "before"),
    "new": pgettext_lazy("fact of an act", "since then"),
    "start": pgettext_lazy("fact of an act", "from day"),
    "end": pgettext_lazy("fact of an act", "to day"),
    "count": pgettext_lazy("fact of an act", "number"),
    "sha256": pgettext_lazy("fact of an act", "SHA-256"),
    "stages": pgettext_lazy("fact of an act", "readings in all"),
    "stage": pgettext_lazy("fact of an act", "reading"),
    "same_person": pgettext_lazy("fact of an act", "one person twice"),
    "to_stage": pgettext_lazy("fact of an act", "back to reading"),
    "link": pgettext_lazy("fact of an act", "link"),
    "once": pgettext_lazy("fact of an act", "opens once only"),
    "to": pgettext_lazy("fact of an act", "to whom"),
    "proposed_by": pgettext_lazy("fact of an act", "proposed by"),
    "into": pgettext_lazy("fact of an act", "into"),
    "whose": pgettext_lazy("fact of an act", "signed by"),
    "import_digest": pgettext_lazy("fact of an act", "digest of the file"),
    "against": pgettext_lazy("fact of an act", "compared with"),
    "browser": pgettext_lazy("fact of an act", "browser"),
    "reset_by": pgettext_lazy("fact of an act", "reset by"),
    "files": pgettext_lazy("fact of an act", "files"),
    "note": pgettext_lazy("fact of an act", "note"),
    "readings_due": pgettext_lazy("fact of an act", "readings due"),
    "published_at": pgettext_lazy("fact of an act", "published at"),
    "origin": pgettext_lazy("fact of an act", "origin"),
    "how": pgettext_lazy("fact of an act", "second factor"),
    "asked_by": pgettext_lazy("fact of an act", "asked for by"),
    "duties": pgettext_lazy("fact of an act", "duties that ended"),
    "drafts": pgettext_lazy("fact of an act", "drafts handed on"),
    "turns": pgettext_lazy("fact of an act", "readings handed on"),
    "scheduled": pgettext_lazy("fact of an act", "scheduled articles handed on"),
    "sessions": pgettext_lazy("fact of an act", "sessions ended"),
    "last_seen": pgettext_lazy("fact of an act", "last log-in"),
    "way": pgettext_lazy("fact of an act", "way of logging in"),
    "page": pgettext_lazy("fact of an act", "page"),
    "method": pgettext_lazy("fact of an act", "kind of request"),
    "last": pgettext_lazy("fact of an act", "further refusals of this hour are not recorded"),
    "format": pgettext_lazy("fact of an act", "format"),
    "month": pgettext_lazy("fact of an act", "month"),
    "last_entry": pgettext_lazy("fact of an act", "last entry"),
    "is_active": pgettext_lazy("fact of an act", "active"),
    "is_staff": pgettext_lazy("fact of an act", "may log in"),
    "is_superuser": pgettext_lazy("fact of an act", "administrator"),
}

# Where migrated articles come from, by the word that entries and editions have for it.
ORIGIN_NAMES = {"text file": gettext_lazy("a text file"), "demo": gettext_lazy("the demo newsroom")}


def origin_name(origin: str) -> str:
    """The display name of where a migrated article comes from, or the origin itself if it has none."""
    return str(ORIGIN_NAMES.get(origin, origin))


def field_label(name: str) -> str:
    """The label of a field that an entry names (`source.url`), in the language of the user.

    What names no field stays as it is: rows of a table, and the labels that entries before version 0.15 keep.
    """
    model_name, _dot, field_name = name.partition(".")
    model = _models_by_name().get(model_name)
    if model is None:
        return name
    try:
        field = model._meta.get_field(field_name)
    except FieldDoesNotExist:
        return name
    return capfirst(str(field.verbose_name if isinstance(field, Field) else field.related_model._meta.verbose_name))


@cache
def _models_by_name() -> dict[str, Any]:
    return {str(model._meta.model_name): model for model in apps.get_models()}


def action_name(action: str) -> str:
    """The display name of an action, or the action itself if it has none."""
    return str(ACTION_NAMES.get(action) or ROW_ACTION_NAMES.get(action.rpartition(".")[2]) or action)
