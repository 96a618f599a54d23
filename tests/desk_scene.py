"""A newsroom with an object for every address of the desk, and the data of each POST, for tests/test_admin_table.py."""

import re
from datetime import timedelta
from urllib.parse import quote

from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.utils import timezone

from articles import (
    attachments,
    change_sets,
    closing,
    copying,
    discarding,
    home_and_topics,
    password_resets,
    pictures,
    publishing,
    reprinting,
    scheduling,
    unsaved_texts,
)
from articles.checks import hits
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
from tests.cast import Cast, make_user, png, upload
from tests.factors import give_app
from tests.word_files import word_file

# --- What is sent -------------------------------------------------------------------------------------------------

# Query strings that addresses need.
QUERY = {
    "replace_words": "?words=改过&replacement=新&texts=title",
    "autocomplete": "?app_label=articles&model_name=credit&field_name=person",
    "sheets": "?start=2026-01-01&end=2026-01-31",
}
ELSEWHERE_TITLE = "望桥乡便民桥建成通车"
SECRET = "机密"  # in the titles of what is not public
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
        now = timezone.now()
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
            "checkrule": CheckRule.objects.create(name="寒暄", pattern="寒喧", advice="错字", changed_at=now),
            "rosterentry": RosterEntry.objects.create(name="方志远", changed_at=now),
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


def tells_a_secret(response, secret=SECRET):
    """Return True if the response contains this word. JSON and addresses write it in other letters."""
    said = b"".join(response.streaming_content) if response.streaming else response.content
    told = said.decode(errors="replace") + response.get("Location", "")
    return any(word in told for word in (secret, secret.encode("unicode_escape").decode(), quote(secret)))


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
