import json
import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from articles.management.acting import ActingCommand
from articles.management.terminal import ProgressBar, terminal_language
from articles.models import Article, Attachment, Block, Person, Picture, Section, SiteSettings, Slot, Source, Topic

from ... import (
    accounts,
    attachments,
    check_rules,
    editing,
    home_and_topics,
    passwords,
    persons,
    pictures,
    publishing,
    review,
    scheduling,
    sections,
    site_settings,
    sources,
)
from ...arrangement_facts import ArrangedBlock
from ...duty_assignments import assigning, permissions

DEMO_FOLDER = Path(settings.BASE_DIR) / "articles" / "demo"
DEMO_TEXT_FIELDS = (
    *("kicker", "title", "subtitle", "short_title", "summary", "keywords", "origin"),
    *("original_title", "original_author", "original_url"),
)
# The newest texts, one at each step of the review, so that the desk shows every step.
REVIEW_STEPS = ("scheduled", "ready", "final", "second", "first", "draft")


class Command(ActingCommand):
    help = "Load the demo newsroom of the fictitious county of Jichuan, once; prints the accounts."

    def handle(self, *args: object, **options: object) -> None:
        world = json.loads((DEMO_FOLDER / "newsroom.json").read_text(encoding="utf-8"))
        if not Article.objects.exists():
            with override(terminal_language()):
                self.stdout.write(_("Loading the demo newsroom (once, about half a minute)…"))
            self.stdout.flush()
            bar = ProgressBar(self.stdout, "files")
            with transaction.atomic():
                load_world(world, progress=bar.show)
            bar.end()
        with override(terminal_language()):
            self._print_accounts(world)

    def _print_accounts(self, world: dict[str, Any]) -> None:
        self.stdout.write("\n  " + _("Accounts, all with the password %s:") % passwords.DEMO_PASSWORD)
        roles = {"administrator": _("Administrator"), **dict(permissions.Role.choices)}
        shown = set()
        for person in world["people"]:
            if person.get("role") and person["role"] not in shown:
                shown.add(person["role"])
                self.stdout.write(f"    {person['username']:<12} {roles[person['role']]} {person['name']}")


def load_world(world: dict[str, Any], *, progress: Callable[[int, int], None]) -> None:
    """Load everything except the articles, then the articles from their files, oldest first.

    Calls `progress` with the number of files (pictures, attachments, texts) that are loaded, and of all.
    """
    _load_tables(world, by=accounts.find_or_open_command_line())
    chief, reporter = User.objects.get(username="chief"), User.objects.get(username="reporter")
    texts = sorted((_read_demo_text(path) for path in (DEMO_FOLDER / "texts").glob("*.html")), key=lambda t: t["at"])
    names = _used_files(texts)
    files: dict[str, Any] = {}
    for name in names:
        files[name] = _store_file(name, by=reporter)
        progress(len(files), len(names) + len(texts))
    public = len(texts) - len(REVIEW_STEPS)
    drafted = []
    for text in texts:
        drafted.append(_write_article(text, files, by=reporter))
        if len(drafted) <= public:
            publishing.publish_archived(drafted[-1], by=chief, at=text["at"], origin="demo")
        progress(len(names) + len(drafted), len(names) + len(texts))
    _change_published(*drafted[public - 3 : public], by=chief)
    _arrange_pages(drafted[: public - 3], by=chief)
    for article, step in zip(drafted[public:], REVIEW_STEPS, strict=True):
        _bring_to_step(article, step, by=chief)


def _load_tables(world: dict[str, Any], *, by: User) -> None:
    """Save the site's settings, sections, sources and people."""
    site_settings.save_site_settings(SiteSettings(**world["site"]), by=by)
    for position, facts in enumerate(world["sections"]):
        parent = Section.objects.get(slug=facts.pop("parent")) if "parent" in facts else None
        sections.save_section(Section(parent=parent, position=position, **facts), by=by)
    for facts in world["sources"]:
        sources.save_source(Source(**facts), by=by)
    for facts in world["people"]:
        _add_person(facts, by=by)
    check_rules.take_over_shipped_rules(by=by)


def _change_published(withdrawn: Article, corrected: Article, changed: Article, *, by: User) -> None:
    """Withdraw one published article, correct another, and save an unpublished change of the third."""
    reporter = User.objects.get(username="reporter")
    _change_article(changed, by=reporter, subtitle="（修改稿，读者尚未看到）")
    _change_article(corrected, by=reporter, body=corrected.body.replace("1100辆", "1200辆"))
    _sign_readings(corrected, times=3, note="第1段“1100辆”应为“1200辆”。")
    publishing.publish_correction(corrected, by=by)
    publishing.withdraw_article(withdrawn, by=by, reason="演示：来稿单位要求撤回，待核实后另发。")


def _bring_to_step(article: Article, step: str, *, by: User) -> None:
    """Have a draft signed up to one of REVIEW_STEPS; a scheduled one is published tomorrow at eight."""
    if step != "draft":
        stages = ("first", "second", "final")
        _sign_readings(article, times=stages.index(step) if step in stages else 3)
    if step == "scheduled":
        tomorrow = timezone.localdate() + timedelta(days=1)
        at = timezone.make_aware(datetime.combine(tomorrow, time(8, 0)))
        scheduling.schedule_article(article, by=by, at=at)


def _arrange_pages(published: list[Article], *, by: User) -> None:
    """Arrange the home page and a topic; the newest articles fill the remaining places."""
    named = {section.slug: section for section in Section.objects.all()}
    bridge = [article for article in published if "渡" in article.title and article.cover][-4:]
    home_and_topics.save_arrangement(None, _home_blocks(named, bridge), by=by, based_on=0)
    topic = Topic(
        title="双渡大桥通车",
        slug="shuangdu",
        state=Topic.State.OPEN,
        banner=bridge[0].cover,
        introduction="从等船四十分钟到过桥三分钟：一座桥和两岸六千三百人。",
    )
    home_and_topics.save_topic(topic, by=by)
    home_and_topics.save_arrangement(topic, _topic_blocks(named, bridge), by=by, based_on=0)


def _home_blocks(named: dict[str, Section], bridge: list[Article]) -> list[ArrangedBlock]:
    kinds = Block.Kind
    return [
        ArrangedBlock(Block(kind=kinds.HEADLINE, count=5), []),
        ArrangedBlock(
            Block(kind=kinds.LIST, count=5, section=named["news"]),
            [Slot(article=bridge[0], title="一座桥和六千人的三分钟")],
        ),
        *(ArrangedBlock(Block(kind=kinds.LIST, count=5, section=named[slug]), []) for slug in ("life", "notices")),
        ArrangedBlock(Block(kind=kinds.PICTURES, count=4, title=named["photos"].name, section=named["photos"]), []),
        *(
            ArrangedBlock(Block(kind=kinds.LIST, count=4, section=named[slug]), [])
            for slug in ("economy", "culture", "towns")
        ),
    ]


def _topic_blocks(named: dict[str, Section], bridge: list[Article]) -> list[ArrangedBlock]:
    kinds = Block.Kind
    return [
        ArrangedBlock(
            Block(kind=kinds.HEADLINE, count=3, fills=False), [Slot(article=article) for article in bridge[-3:]]
        ),
        ArrangedBlock(Block(kind=kinds.CAROUSEL, count=4, title="图片", section=named["photos"]), []),
        ArrangedBlock(Block(kind=kinds.LIST, count=6, title="更多报道", section=named["news"]), []),
    ]


def _change_article(article: Article, *, by: User, **facts: str) -> None:
    article.refresh_from_db()
    for field, value in facts.items():
        setattr(article, field, value)
    editing.save_article(article, by=by, credits=[(c.role, c.person) for c in article.credits.select_related("person")])


def _sign_readings(article: Article, *, times: int, note: str = "") -> None:
    """Submit the article with the note to readers, and sign its first `times` readings, each by who has the duty."""
    review.submit_article(article, by=User.objects.get(username="reporter"), note=note)
    opinions = ("事实、数字已核，文字通顺。", "同意。", "同意签发。")
    for username, opinion in list(zip(("editor", "head", "chief"), opinions, strict=True))[:times]:
        article.refresh_from_db()
        reader = User.objects.get(username=username)
        review.sign_off_reading(article, by=reader, revision=article.newest.number, opinion=opinion)


def _add_person(facts: dict[str, Any], *, by: User) -> None:
    """A person; one with a user name has an account, too, with the duties of the role."""
    person = Person(name=facts["name"], unit=facts["unit"])
    if "username" not in facts:
        persons.save_person(person, by=by)
        return
    is_administrator = facts["role"] == "administrator"
    account = User(username=facts["username"], first_name=facts["name"], is_staff=True, is_superuser=is_administrator)
    accounts.open_account(account, by=by, person=person)
    passwords.set_demo_password(account)
    for slug in () if is_administrator else facts.get("sections", [None]):
        section = Section.objects.get(slug=slug) if slug else None
        assigning.assign_role(account, facts["role"], section, by=by)


def _read_demo_text(path: Path) -> dict[str, Any]:
    """Read a demo text: lines of `key: value`, `---`, and the body as HTML."""
    head, _rule, body = path.read_text(encoding="utf-8").partition("\n---\n")
    text: dict[str, Any] = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    hour, minute = map(int, text["time"].split(":"))
    day = timezone.localdate() - timedelta(days=int(text["days_ago"]))
    at = timezone.make_aware(datetime.combine(day, time(hour, minute)))
    return {**text, "body": body.strip(), "at": min(at, timezone.now() - timedelta(minutes=1))}


def _used_files(texts: list[dict[str, Any]]) -> list[str]:
    """Return the names of the pictures and attachments in the texts, such as pictures/x.jpg."""
    used = {name for text in texts for name in re.findall(r'"((?:pictures|attachments)/[^"]+)"', text["body"])}
    return sorted(used | {f"pictures/{text['cover']}.jpg" for text in texts if "cover" in text})


def _store_file(name: str, *, by: User) -> Picture | Attachment:
    upload = SimpleUploadedFile(Path(name).name, (DEMO_FOLDER / name).read_bytes())
    if name.startswith("pictures/"):
        return pictures.store_picture(upload, by=by, licence="CC0")
    return attachments.store_attachment(upload, by=by)


def _write_article(text: dict[str, Any], files: dict[str, Any], *, by: User) -> Article:
    body = text["body"]
    for name, stored in files.items():
        body = body.replace(f'"{name}"', f'"{stored.url}"')
    original = text.get("original_days_ago")
    cover = files.get(f"pictures/{text.get('cover')}.jpg")
    article = Article(
        **{field: text[field] for field in DEMO_TEXT_FIELDS if field in text},
        body=body,
        cover=cover,
        section=Section.objects.get(slug=text["section"]),
        source=Source.objects.get(name=text["source"]),
        original_published_on=timezone.localdate() - timedelta(days=int(original)) if original else None,
    )
    editing.save_article(article, by=by, credits=_parse_credits(text["credits"]))
    return article


def _parse_credits(text: str) -> list[tuple[str, Person]]:
    """Parse `role: name、name; role: name` into credits."""
    return [
        (role.strip(), Person.objects.get(name=name.strip()))
        for part in text.split(";")
        if ":" in part
        for role, names in [part.split(":", 1)]
        for name in names.split("、")
    ]
