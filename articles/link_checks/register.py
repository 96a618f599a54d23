"""Which texts link where, and from which sites: the worker keeps the rows up to date, one worker at a time.

It follows the audit, whose entries are numbered in the order in which they were committed, so saving and publishing
need not update it, and nothing is missed. Texts older than the register are read by their numbers.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Model, Q
from django.urls import reverse
from django.utils import timezone

from ..models import Article, AuditEntry, LinkHost, LinkRegister, LinkTarget, LinkUse
from ..models.key_batches import in_groups
from .finding import FoundLink, address_digest, links_of_body

ENTRIES_PER_BATCH, ARTICLES_PER_BATCH = 500, 200
ROWS_PER_STATEMENT = 500
PAUSE = timedelta(seconds=10)  # between two questions to one site
Pair = tuple[int, int]  # the key of an article, and that of a target or a site


def continue_register() -> int:
    """Register the links of the texts that changed since the last call, and of a batch of older ones.

    Returns how many texts were read: 0 if none are left, or while another worker does this. Called every second, so it
    takes no lock and writes nothing while there is nothing to do.
    """
    register = LinkRegister.objects.first()
    if register and register.article is None and not AuditEntry.objects.filter(pk__gt=register.entry).exists():
        return 0
    return _register_next_texts()


@transaction.atomic
def _register_next_texts() -> int:
    register = _locked_register()
    if register is None:
        return 0
    entries = list(AuditEntry.objects.filter(pk__gt=register.entry).order_by("pk")[:ENTRIES_PER_BATCH])
    changed = {int(entry.object_id) for entry in entries if _is_about_an_article(entry)}
    older: list[int] = []
    if register.article is not None:
        after = Article.objects.filter(pk__gt=register.article).order_by("pk")
        older = list(after.values_list("pk", flat=True)[:ARTICLES_PER_BATCH])
        register.article = older[-1] if len(older) == ARTICLES_PER_BATCH else None
    if entries:
        register.entry = entries[-1].pk
    _register_articles(changed | set(older), timezone.now())
    register.save(update_fields=["entry", "article"])
    return len(changed | set(older))


def register_progress() -> tuple[int, int]:
    """Return up to which number articles have been read for the first time, and the newest number; equal at the end."""
    register = LinkRegister.objects.first()
    newest = Article.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    reached = register.article if register else 0
    return (newest if reached is None else reached), newest


def _locked_register() -> LinkRegister | None:
    if not LinkRegister.objects.exists():
        newest = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first()
        LinkRegister.objects.bulk_create([LinkRegister(pk=1, entry=newest or 0)], ignore_conflicts=True)
    return LinkRegister.objects.select_for_update(skip_locked=True, no_key=True).first()


def _is_about_an_article(entry: AuditEntry) -> bool:
    return entry.object_type == "article" and entry.object_id.isdecimal()


def _register_articles(numbers: set[int], now: datetime) -> None:
    """Bring the rows of these articles up to date, and have their own addresses requested again."""
    if not numbers:
        return
    wanted = _links_of_articles(numbers)
    used = list(
        LinkUse.objects.filter(article__in=numbers).values_list("article", "target", "target__digest", "target__host")
    )
    known = {digest: (target, host) for _article, target, digest, host in used}
    fresh = {digest: link for links in wanted.values() for digest, link in links.items() if digest not in known}
    rows = _targets_of(fresh, now)
    places = known | {row.digest: (row.pk, row.host_id) for row in rows}
    before = {(article, (target, host)) for article, target, _digest, host in used}
    after = {(article, places[digest]) for article, links in wanted.items() for digest in links}
    uses = [LinkUse(article_id=article, target_id=target) for article, (target, _host) in sorted(after - before)]
    LinkUse.objects.bulk_create(uses, ROWS_PER_STATEMENT)
    _delete_uses((article, target) for article, (target, _host) in before - after)
    # Rows of targets first, then those of sites: in this order `asking` locks them, too.
    _count(LinkTarget, *({(article, target) for article, (target, _host) in pairs} for pairs in (before, after)))
    _close_what_nobody_uses({target for _article, (target, _host) in before - after}, now)
    own = [address_digest(reverse("article", args=[number])) for number in numbers]
    due = [(row.pk, row.host_id) for row in rows if row.due_at is None]
    due += LinkTarget.objects.filter(digest__in=own, articles__gt=0).values_list("pk", "host")
    for group in in_groups(sorted(target for target, _host in due), ROWS_PER_STATEMENT):
        LinkTarget.objects.filter(pk__in=group).update(due_at=now)
    _count(LinkHost, *({(article, host) for article, (_target, host) in pairs} for pairs in (before, after)))
    _ask_soon({host for _target, host in due}, now)


def _links_of_articles(numbers: Iterable[int]) -> dict[int, dict[str, FoundLink]]:
    """Return the links of the working copies and the public texts of these articles, by digest of their addresses."""
    found: dict[int, dict[str, FoundLink]] = {}
    rows = Article.objects.kept().filter(pk__in=list(numbers))
    for number, *bodies in rows.values_list("pk", "body", "live__revision__content__body").iterator(50):
        links = (link for body in dict.fromkeys(bodies) for link in links_of_body(body or ""))
        found[number] = {address_digest(link.address): link for link in links}
    return found


def _targets_of(links: dict[str, FoundLink], now: datetime) -> list[LinkTarget]:
    """Return the rows of these links; those that are new are added, and their sites."""
    rows: list[LinkTarget] = []
    names = sorted({link.host for link in links.values()})
    LinkHost.objects.bulk_create([LinkHost(host=name, first_seen_at=now) for name in names], 500, ignore_conflicts=True)
    hosts: dict[str, int] = {}
    for group in in_groups(names, ROWS_PER_STATEMENT):
        hosts.update(LinkHost.objects.filter(host__in=group).values_list("host", "pk"))
    for part in in_groups(sorted(links.items()), ROWS_PER_STATEMENT):
        made = [
            LinkTarget(address=link.address, digest=digest, host_id=hosts[link.host], kind=link.kind)
            for digest, link in part
        ]
        LinkTarget.objects.bulk_create(made, ignore_conflicts=True)
        rows += LinkTarget.objects.filter(digest__in=[digest for digest, _link in part])
    return rows


def _delete_uses(pairs: Iterable[Pair]) -> None:
    by_article: defaultdict[int, list[int]] = defaultdict(list)
    for article, target in pairs:
        by_article[article].append(target)
    for article, targets in by_article.items():
        LinkUse.objects.filter(article=article, target__in=targets).delete()


def _count(model: type[Model], before: set[Pair], after: set[Pair]) -> None:
    """Change the number of texts of these rows: one statement for each difference, which are few."""
    change = Counter(key for _article, key in after - before)
    change.subtract(key for _article, key in before - after)
    keys: defaultdict[int, list[int]] = defaultdict(list)
    for key, difference in change.items():
        keys[difference].append(key)
    for difference, changed in keys.items():
        for group in in_groups(sorted(changed) if difference else [], ROWS_PER_STATEMENT):
            model._default_manager.filter(pk__in=group).update(articles=F("articles") + difference)


def _close_what_nobody_uses(targets: set[int], now: datetime) -> None:
    """Links that no text contains any more are not requested, and need no settling."""
    for group in in_groups(sorted(targets), ROWS_PER_STATEMENT):
        unused = LinkTarget.objects.filter(pk__in=group, articles=0)
        unused.filter(finding=LinkTarget.Finding.OPEN).update(
            finding=LinkTarget.Finding.SETTLED, settled_at=now, by=None, reason=""
        )
        unused.update(due_at=None)


def _ask_soon(hosts: set[int], now: datetime) -> None:
    """Schedule the addresses of these sites after the pause between requests to a site."""
    for group in in_groups(sorted(hosts), ROWS_PER_STATEMENT):
        rows = LinkHost.objects.filter(pk__in=group)
        rows.filter(Q(next_at=None) | Q(next_at__gt=now + PAUSE)).update(next_at=now + PAUSE)
        rows.filter(host="").update(next_at=now)
