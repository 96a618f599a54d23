"""The identity of the store of baked pages: a random name in its file `.store`, which the database knows.

Two machines with local pages on one database would each bake half of what is requested, keep the other half outdated,
withdrawn pages too, and remove one another's files as unknown. So one store belongs to one database.
"""

import secrets
from typing import cast

from django.core.files.storage import storages
from django.db import transaction

from .. import audit
from ..models import KnownStore
from ..refusals import Problem, Refusal
from .generations import baked_generations
from .jobs import request_full_bake
from .store import STORE_STAMP, BakedStore

STORE_IS_FOREIGN = Problem(
    "baking.store_is_foreign",
    "%(place)s is not where the pages of this database are: another machine or folder has them, or these pages are of "
    "another database.",
    "If this one takes over (a restore, a move): stop the other, then run `manage.py bake --all --anew --adopt` here. "
    "Several machines need one shared folder or BAKED_S3_BUCKET.",
)  # on the command line, which is not translated


class StoreIsForeign(Refusal):
    """Raised where the configured store is not the one that the database knows."""


@transaction.atomic
def require_own_store() -> None:
    """Require that the store is the one recorded in the database; the first store of a database is recorded.

    Raises StoreIsForeign, or OSError if the store cannot be read.
    """
    store = _configured_store()
    known, held = _known_identity(), store.read(STORE_STAMP)
    if known is None and held is None:
        audit.lock_audit_chain()  # of processes that start together, the second waits until the file is written
        known, held = _known_identity(), store.read(STORE_STAMP)
    if known is None and held is None:
        _make_known(store)
    elif known is None or held != known.encode():
        raise StoreIsForeign(STORE_IS_FOREIGN.filled(place=store.place))


@transaction.atomic
def adopt_store() -> None:
    """Make the configured store the one that the database knows, and request a bake of the whole site.

    The store gets a new identity, so processes with the former one refuse to start. Its pages are no longer
    served, since some may have been withdrawn since. Raises OSError.
    """
    audit.lock_audit_chain()
    baked_generations().serve_nothing()
    audit.record_entry("pages.adopted", _make_known(_configured_store()), by=None)
    request_full_bake()


def _configured_store() -> BakedStore:
    return cast(BakedStore, storages["baked"])


def _known_identity() -> str | None:
    return KnownStore.objects.filter(pk=1).values_list("identity", flat=True).first()


def _make_known(store: BakedStore) -> KnownStore:
    identity = secrets.token_hex(16)
    known, _created = KnownStore.objects.update_or_create(pk=1, defaults={"identity": identity})
    store.replace(STORE_STAMP, identity.encode(), {})
    return known
