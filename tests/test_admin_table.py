"""Permissions of every address of the desk: role × address × method × whose article.

The addresses come from the admin's resolver, so a new one without a row in the table fails. What the table does not
allow must be refused and change nothing; what it allows must work with the same data. The articles are somebody
else's, one of them under embargo, and no answer to who may not read them contains a word of theirs. One's own:
tests/test_duty_reading.py.
"""

import logging
from http.cookies import SimpleCookie

import pytest
from django.contrib import admin
from django.db import connection, transaction
from django.utils import timezone

from articles import fetching, pictures, reprinting
from articles.duty_assignments import permissions
from articles.models import AuditEntry
from articles.public.pages.page_batch import PageBatch
from articles.public.pages.site_context import SiteContext
from tests.cast import WrittenTables, all_rows, png, rows_of
from tests.desk_scene import ELSEWHERE_TITLE, TELEPHONE, Scene, client_of, tells_a_secret
from tests.desk_table import (
    ADDRESSES,
    ALL,
    ALONE,
    AUDIT,
    DRAFTS,
    HELD,
    HIDDEN,
    OTHER_METHODS,
    OUTSIDE,
    ROLES,
    STAFF,
    TABLE,
)

# What takes turns takes them from day to day, too: each address has all its states within three days, and all methods
# within four.
TODAY = timezone.localdate().toordinal()


@pytest.fixture(autouse=True)
def outside(monkeypatch):
    """Every address outside has a picture, or an article for reprints."""
    monkeypatch.setattr(pictures.fetched, "fetch_public", lambda address: fetching.Fetched(png(70, 50), address))
    page = f"<h1>{ELSEWHERE_TITLE}</h1><div>{'<p>十一月二日，望桥乡便民桥建成通车，群众出行不再绕路。</p>' * 3}</div>"
    fetched = fetching.Fetched(page.encode(), "https://paper.example.cn/1")
    monkeypatch.setattr(reprinting, "fetch_public", lambda _address, **_limits: fetched)


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


def rows_to_compare(table):
    """The rows of a table without traces. Those of the audit are never changed (tests/test_audit.py), so their actions
    are enough: there are many, and every refusal adds one.
    """
    if table == "articles_auditentry":
        rows = [
            {"pk": pk, "action": action} for pk, action in AuditEntry.objects.order_by("pk").values_list("pk", "action")
        ]
    else:
        rows = [] if table == "articles_auditleaf" else rows_of(table)
    return without_traces(table, rows)


class Watch(WrittenTables):
    """Detects changed rows since it was made; compares only the tables to which a statement has written since."""

    def __init__(self):
        super().__init__()
        self.written = set()

    def note(self, table):
        if table not in self.before:
            self.before[table] = rows_to_compare(table)
        self.written.add(table)

    def forget(self):
        """Ignore everything written until now."""
        self.before.clear()
        self.written.clear()

    def has_changed(self):
        written, self.written = self.written, set()
        return any(rows_to_compare(table) != self.before[table] for table in written)


def is_refused(response, role, name):
    """Return True for a redirect to the log-in page for users who are not staff; for 403, 404 or 405 for others."""
    if role in ALL - STAFF:  # logging out without a session redirects to the index, which redirects there
        leads = "/admin/" if name == "logout" else "/admin/login/"
        return response.status_code == 302 and response["Location"].partition("?")[0] == leads
    hidden = HIDDEN.match(name) and role not in TABLE[name].see
    return response.status_code in (404 if hidden else 403, 405)


# --- The tests --------------------------------------------------------------------------------------------------


def test_every_address_of_the_desk_has_a_row_in_the_table():
    names = {name for name, _route in ADDRESSES}
    assert not names - set(TABLE), "new addresses: add them to the table, saying who may open and who may act"
    assert not set(TABLE) - names, "these lines of TABLE are about addresses that are gone"


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
    """What is refused to several roles is in the next test; each of them is asked here for what it may do."""
    client = Asking({role}, scene.users.get(role), scene, watch)
    for name, route in ADDRESSES:
        row = TABLE[name]
        for nth, path in enumerate(scene.paths(name, route)):
            if (nth == 0 and role in ALONE | row.see) or role in OUTSIDE - row.see:
                client.look(name, path, "get")
            if nth == 0 and role in OUTSIDE - row.see:
                client.look(name, path, other_method(name, route))
            if (nth == 0 and role in ALONE | row.acting) or role in OUTSIDE - row.acting - row.trying:
                client.act(name, path)
    assert not client.wrong, "\n".join([f"{role}, day {TODAY}", *client.wrong])


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
            # In the other states, an act that the role may do is refused because of the state, not the permission.
            for client in not_seeing:
                granted.clear()
                client.look(name, path, "get")
                for role in told_otherwise(client.roles, frozenset(granted)) if nth == 0 else ():
                    joined(frozenset({role})).look(name, path, "get")
            for client in not_seeing[:1] if nth == 0 else ():
                client.look(name, path, other_method(name, route))
            if nth and (nth + ADDRESSES.index((name, route)) + TODAY) % 3:
                continue  # acts are tried in the state that allows them and, in turn, in one of the others
            for client in (*refused, *(trying if nth == 0 else ())):
                granted.clear()
                client.act(name, path)
                for role in told_otherwise(client.roles, frozenset(granted)) if nth == 0 else ():
                    joined(frozenset({role})).act(name, path)
    wrong = [f"{sorted(roles)} {said}" for roles, client in clients.items() for said in client.wrong]
    assert not wrong, "\n".join([f"day {TODAY}", *wrong])


def other_method(name, route):
    """One of the other methods for each address; the desk does nothing by any, and most views take them for GET."""
    return OTHER_METHODS[(ADDRESSES.index((name, route)) + TODAY) % len(OTHER_METHODS)]


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
        with transaction.atomic():
            response = getattr(self.client, method)(path)
            said = f"{path} {method} {response.status_code}"
            self.hear(response, said)
            if tells_a_secret(response, TELEPHONE):
                self.wrong.append(f"{said}: tells what nobody may read")
            changed = self.watch.has_changed()
            transaction.set_rollback(True)  # what records it would be read again after each other request
        self.client.cookies = SimpleCookie(self.cookies)
        if may == is_refused(response, self.role, name):
            self.wrong.append(f"{said}: may open it, and is refused" if may else f"{said}: is not refused")
        if changed:
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
