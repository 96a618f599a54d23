"""Who may open and who may act at each address of the desk: the table of tests/test_admin_table.py."""

import re
from dataclasses import dataclass

from django.contrib import admin
from django.urls import URLPattern

from articles.duty_assignments.permissions import DUTIES_OF, Role
from newsroom import urls

# --- The roles --------------------------------------------------------------------------------------------------
# Each role in all sections; a chief of another section; a user without duties; a user who is not staff; an anonymous
# visitor; a superuser.

ROLES = ["anonymous", "not_staff", "stranger", "elsewhere", *(str(role) for role in Role), "boss"]

ALL = frozenset(ROLES)
HELD = {
    **{role: frozenset() for role in ROLES},
    **{str(role): frozenset(DUTIES_OF[role]) for role in Role},
    "elsewhere": frozenset(DUTIES_OF[Role.CHIEF]),
}
OTHER_METHODS = ("head", "put", "delete", "patch")
OUTSIDE = frozenset({"anonymous", "not_staff"})
STAFF = ALL - OUTSIDE
ALONE = OUTSIDE | {"boss"}  # who has nothing by a duty
NOBODY = frozenset()
BOSS = frozenset({"boss"})
WRITERS_HERE = BOSS | {"correspondent", "reporter", "editor", "head", "chief"}
ELSEWHERE = frozenset({"elsewhere"})
CONTENT = WRITERS = WRITERS_HERE | ELSEWHERE
READERS = BOSS | {"editor", "head", "chief", "elsewhere"}
# Who may read what others have written in this section and is not public.
DRAFTS = READERS - ELSEWHERE | {"reporter"}
FIRST_READERS = BOSS | {"editor"}
PUBLISHERS = BOSS | {"head", "chief"}
CHIEFS = BOSS | {"chief"}
ACCOUNTS = BOSS | {"system"}
GRANT = BOSS | {"security"}
AUDIT = BOSS | {"auditor"}
ADMINISTRATORS = ACCOUNTS | GRANT | AUDIT


# --- The table --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """The roles that may open an address, those that may act by POST (None if the address has no act), and those whose
    POST is answered with a page that explains the refusal."""

    see: frozenset
    act: frozenset | None = None
    told: frozenset = NOBODY

    @property
    def acting(self):
        return self.act or NOBODY

    @property
    def trying(self):
        """Those whose POST may be answered with a page, and changes nothing."""
        return (self.see if self.act is None else self.told) - self.acting


def screen(*, see, add, change, delete=NOBODY, told=NOBODY):
    """Return the rows of the five addresses that every screen has."""
    return {
        "changelist": Row(see),
        "history": Row(see),
        "add": Row(add, add - told, told),
        "change": Row(see, change),
        "delete": Row(delete, delete),
    }


SCREENS = {
    "articles_article": {
        **screen(see=DRAFTS, add=WRITERS, change=DRAFTS, delete=DRAFTS, told=ELSEWHERE),
        "changelist": Row(CONTENT),
    },
    "articles_picture": screen(see=CONTENT, add=WRITERS, change=CHIEFS),  # a file of another user
    # A document that no text uses; those of texts: tests/test_upload_addresses.py
    "articles_attachment": {**screen(see=CHIEFS, add=WRITERS, change=CHIEFS), "changelist": Row(CONTENT)},
    "articles_person": screen(see=CONTENT, add=WRITERS, change=CHIEFS),  # a person with an account
    "articles_source": screen(see=CONTENT, add=CHIEFS, change=CHIEFS),
    # The security administrator changes how often texts are read.
    "articles_section": screen(see=CONTENT | GRANT, add=CHIEFS, change=CHIEFS | GRANT),
    "articles_topic": screen(see=CONTENT, add=CHIEFS, change=CHIEFS),
    "articles_oldpath": screen(see=CONTENT, add=CHIEFS, change=CHIEFS, delete=CHIEFS),
    # The only row exists already. The security administrator changes its rules and what protects accounts.
    "articles_sitesettings": screen(see=CONTENT | GRANT, add=NOBODY, change=CHIEFS | GRANT),
    "articles_checkrule": screen(see=CONTENT, add=CHIEFS, change=CHIEFS),
    "articles_rosterentry": screen(see=CONTENT, add=CHIEFS, change=CHIEFS),
    "articles_assignment": screen(see=GRANT, add=GRANT, change=NOBODY, delete=GRANT),
    "articles_addresslimit": screen(see=GRANT, add=GRANT, change=GRANT, delete=GRANT),
    "articles_auditentry": screen(see=AUDIT, add=NOBODY, change=NOBODY),
    "articles_checkup": screen(see=READERS, add=NOBODY, change=NOBODY),
    "articles_linktarget": screen(see=READERS, add=NOBODY, change=NOBODY),
    "articles_linkhost": screen(see=READERS, add=NOBODY, change=CHIEFS),
    "articles_report": screen(see=READERS - ELSEWHERE, add=NOBODY, change=NOBODY),
    "articles_bakejob": screen(see=CONTENT, add=NOBODY, change=NOBODY),
    "articles_pagecheck": screen(see=CONTENT, add=NOBODY, change=NOBODY),
    "auth_user": screen(see=ACCOUNTS, add=ACCOUNTS, change=ACCOUNTS),
}

ACTS = {
    "submit": DRAFTS,
    "take_back": BOSS,  # who submitted it
    "preview": DRAFTS,
    "offer_template": DRAFTS,
    "stop_template": DRAFTS,
    "revoke_previews": DRAFTS,
    "review": FIRST_READERS,
    "set_aside": READERS - ELSEWHERE,
    "allow_source": CHIEFS,
    "mask": DRAFTS,
    "revision": DRAFTS,
    "publish": PUBLISHERS,
    "correct": PUBLISHERS,
    "schedule": PUBLISHERS,
    "unschedule": PUBLISHERS,
    "urgent": CHIEFS,
    "withdraw": CHIEFS,
    "put_back": CHIEFS,
    "placing": PUBLISHERS,
    "close_text": PUBLISHERS,
    "reopen_text": PUBLISHERS,
}

TABLE = {
    **{f"{model}_{name}": row for model, rows in SCREENS.items() for name, row in rows.items()},
    "articles_sitesettings_changelist": Row(STAFF),  # redirects to the form, which checks permissions
    # The desk itself
    "index": Row(STAFF),
    "app_list articles": Row(STAFF),
    "app_list auth": Row(STAFF),
    "help": Row(STAFF),
    "help_chapter": Row(STAFF),
    "help_picture": Row(STAFF),
    "login": Row(ALL, ALL),
    "logout": Row(NOBODY, STAFF),
    "password_change": Row(STAFF, STAFF),
    "password_change_done": Row(STAFF),
    "set_language": Row(ALL),
    "jsi18n": Row(STAFF),
    "autocomplete": Row(CONTENT),
    "view_on_site": Row(STAFF),
    "*/<path:object_id>/": Row(STAFF),  # redirects to the form, which checks permissions
    "(?P<url>.*)$": Row(NOBODY),
    # It starts a reset, and shows a link
    "auth_user_password_change": Row(ACCOUNTS, ACCOUNTS),
    "password_resets": Row(ACCOUNTS | GRANT, GRANT - BOSS, told=BOSS),  # the superuser has started it
    "password_reset": Row(ALL, ALL),  # with a link that works, for the account without duties
    "password_forgotten": Row(ALL),
    "login_locks": Row(GRANT, GRANT),
    "sessions": Row(STAFF, STAFF),
    "password_recovery": Row(NOBODY),  # mail is not set up
    # The second step of the log-in, which no user of the scene owes; the user's own factors; those that colleagues lost
    "second_factor": Row(STAFF),  # redirects to the desk
    "own_factors": Row(STAFF),
    "factor_challenge": Row(NOBODY),  # no passkeys at an IP address
    "lost_factors": Row(CHIEFS | ELSEWHERE | GRANT | ACCOUNTS, CHIEFS | ELSEWHERE | GRANT | ACCOUNTS),
    # Other ways to log in, for anybody; they are not set here, and answer 404
    "sign_on": Row(ALL),
    "sign_on_back": Row(ALL),
    # Colleagues
    "colleagues": Row(ADMINISTRATORS),
    "colleague": Row(ADMINISTRATORS, GRANT),
    "colleague_leave": Row(ACCOUNTS, ACCOUNTS),
    # Files sent by the editor
    "articles_picture_upload": Row(STAFF, WRITERS),
    "articles_attachment_upload": Row(STAFF, WRITERS),
    # Reprints
    "articles_article_reprint": Row(WRITERS, WRITERS),
    "articles_article_original": Row(DRAFTS, DRAFTS),
    "articles_article_beside": Row(DRAFTS),
    "articles_article_beyond_right": Row(PUBLISHERS | ELSEWHERE),
    "articles_article_original_file": Row(DRAFTS),
    # What is pasted into the editor or typed there, and its typography: nothing is changed
    "articles_article_typed": Row(WRITERS),
    "articles_article_paste": Row(CONTENT),
    "articles_article_typography": Row(CONTENT),
    # Typed text is kept for the user who typed it
    "articles_article_keep": Row(STAFF, WRITERS),
    "articles_article_ping": Row(STAFF, DRAFTS),
    "articles_article_unsaved": Row(NOBODY, frozenset({"chief"}), told=STAFF - {"chief"}),
    # Word files: what becomes of them is in tests/test_admin_word.py
    "articles_article_word_take": Row(STAFF),
    "articles_article_word_files": Row(WRITERS, WRITERS),
    "articles_article_word": Row(DRAFTS),
    "articles_article_edition_word": Row(DRAFTS),
    "articles_article_comparison_word": Row(DRAFTS),
    "articles_picture_fetch": Row(STAFF, WRITERS),
    "media": Row(CONTENT),  # a picture of the library, which all writers share; 404 for others
    # Acts of an article: everybody who may read it may open the page of the act
    **{f"articles_article_{act}": Row(DRAFTS, who) for act, who in ACTS.items()},
    # Whoever writes sets aside what need not be settled
    "articles_article_set_aside": Row(DRAFTS, ACTS["set_aside"], told=DRAFTS),
    "articles_article_take_back": Row(DRAFTS, ACTS["take_back"], told=DRAFTS),
    # The bin shows what the user began or discarded; in the scene a chief has
    "articles_article_bin": Row(STAFF, frozenset({"chief"})),
    # The text as readers would see it
    "draft": Row(DRAFTS | AUDIT),
    "draft_arrangement": Row(CHIEFS),
    # The home page and topics
    "arrange_home": Row(CHIEFS, CHIEFS),
    "arrange_topic": Row(CHIEFS, CHIEFS),
    # Words that somebody else proposed
    "proposed_change": Row(CHIEFS, CHIEFS),
    # Change sets: one of an article of this section
    "change_sets": Row(CONTENT),
    "change_set": Row(DRAFTS, READERS - ELSEWHERE),
    "replace_words": Row(CONTENT, DRAFTS, told=CONTENT - DRAFTS),
    # Readers' reports: the list of a chief of another section does not contain these
    "articles_report_changelist": Row(READERS),
    "articles_report_close": Row(NOBODY, READERS - ELSEWHERE),
    "articles_report_contact": Row(NOBODY, READERS - ELSEWHERE),
    # Check-ups of the archive; ticked findings: tests/test_check_ups.py
    "articles_checkup_begin": Row(NOBODY, CHIEFS),
    "articles_checkup_move": Row(NOBODY, CHIEFS),
    "articles_checkup_result": Row(READERS),
    "articles_checkup_findings": Row(READERS, READERS - ELSEWHERE, told=READERS),
    # Errors after readings
    "quality_counts": Row(READERS),
    "quality_counts_export": Row(READERS),
    # Dead links; that of the scene is in an article of the news
    "articles_linkhost_remove": Row(NOBODY, NOBODY, told=READERS),  # no text of the scene has one
    "articles_linktarget_settle": Row(NOBODY, READERS - ELSEWHERE),
    # Doubles; in the scene, the person has an account and stays
    "articles_person_doubles": Row(CHIEFS),
    "articles_source_doubles": Row(CHIEFS),
    "articles_person_merge": Row(CHIEFS, NOBODY, told=CHIEFS),
    "articles_source_merge": Row(CHIEFS, CHIEFS),
    # The list of sources
    "articles_source_import": Row(CHIEFS, CHIEFS),
    "articles_source_export": Row(CHIEFS),
    # Rules of the machine
    "articles_checkrule_state": Row(NOBODY, CHIEFS),
    "articles_checkrule_try": Row(CHIEFS),
    "articles_checkrule_allow": Row(CHIEFS, CHIEFS),
    "articles_checkrule_propose": Row(CONTENT, CONTENT),
    "articles_checkrule_import": Row(CHIEFS, CHIEFS),
    "articles_checkrule_export": Row(CHIEFS),
    "articles_rosterentry_import": Row(CHIEFS, CHIEFS),
    "articles_rosterentry_export": Row(CHIEFS),
    # Baked pages
    "page_tags": Row(PUBLISHERS | ELSEWHERE),
    "articles_bakejob_retry": Row(NOBODY, PUBLISHERS | ELSEWHERE),
    "articles_pagecheck_seen": Row(NOBODY, PUBLISHERS | ELSEWHERE),
    # Reading
    "my_articles": Row(CONTENT),
    "articles_picture_choose": Row(WRITERS | CHIEFS),
    "queue": Row(READERS, FIRST_READERS, told=READERS - FIRST_READERS),
    "articles_article_revisions": Row(DRAFTS),
    "articles_article_changes": Row(DRAFTS),
    "articles_article_notes": Row(DRAFTS, DRAFTS),
    # Evidence
    "audit_export": Row(AUDIT),
    "article_sheet": Row(DRAFTS | AUDIT),
    "article_sheet_pdf": Row(DRAFTS | AUDIT),
    "article_evidence": Row(PUBLISHERS | AUDIT),
    "sheets": Row(PUBLISHERS | AUDIT),
    "log_code": Row(PUBLISHERS | AUDIT),
}

# Addresses that Django's admin refuses with 404.
HIDDEN = re.compile(r"\(\?P<url>|media|password_recovery")


# --- The addresses ----------------------------------------------------------------------------------------------


def addresses(patterns, prefix=""):
    """Yield (name, route) of all addresses below these patterns. Without a name, it is the route without the model."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern).removeprefix("^")
        if isinstance(pattern, URLPattern):
            name = pattern.name or re.sub(r"^\w+/\w+/", "*/", route)
            choice = re.search(r"\(\?P<\w+>(\w+(?:\|\w+)+)\)", route)
            if choice:  # one address for each choice
                yield from ((f"{name} {one}", route.replace(choice[0], one)) for one in choice[1].split("|"))
            else:
                yield name, route
        else:
            yield from addresses(pattern.url_patterns, route)


# Those of the readers' side, for which newsroom/urls.py requires the desk's log-in.
DRAFT_PAGES = [
    (one.name, str(one.pattern).removeprefix("admin/"))
    for one in urls.urlpatterns
    if isinstance(one, URLPattern) and str(one.pattern).startswith("admin/")
]
ADDRESSES = sorted({*addresses(admin.site.urls[0]), *DRAFT_PAGES})
