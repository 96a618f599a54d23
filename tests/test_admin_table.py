"""Permissions of every address of the desk: role × address × method × whose article.

The addresses come from the admin's resolver, so a new one without a row in the table fails. What the table does not
allow must be refused and change nothing; what it allows must work with the same data. The articles are somebody
else's, one of them under embargo, and no answer to who may not read them contains a word of theirs. One's own:
tests/test_duty_reading.py.
"""

import logging
import re
from dataclasses import dataclass
from datetime import timedelta
from http.cookies import SimpleCookie
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern
from django.utils import timezone

from articles import (
    attachments,
    change_sets,
    closing,
    copying,
    discarding,
    fetching,
    home_and_topics,
    password_resets,
    pictures,
    publishing,
    reprinting,
    scheduling,
    unsaved_texts,
)
from articles.checks import hits
from articles.duty_assignments import permissions
from articles.duty_assignments.permissions import DUTIES_OF, Role
from articles.models import (
    AddressLimit,
    Assignment,
    AuditEntry,
    BakeJob,
    CheckRule,
    CheckUp,
    CheckUpFinding,
    DeskSession,
    LinkHost,
    LinkTarget,
    LinkUse,
    LoginLock,
    OldPath,
    PageCheck,
    ProposedChange,
    Report,
    RosterEntry,
    SiteSettings,
    Topic,
)
from articles.public.pages.page_batch import PageBatch
from articles.public.pages.site_context import SiteContext
from newsroom import urls
from tests.cast import Cast, WrittenTables, all_rows, make_user, png, rows_of, upload
from tests.factors import give_app
from tests.word_files import word_file


@pytest.fixture(autouse=True)
def outside(monkeypatch):
    """Every address outside has a picture, or an article for reprints."""
    monkeypatch.setattr(pictures.fetched, "fetch_public", lambda address: fetching.Fetched(png(70, 50), address))
    page = f"<h1>{ELSEWHERE_TITLE}</h1><div>{'<p>十一月二日，望桥乡便民桥建成通车，群众出行不再绕路。</p>' * 3}</div>"
    fetched = fetching.Fetched(page.encode(), "https://paper.example.cn/1")
    monkeypatch.setattr(reprinting, "fetch_public", lambda _address, **_limits: fetched)


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
    "app_list articles": Row(CONTENT | GRANT | AUDIT),
    "app_list auth": Row(ACCOUNTS),
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
HIDDEN = re.compile(r"\(\?P<url>|app_list|media|password_recovery")


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


def test_every_address_of_the_desk_has_a_row_in_the_table():
    names = {name for name, _route in ADDRESSES}
    assert not names - set(TABLE), "new addresses: add them to the table, saying who may open and who may act"
    assert not set(TABLE) - names, "these lines of TABLE are about addresses that are gone"


# --- The scene -------------------------------------------------------------------------------------------------


# Query strings that addresses need.
QUERY = {
    "replace_words": "?words=改过&replacement=新&texts=title",
    "autocomplete": "?app_label=articles&model_name=credit&field_name=person",
    "sheets": "?start=2026-01-01&end=2026-01-31",
}
ELSEWHERE_TITLE = "望桥乡便民桥建成通车"
# A word in the titles of what is not public.
SECRET = "机密"
WORD_TEXT = "<w:p><w:r><w:t>新桥今日通车。</w:t></w:r></w:p>"
TELEPHONE = "13812345678"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF"
FILE = object()  # replaced by a new uploaded file in each request
REASON, NEW_PASSWORD = {"reason": "群众来电核实"}, "Wiesental-Mohn-47"
# The data of each POST. `Scene.sent` fills in the forms of the screens and then changes these fields.
SENT = {
    "articles_article_schedule": {"at": "2099-01-01T08:00"},
    "articles_article_urgent": REASON,
    "articles_article_withdraw": REASON,
    "articles_article_put_back": REASON,
    "articles_article_notes": {"act": "note", "quote": "便民桥", "text": "请核对桥名"},
    "articles_article_reprint": {"address": "https://paper.example.cn/1"},
    "articles_article_original": {"text": "原文"},
    "articles_article_keep": {"unsaved_key": "1" * 32, "fields": '[["title", "新稿"]]'},
    "articles_article_unsaved": {"discard": f"{'0' * 32}.1"},
    "articles_article_preview": {"given_to": "采访对象"},
    "articles_article_close_text": {**REASON, "edition": 1},
    "articles_article_reopen_text": {**REASON, "edition": 1},
    "articles_article_placing": {"pinned_until": "2099-01-01T08:00"},
    "articles_article_add": {"title": "新桥通车"},
    "articles_article_change": {"title": "旧桥拆除"},
    "articles_picture_upload": {"upload": FILE},
    "articles_attachment_upload": {"upload": FILE},
    "articles_picture_fetch": {"address": "https://p.e.example/1", "licence": "经授权", "credit": "望桥发布"},
    "articles_picture_add": {"upload": FILE},
    "articles_picture_change": {"alt": "石桥"},
    "articles_attachment_add": {"upload": FILE},
    "articles_attachment_change": {"name": "通告.pdf"},
    "articles_person_add": {"name": "新人"},
    "articles_person_change": {"name": "改名"},
    "articles_source_add": {"name": "新源"},
    "articles_source_change": {"name": "改源"},
    "articles_section_add": {"name": "健康", "slug": "health"},
    "articles_section_change": {"name": "卫生", "stages": 2, "correction_percent": 5, "late_reading_hours": 9},
    "articles_checkrule_add": {"name": "错字", "pattern": "寒喧", "advice": "写错了。"},
    "articles_checkrule_change": {"name": "错别字"},
    "articles_checkrule_state": {"state": "trying"},
    "articles_checkrule_import": {"shipped": "1"},
    "articles_checkup_begin": {"year": "2024"},
    "articles_checkup_move": {"act": "stop"},
    "articles_checkup_findings": {"act": "ignore", **REASON},
    "articles_linktarget_settle": {"act": "ignore", **REASON},
    "articles_linkhost_change": {"state": "suspended", **REASON},
    "articles_rosterentry_add": {"name": "李明"},
    "articles_rosterentry_change": {"name": "方致远"},
    "articles_rosterentry_import": {"table": FILE},
    "articles_checkrule_allow": {"words": "互相寒喧"},
    "articles_checkrule_propose": {"pattern": "寒喧", "proposal": "常有人写错"},
    "articles_topic_add": {"title": "大桥", "slug": "bridge"},
    "articles_topic_change": {"title": "新桥"},
    "arrange_home": {"act": "save"},
    "arrange_topic": {"act": "save"},
    "proposed_change": {"decision": "confirm"},
    "change_set": {**REASON, "act": "end"},
    "replace_words": {**REASON, "act": "propose", "note": "标题有误。"},
    "articles_oldpath_add": {"path": "/new.htm", "target": "/"},
    "articles_oldpath_change": {"path": "/moved.htm"},
    "articles_sitesettings_change": {"name": "霁川网", "factor_duties": ["publish"], "words_are_confirmed": "on"},
    "lost_factors": {"account": "head", **REASON},
    "articles_assignment_add": {"role": "correspondent"},
    "articles_addresslimit_add": {"who": "write", "networks": "127.0.0.0/8"},
    "articles_addresslimit_change": {"networks": "127.0.0.0/16"},
    "colleague": {"seen": "all.write", "duty": ["all.write", "all.read"]},
    "colleague_leave": REASON,
    "audit_export": {"start": "2026-01-01", "end": "2026-01-31", "file_format": "jsonl"},
    "auth_user_add": {"username": "newcomer"},
    "auth_user_change": {"email": "a@example.cn", "is_superuser": "on"},
    "password_change": {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD},
    "login": {"username": "nobody", "password": "wrong"},
    "password_reset": {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD},
    "password_resets": {"confirm": "1"},
    "sessions": {"session": "others"},
}


class Scene:
    """A newsroom with an object for every address, in a state that allows the act."""

    def __init__(self):
        self.cast = cast = Cast()
        self.users = {
            "not_staff": make_user("not-staff"),
            "stranger": cast.stranger,
            "boss": cast.admin,
            "elsewhere": make_user("elsewhere", DUTIES_OF[Role.CHIEF], cast.culture),
            **{str(role): make_user(f"a-{role}", DUTIES_OF[role]) for role in Role},
        }
        self.users["not_staff"].is_staff = False
        self.users["not_staff"].save()
        later = timezone.now() + timedelta(days=3)
        public = (2, 6, 7, 8, 9)  # live, withdraw, put_back, twice
        made = [cast.article(by=cast.writer, **({} if n in public else {"title": f"{SECRET}{n}"})) for n in range(10)]
        self.embargoed = cast.article(by=cast.writer, title=f"{SECRET}7", embargo_until=later)
        self.blocked = cast.article(by=cast.writer, title=f"{SECRET}8", body="<p>11010519491231002X</p>")
        self.reprint = cast.article(by=cast.writer, title=f"{SECRET}9", origin="reprint", source=cast.unlisted)
        self.draft, self.waiting, self.live, publish, schedule, unschedule, withdraw, put_back, *twice = made
        self.articles = {
            "publish": publish,
            "correct": self.live,
            "schedule": schedule,
            "unschedule": unschedule,
            "urgent": self.waiting,
            "review": self.waiting,
            "take_back": self.waiting,
            "set_aside": self.blocked,
            "allow_source": self.reprint,
            "mask": self.blocked,
            "edition_word": self.live,
            "withdraw": withdraw,
            "put_back": put_back,
            "close_text": twice[0],
            "reopen_text": twice[1],
            "stop_template": cast.article(by=cast.writer, title="通知模板"),  # those who write see it
        }
        self.original = reprinting.keep_original_text(self.draft, by=cast.writer, text=f"{SECRET}原文")
        copying.offer_as_template(self.articles["stop_template"], by=cast.admin)
        cast.change(self.draft, by=cast.writer, title=f"{SECRET}改过的标题")
        cast.sign(self.waiting, times=0)
        for article in (self.live, withdraw, put_back, *twice):
            cast.publish(article)
        for article in twice:
            cast.change(article, by=cast.writer, title="改过的标题")
            cast.publish(article)
        closing.close_text(twice[1], by=cast.chief, edition=1, **REASON)
        change = change_sets.TextChange(twice[0].pk, 2, {"title": "新标题"})
        facts = {"about": "标题", "note": "标题有误。", **REASON}
        self.change_set = change_sets.propose_change_set("words", [change], by=cast.writer, **facts)
        self.discarded = cast.article(by=cast.writer, title=f"{SECRET}8")
        discarding.discard_draft(self.discarded, by=self.users["chief"])
        form = unsaved_texts.OpenedForm("0" * 32)
        unsaved_texts.keep_text(form, [("title", f"{SECRET}9")], by=self.users["chief"], article=None)
        cast.change(self.live, by=cast.writer, title=f"{SECRET}新题", body="<p>望桥乡的便民桥昨日通车。</p>")
        for article in (self.live, publish, schedule, unschedule):
            cast.sign(article, note="第2段“3人”应为“5人”。")
        scheduling.schedule_article(unschedule, by=cast.editor, at=timezone.now() + timedelta(days=9))
        publishing.withdraw_article(put_back, by=cast.chief, **REASON)
        self.check_up, self.finished, self.finding = make_check_ups(self.live, cast.admin)
        self.objects = {
            "section": cast.culture,
            "source": cast.own,
            "person": cast.lin,
            "user": cast.writer,
            "picture": pictures.store_picture(upload(png(colour=(9, 99, 200))), by=cast.writer),
            "attachment": attachments.store_attachment(upload(PDF, "通知.pdf"), by=cast.writer),
            "topic": Topic.objects.create(title="便民桥", slug="old-bridge"),
            "report": Report.objects.create(
                article=self.live, edition=1, text="错", contact=TELEPHONE, received_at=later, due_at=later
            ),
            "checkrule": CheckRule.objects.create(
                name="寒暄", pattern="寒喧", advice="错字", changed_at=timezone.now()
            ),
            "rosterentry": RosterEntry.objects.create(name="方志远", changed_at=timezone.now()),
            "oldpath": OldPath.objects.create(path="/old.htm", target="/"),
            "sitesettings": SiteSettings.objects.create(pk=1, name="霁川新闻网"),
            "checkup": self.check_up,
            "linktarget": make_dead_link(self.live),
            "linkhost": LinkHost.objects.get(),
            "bakejob": BakeJob.objects.create(path="/broken/", attempts=1),
            "pagecheck": PageCheck.objects.create(against="site", pages=1, count=1, findings=[["x.php", "added"]]),
            "addresslimit": AddressLimit.objects.create(who="final", networks="127.0.0.0/8"),
            "assignment": cast.writer.assignments.get(),
            "auditentry": AuditEntry.objects.first(),
        }
        words = {"old": {"title": "便民桥"}, "new": {"title": "新桥"}, "proposed_by": cast.writer}
        self.proposed = ProposedChange.objects.create(kind="topic", key=self.objects["topic"].pk, **words)
        now = timezone.now()
        self.reset, _link = password_resets.start_reset(cast.writer, by=cast.admin)
        self.link = password_resets.start_reset(cast.stranger, by=cast.admin)[1].split("/")[-2]
        self.lock = LoginLock.objects.create(
            key="0" * 64, kind="account", subject="x", failed_at=now, locked_until=later, forgotten_at=later
        )
        for user in self.users.values():
            facts = {"user": user, "started_at": now, "seen_at": now, "expire_date": later}
            DeskSession.objects.create(session_key=f"elsewhere-{user.pk}", session_data="", **facts)
        give_app(cast.head)
        self.open_hit = hits.open_hits(hits.Candidate(self.blocked, now))[0].key
        self.arrangement = home_and_topics.arrangement_preview_url(None, []).split("/")[-2]
        self.forms = {}
        self.superuser = client_of(cast.admin)

    def somebody_with(self, roles):
        """Return a new user with the duties of all these roles."""
        user = make_user("-".join(("with", *sorted(roles))))
        duties = {(duty, None) for role in roles & set(Role) for duty in DUTIES_OF[Role(role)]}
        duties |= {(duty, self.cast.culture) for duty in DUTIES_OF[Role.CHIEF] if "elsewhere" in roles}
        Assignment.objects.bulk_create(
            Assignment(user=user, duty=duty, section=section) for duty, section in sorted(duties, key=str)
        )
        return user

    def paths(self, name, route):
        """Yield the path with the article in a state that allows the act, then with articles in other states."""
        meant = self.articles.get(name.removeprefix("articles_article_"), self.draft)
        yield self.path(name, route, meant)
        if route.startswith("articles/article/<"):
            others = (self.draft, self.waiting, self.live, self.embargoed)
            yield from (self.path(name, route, one) for one in others if one != meant)

    def key_of(self, name, route):
        if name == "proposed_change":
            return self.proposed.pk
        if name == "change_set":
            return self.change_set.pk
        if name == "articles_checkup_result":
            return self.finished.pk
        if route.startswith("articles/checkup/"):
            return self.check_up.pk
        if route.startswith("articles/checkrule/"):
            return self.objects["checkrule"].pk
        return self.cast.writer.pk if route.startswith("colleagues/") else self.objects["topic"].pk

    def path(self, name, route, article):
        model = (re.match(r"\w+/(\w+)/", route) or [None, ""])[1]
        shown = article if model == "article" else self.objects.get(model, self.live)
        arguments = {
            "number": article.pk,
            "revision": 1,
            "edition": 1,
            "original": self.original.pk,
            "other": self.live.pk,
            "before": 1,
            "after": 2,
            "key": self.key_of(name, route),
            "way": "oidc",
            "object_id": getattr(shown, "pk", ""),
            "id": self.cast.writer.pk,
            "content_type_id": ContentType.objects.get_for_model(self.live).pk,
            "app_label": "articles",
            "url": "nowhere/",
            "token": self.link if name == "password_reset" else self.arrangement,
            "chapter": "审稿",
            "picture": "review.png",
            "form": "svg",
            "name": self.objects["picture"].file.name,
        }
        return (
            "/admin/"
            + re.sub(
                r"\(\?P<(\w+)>[^)]*\)|<(?:\w+:)?(\w+)>", lambda found: str(arguments[found[1] or found[2]]), route
            ).removesuffix("$")
            + QUERY.get(name, "")
        )

    def sent(self, name, path, role, user):
        """Return the data of a POST: the form as a superuser sees it, with the fields of SENT changed."""
        if name.endswith(("_add", "_change")) and name != "auth_user_password_change" and path not in self.forms:
            page = self.superuser.get(path)
            self.forms[path] = filled(page) if page.context and "adminform" in page.context else {}
        revision = self.waiting.latest.number
        facts = {
            "post": "yes",
            "decision": "pass",
            "revision": revision,
            "to_stage": 0,
            "opinion": "同意",
            "check": self.objects["pagecheck"].pk,
            "report": self.objects["report"].pk,
            "answer": "已更正。",
            "key": self.open_hit,
            "reason": "本人同意",
            "article": f"{self.waiting.pk}-{revision}",
            "old_password": f"secret-of-{user.username if user else ''}",
            **self.forms.get(path, {}),
            **SENT.get(name, {}),
        }
        section = (self.cast.culture if role == "elsewhere" else self.cast.news).pk
        chosen = {
            "articles_article_add": {"section": self.cast.news.pk, "source": self.cast.own.pk},
            "articles_assignment_add": {"user": self.users["stranger"].pk},
            "articles_article_reprint": {"section": section},
            "articles_article_word_files": {"files": upload(word_file(WORD_TEXT), "稿.docx"), "section": section},
            "replace_words": {"chosen": f"{self.articles['reopen_text'].pk}-2"},
            "colleague_leave": {"to": self.users["chief"].pk},
            "articles_article_keep": {"writer": user.pk if user else ""},
            "articles_article_ping": {"number": self.draft.pk},
            "articles_article_bin": {"number": self.discarded.pk},
            "articles_source_import": {"table": upload("名称,名单状态\n新报,在名单内\n".encode(), "名单.csv")},
            "articles_source_merge": {"into": self.cast.listed.pk},
            "password_resets": {"reset": self.reset.pk},
            "login_locks": {"lock": self.lock.pk},
            "articles_checkup_findings": {"finding": self.finding.pk},
            "articles_linktarget_settle": {"target": self.objects["linktarget"].pk},
        }
        facts |= chosen.get(name, {})
        if facts.get("table") is FILE:
            facts["table"] = upload("姓名,职务\n李明,县长\n".encode(), "新.csv")
        elif FILE in facts.values():
            data, kind = (png(), "新.png") if "picture" in name else (PDF + b"\n", "新.pdf")
            facts["upload"] = upload(data, kind)
        return facts


def make_check_ups(article, by):
    """Return an open check-up, a finished one, and what that found in the public text of this article."""
    now = timezone.now()
    open_one, finished = (
        CheckUp.objects.create(by=by, begun_at=now, reached_at=now, is_done=is_done) for is_done in (False, True)
    )
    article.refresh_from_db()
    facts = {"article": article, "digest": article.live.digest, "section": article.section, "year": now.year}
    finding = CheckUpFinding.objects.create(check_up=finished, rule="word_twice", severity="warn", words="的", **facts)
    return open_one, finished, finding


def make_dead_link(article):
    """Return a dead link of this article, to be settled."""
    now = timezone.now()
    host = LinkHost.objects.create(host="a.example", first_seen_at=now)
    facts = {"digest": "0" * 64, "kind": "page", "outcome": "gone", "finding": "open", "found_at": now, "articles": 1}
    target = LinkTarget.objects.create(address="https://a.example/", host=host, **facts)
    LinkUse.objects.create(article=article, target=target)
    return target


def client_of(user, **facts):
    client = Client(**facts)
    if user:
        client.force_login(user)
    return client


def filled(response):
    """Return what a browser would send from an unchanged page of the admin; no date is set in the scene."""
    formsets = [inline.formset for inline in response.context["inline_admin_formsets"]]
    every = [response.context["adminform"].form]
    every += [form for formset in formsets for form in (formset.management_form, *formset.forms)]
    values = {field.html_name: field.value() for form in every for field in form if not field.field.disabled}
    return {
        name: "on" if value is True else value
        for name, value in values.items()
        if value not in (None, []) and value is not False
    }


# --- Observing changes ---------------------------------------------------------------------------------------


def state():
    """Every row there is, without traces."""
    return {table: without_traces(table, rows) for table, rows in all_rows().items()}


def without_traces(table, rows):
    """The rows of a table, but that somebody took a copy out, saw personal data or was refused, which is recorded, the
    log of such entries, and the proofs of codes, which are made when a card is shown first.
    """
    if table == "articles_auditleaf":
        return []
    if table == "articles_bakejob":
        return [row for row in rows if not row["path"].startswith("/log/audit/")]
    if table == "articles_shortlink":
        derived = ("proof", "proof_fault")
        return [{name: value for name, value in row.items() if name not in derived} for row in rows]
    if table == "articles_auditentry":
        traces = ("exported", ".viewed", "access.refused")
        return [row for row in rows if not row["action"].endswith(traces)]
    return rows


class Watch(WrittenTables):
    """Detects changed rows since it was made; compares only the tables to which a statement has written since."""

    def __init__(self):
        super().__init__()
        self.written = set()

    def note(self, table):
        super().note(table)
        self.written.add(table)

    def forget(self):
        """Ignore everything written until now."""
        self.before.clear()
        self.written.clear()

    def has_changed(self):
        written, self.written = self.written, set()
        return any(
            without_traces(table, rows_of(table)) != without_traces(table, self.before[table]) for table in written
        )


def is_refused(response, role, name):
    """Return True for a redirect to the log-in page for users who are not staff; for 403, 404 or 405 for others."""
    if role in ALL - STAFF:  # logging out without a session redirects to the index, which redirects there
        leads = "/admin/" if name == "logout" else "/admin/login/"
        return response.status_code == 302 and response["Location"].partition("?")[0] == leads
    hidden = HIDDEN.match(name) and role not in TABLE[name].see
    return response.status_code in (404 if hidden else 403, 405)


def tells_a_secret(response, secret=SECRET):
    """Return True if the response contains this word. JSON and addresses write it in other letters."""
    said = b"".join(response.streaming_content) if response.streaming else response.content
    told = said.decode(errors="replace") + response.get("Location", "")
    return any(word in told for word in (secret, secret.encode("unicode_escape").decode(), quote(secret)))


# --- The tests --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made_scene(kept_rows):
    return Scene()


@pytest.fixture
def scene(made_scene, own_rows):
    made_scene.superuser = client_of(made_scene.cast.admin)
    return made_scene


@pytest.fixture
def watch(scene, caplog, monkeypatch):
    """A Watch over what the requests of the test change."""
    # A page of refusal looks like a readers' page, whose settings and sections it would read each time.
    monkeypatch.setattr(PageBatch, "site", SiteContext())
    caplog.set_level(logging.CRITICAL, "django.request")  # each refusal is logged there with its traceback
    watching = Watch()
    with connection.execute_wrapper(watching):
        yield watching


@pytest.fixture
def granted(monkeypatch):
    """The duties that somebody was asked for and had, in any section, since this set was emptied."""
    found = set()
    assigned_sections = permissions._assigned_sections

    def told(user, duty):
        sections = assigned_sections(user, duty)
        found.update([duty] if sections else [])
        return sections

    monkeypatch.setattr(permissions, "_assigned_sections", told)
    return found


@pytest.mark.parametrize("role", ROLES)
def test_what_the_table_does_not_allow_is_refused_and_changes_nothing(role, scene, watch):
    client = Asking({role}, scene.users.get(role), scene, watch)
    for name, route in ADDRESSES:
        row = TABLE[name]
        for nth, path in enumerate(scene.paths(name, route)):
            if nth == 0 or (role in OUTSIDE and role not in row.see):
                client.look(name, path, "get")
            if nth == 0 and role in OUTSIDE - row.see:
                client.look(name, path, OTHER_METHODS[ADDRESSES.index((name, route)) % len(OTHER_METHODS)])
            if (nth == 0 and role in ALONE | row.acting) or role in OUTSIDE - row.acting - row.trying:
                client.act(name, path)
    assert not client.wrong, "\n".join([role, *client.wrong])


def test_what_is_refused_to_roles_is_refused_to_somebody_who_has_them_all(scene, watch, granted):
    """More duties never allow less. Whoever may not read the drafts of others stays apart from those who may.

    A role alone is refused by the same code, unless that was told of duties which the role has not: then it asks, too.
    """
    clients = {}

    def joined(roles):
        if roles not in clients:
            user = scene.somebody_with(roles) if len(roles) > 1 else scene.users[min(roles)]
            clients[roles] = Asking(roles, user, scene, watch)
        return clients[roles]

    for name, route in ADDRESSES:
        row = TABLE[name]
        not_seeing = [joined(roles) for roles in apart(ALL - ALONE - row.see)]
        trying = [joined(roles) for roles in apart(row.trying - ALONE)]
        refused = [joined(roles) for roles in apart(ALL - ALONE - row.acting - row.trying)]
        for nth, path in enumerate(scene.paths(name, route)):
            for at, method in enumerate(OTHER_METHODS if nth == 0 and not_seeing else ()):
                not_seeing[at % len(not_seeing)].look(name, path, method)
            # In the other states, an act that the role may do is refused because of the state, not the permission.
            for client in not_seeing if nth else ():
                client.look(name, path, "get")
            for client in (*refused, *(trying if nth == 0 else ())):
                granted.clear()
                client.act(name, path)
                for role in told_otherwise(client.roles, frozenset(granted)) if nth == 0 else ():
                    joined(frozenset({role})).act(name, path)
    wrong = [f"{sorted(roles)} {said}" for roles, client in clients.items() for said in client.wrong]
    assert not wrong, "\n".join(wrong)


def apart(roles):
    """Return the roles as sets, those who may read drafts and those who may not; none is empty."""
    return [some for some in (roles & (DRAFTS | AUDIT), roles - DRAFTS - AUDIT) if some]


def told_otherwise(roles, granted):
    """Return a role for each set of duties, other than all these, that roles among them have of those granted."""
    held = {frozenset((duty, role == "elsewhere") for duty in granted & HELD[role]): role for role in sorted(roles)}
    held.pop(frozenset((duty, False) for duty in granted), None)
    return held.values()


class Asking:
    """Asks addresses as a user with these roles, who are all allowed the same; `wrong` says what was not as it must
    be.
    """

    def __init__(self, roles, user, scene, watch):
        self.role, self.user, self.scene, self.watch, self.wrong = min(roles), user, scene, watch, []
        self.roles = roles
        self.client = client_of(user)
        self.cookies = self.client.cookies.output(header="")
        watch.forget()  # the log-in

    def look(self, name, path, method):
        """Make a request that must change nothing. A page that opens is the same for every method."""
        may = self.role in TABLE[name].see
        response = getattr(self.client, method)(path)
        said = f"{path} {method} {response.status_code}"
        self.hear(response, said)
        if tells_a_secret(response, TELEPHONE):
            self.wrong.append(f"{said}: tells what nobody may read")
        if may == is_refused(response, self.role, name):
            self.wrong.append(f"{said}: may open it, and is refused" if may else f"{said}: is not refused")
        if self.watch.has_changed():
            self.wrong.append(f"{said}: has changed something")

    def act(self, name, path):
        """Make a POST, which must change something if the table says so."""
        row = TABLE[name]
        may, may_try = self.role in row.acting, self.role in row.trying
        with transaction.atomic():
            response = self.client.post(path, self.scene.sent(name, path, self.role, self.user))
            changed = self.watch.has_changed()
            transaction.set_rollback(True)
        self.client.cookies = SimpleCookie(self.cookies)  # a log-out or another log-in is rolled back
        said = f"{path} post {response.status_code}"
        self.hear(response, said)
        refused = is_refused(response, self.role, name)
        if may and (refused or not changed):
            self.wrong.append(f"{said}: may act, and nothing has changed")
        if not may and changed:
            self.wrong.append(f"{said}: may not act, and something has changed")
        if not may and not may_try and not refused:
            self.wrong.append(f"{said}: may not act, and is not refused")

    def hear(self, response, said):
        if self.role not in DRAFTS | AUDIT and tells_a_secret(response):
            self.wrong.append(f"{said}: tells what this user may not read")


def test_a_post_without_csrf_token_is_refused_even_to_superusers(scene):
    client = client_of(scene.users["boss"], enforce_csrf_checks=True)
    before = state()
    taken = {}
    for name, route in ADDRESSES:
        path = next(scene.paths(name, route))
        response = client.post(path, scene.sent(name, path, "boss", scene.users["boss"]))
        if response.status_code != 403:
            taken[name] = response.status_code
    assert not taken
    assert state() == before


def test_autocomplete_offers_only_rows_of_lists_the_user_may_see(scene):
    """Requests autocomplete for every relation of the desk's models, for every role."""
    clients = {role: client_of(scene.users.get(role)) for role in ROLES}
    asked = set()
    wrong = []
    for model in {
        *admin.site._registry,
        *(inline.model for shown in admin.site._registry.values() for inline in shown.inlines),
    }:
        for field in model._meta.get_fields():
            target = admin.site._registry.get(field.related_model) if field.is_relation and field.concrete else None
            if target is None:
                continue
            query = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": field.name}
            asked.add(target.opts.model_name)
            for role, client in clients.items():
                response = client.get("/admin/autocomplete/", query)
                row = TABLE[f"{target.opts.app_label}_{target.opts.model_name}_changelist"]
                if response.status_code == 200 and role not in row.see:
                    wrong.append((role, query))
    assert not wrong
    assert {"user", "person", "picture", "source", "section"} <= asked
