"""Change sets for tests: proposed, read by the cast, carried out."""

from articles import change_sets, publishing
from articles.change_sets import Replacement, TextChange
from articles.models import ChangeSet

NOTE = "职务有误，现更正。"
TO_MAYOR = Replacement("县长", "市长")


def publish_texts(cast, count=3):
    """Public articles that name a county head."""
    articles = [cast.article(body=f"<p>县<strong>长</strong>第{n}次调研。</p>") for n in range(count)]
    for article in articles:
        cast.publish(article)
    return articles


def changes_of(*articles, replacement=TO_MAYOR):
    for article in articles:
        article.refresh_from_db()
    return [TextChange(a.pk, a.latest.number, replacement.changed_texts(a.latest.content)) for a in articles]


def propose(by, *articles, changes=None, **facts):
    facts = {"about": "县长 → 市长", "reason": "任职变动", "note": NOTE, **facts}
    changes = changes_of(*articles) if changes is None else changes
    return change_sets.propose_change_set(ChangeSet.Kind.WORDS, changes, by=by, **facts)


def waiting(change_set, reader):
    items = change_sets.items_waiting_for(reader).filter(change_set=change_set)
    return list(items.order_by("pk").values_list("pk", flat=True))


def keys_of(change_set):
    return list(change_set.items.order_by("pk").values_list("pk", flat=True))


def read_by_all(cast, change_set):
    for reader in cast.readers():
        if keys := waiting(change_set, reader):
            change_sets.read_items(change_set, by=reader, items=keys)
    change_set.refresh_from_db()


def carry_out(change_set, by):
    change_sets.carry_out_change_set(change_set, by=by)
    while change_sets.continue_change_sets(2):
        pass
    change_set.refresh_from_db()


def states_of(change_set):
    return [item.state for item in change_set.items.order_by("pk")]


def in_review(cast, article):
    cast.change(article, title="改了题")
    cast.sign(article, times=1)


def withdrawn(cast, article):
    publishing.withdraw_article(article, by=cast.chief, reason="误")
