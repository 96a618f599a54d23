"""What an act of the audit is called, by the word it is recorded under. Entries keep the word: names may be improved."""

from django.utils.translation import pgettext_lazy

# tests/test_admin_screens.py finds the act that has no name.
NAMES = {
    "article.saved": pgettext_lazy("act", "Saved"),
    "article.restored": pgettext_lazy("act", "Restored an older version"),
    "article.discarded": pgettext_lazy("act", "Draft deleted"),
    "article.imported": pgettext_lazy("act", "Imported"),
    "article.previews_revoked": pgettext_lazy("act", "Preview links revoked"),
    "article.submitted": pgettext_lazy("act", "Submitted for reading"),
    "article.signed_off": pgettext_lazy("act", "Signed off"),
    "article.sent_back": pgettext_lazy("act", "Sent back"),
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
    "article.scheduled": pgettext_lazy("act", "Scheduled"),
    "article.unscheduled": pgettext_lazy("act", "Schedule cancelled"),
    "article.schedule_failed": pgettext_lazy("act", "Not published on time"),
    "article.migrated": pgettext_lazy("act", "Put into the archive with its own date"),
    "article.archive_made": pgettext_lazy("act", "Archive for tests made"),
    "article.sheet_exported": pgettext_lazy("act", "Review sheet exported"),
    "article.evidence_exported": pgettext_lazy("act", "Evidence pack exported"),
    "sheets.exported": pgettext_lazy("act", "Review sheets of some days exported"),
    "picture.uploaded": pgettext_lazy("act", "Uploaded"),
    "attachment.uploaded": pgettext_lazy("act", "Uploaded"),
    "duty.assigned": pgettext_lazy("act", "Duty assigned"),
    "duty.revoked": pgettext_lazy("act", "Duty taken away"),
    "session.opened": pgettext_lazy("act", "Logged in"),
    "session.refused": pgettext_lazy("act", "Log-in refused"),
    "session.closed": pgettext_lazy("act", "Logged out"),
    "user.password_changed": pgettext_lazy("act", "Changed their own password"),
    "user.password_set": pgettext_lazy("act", "Password set by an administrator"),
    "home.arranged": pgettext_lazy("act", "Arranged"),
    "topic.arranged": pgettext_lazy("act", "Arranged"),
    "report.received": pgettext_lazy("act", "Report received"),
    "report.answered": pgettext_lazy("act", "Answered"),
    "report.dismissed": pgettext_lazy("act", "Closed without an answer"),
    "pages.differ": pgettext_lazy("act", "Page files found changed"),
    "pages.seen": pgettext_lazy("act", "Changed page files noted"),
}
# What a form of the desk did to whatever it is of: `section.changed`.
OF_FORMS = {
    "added": pgettext_lazy("act", "Added"),
    "changed": pgettext_lazy("act", "Changed"),
    "deleted": pgettext_lazy("act", "Deleted"),
}


def name_of(action: str) -> str:
    """What is shown for an act; the word itself where nobody named it."""
    return str(NAMES.get(action) or OF_FORMS.get(action.rpartition(".")[2]) or action)
