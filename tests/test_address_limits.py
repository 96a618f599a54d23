"""From where the desk is open to whom: the rule, on every address with a session, and the acts that change it."""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver

from articles import address_limits, audit
from articles.address_limits import CannotLimit, FromElsewhere
from articles.models import AddressLimit, AuditEntry
from tests.cast import all_rows, make_user, refused

pytestmark = pytest.mark.django_db
INSIDE, OUTSIDE = "192.0.2.7", "203.0.113.5"
SCREEN = "/admin/articles/addresslimit/"


@pytest.fixture
def security(cast):
    return make_user("security", ["grant"])


def limit(who, networks="192.0.2.0/24"):
    return AddressLimit.objects.create(who=who, networks=networks)


def is_open(user, address):
    with audit.acting_from(address):
        try:
            address_limits.refuse_address(User.objects.get(pk=user.pk))
        except FromElsewhere:
            return False
    return True


def test_without_limits_the_desk_is_open_from_everywhere(cast):
    assert is_open(cast.writer, OUTSIDE)
    assert is_open(cast.writer, None)


@pytest.mark.parametrize(
    ("networks", "address", "inside"),
    [
        ("192.0.2.0/24", "192.0.2.255", True),
        ("192.0.2.0/24", "192.0.3.0", False),
        ("192.0.2.7/32", "::ffff:192.0.2.7", True),
        ("192.0.2.7/32", "::ffff:192.0.2.8", False),
        ("2001:db8::/32", "2001:db8:ffff::1", True),
        ("2001:db8::/32", "2001:db9::1", False),
        ("2001:db8::/32\n192.0.2.0/24", "192.0.2.1", True),
        ("0.0.0.0/0", "2001:db8::1", False),
        ("192.0.2.0/24", None, False),
    ],
)
def test_an_address_is_in_a_network_or_not(cast, networks, address, inside):
    limit(AddressLimit.EVERYBODY, networks)
    assert is_open(cast.writer, address) is inside


def test_a_limit_is_for_those_with_the_duty_in_any_section(cast, security):
    limit("final")
    limit("grant")
    assert not is_open(cast.chief, OUTSIDE)
    assert is_open(cast.chief, INSIDE)
    assert not is_open(security, OUTSIDE)
    assert is_open(cast.writer, OUTSIDE)
    assert is_open(cast.admin, OUTSIDE), "superusers have a row of their own"
    limit(AddressLimit.ADMINISTRATORS)
    assert not is_open(cast.admin, OUTSIDE)
    limit("write", "198.51.100.0/24")
    assert not is_open(cast.chief, INSIDE), "the networks of every row that concerns the account"


# --- at the desk ----------------------------------------------------------------------------------------------------


def desk_addresses():
    """An address for every pattern of the desk; the numbers and words in it are made up."""
    import re  # noqa: PLC0415

    found = set()
    for text in get_resolver().reverse_dict.values():
        for possibilities, *_rest in [text]:
            for form, parameters in possibilities:
                if form.startswith("admin/"):
                    found.add("/" + form % dict.fromkeys(parameters, 1))
    for _prefix, resolver in get_resolver().namespace_dict.values():
        for possibilities, *_rest in resolver.reverse_dict.values():
            found |= {"/admin/" + form % dict.fromkeys(parameters, 1) for form, parameters in possibilities}
    return sorted({re.sub(r"\\", "", address) for address in found} - {"/admin/logout/"})


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_address_of_the_desk_is_closed_from_elsewhere(client, cast, method):
    cast.article()
    limit(AddressLimit.EVERYBODY)
    client.force_login(cast.admin)
    addresses = desk_addresses()
    assert len(addresses) > 100
    assert {"/admin/", "/admin/jsi18n/", "/admin/autocomplete/", "/admin/colleagues/"} <= set(addresses)
    assert any("/text/" in address for address in addresses)
    for address in addresses:
        answer = getattr(client, method)(address, REMOTE_ADDR=OUTSIDE)
        assert answer.status_code == 403, address
        assert OUTSIDE in answer.content.decode(), address
    assert AuditEntry.objects.filter(action="access.refused").count() == audit.REFUSALS_AN_HOUR
    assert client.get("/admin/", REMOTE_ADDR=INSIDE).status_code == 200
    assert client.get("/", REMOTE_ADDR=OUTSIDE).status_code == 200, "readers come from everywhere"


def test_from_elsewhere_one_can_log_out(client, cast):
    client.force_login(cast.writer)
    limit(AddressLimit.EVERYBODY)
    assert client.post("/admin/logout/", REMOTE_ADDR=OUTSIDE).status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_log_in_from_elsewhere_is_refused_and_recorded(client, cast):
    limit(AddressLimit.EVERYBODY)
    typed = {"username": "writer", "password": "secret-of-writer"}
    answer = client.post("/admin/login/", typed, REMOTE_ADDR=OUTSIDE)
    assert answer.status_code == 200
    assert OUTSIDE in answer.context["form"].non_field_errors()[0]
    assert AuditEntry.objects.first().action == "session.refused"
    assert client.post("/admin/login/", typed, REMOTE_ADDR=INSIDE).status_code == 302


def test_behind_a_proxy_the_address_is_the_one_the_proxy_saw(client, cast, settings):
    settings.BEHIND_PROXY = True
    limit(AddressLimit.EVERYBODY)
    client.force_login(cast.writer)

    def status(forwarded):
        return client.get("/admin/", headers={"x-forwarded-for": forwarded}, REMOTE_ADDR="127.0.0.1").status_code

    assert status(INSIDE) == 200
    assert status(f"{OUTSIDE}, {INSIDE}") == 200
    assert status(f"{INSIDE}, {OUTSIDE}") == 403, "what the visitor wrote himself does not count"
    settings.BEHIND_PROXY = False
    assert status(INSIDE) == 403


def test_asking_costs_one_query_while_there_are_no_limits(cast, django_assert_num_queries):
    with django_assert_num_queries(1):
        address_limits.refuse_address(cast.writer)
    for who in ("final", "write"):
        limit(who, "0.0.0.0/0")
    with audit.acting_from(INSIDE), django_assert_num_queries(2):
        address_limits.refuse_address(cast.writer)


# --- changing the limits --------------------------------------------------------------------------------------------


def test_a_limit_is_saved_in_its_usual_form_and_recorded(cast, security):
    with audit.acting_from(INSIDE):
        row = address_limits.save_address_limit(
            AddressLimit(who="everybody", networks=" 192.0.2.7/24,2001:DB8::1 \n\n192.0.2.0/24"), by=security
        )
        assert row.networks == "192.0.2.0/24\n2001:db8::1/128"
        row.networks = "192.0.0.0/16"
        address_limits.save_address_limit(row, by=security)
        before = all_rows()
        address_limits.save_address_limit(row, by=security)
        assert all_rows() == before, "saving unchanged makes no entry"
    changed, added = AuditEntry.objects.all()[:2]
    assert (added.action, changed.action) == ("addresslimit.added", "addresslimit.changed")
    assert (changed.details["old"], changed.details["new"]) == (["192.0.2.0/24\n2001:db8::1/128"], ["192.0.0.0/16"])


@pytest.mark.parametrize("who", ["everybody", "grant"])
def test_nobody_locks_themself_out(cast, security, who):
    for address in (OUTSIDE, None):
        with audit.acting_from(address), refused(CannotLimit, "locked out"):
            address_limits.save_address_limit(AddressLimit(who=who, networks="192.0.2.0/24"), by=security)
    with audit.acting_from(OUTSIDE):
        address_limits.save_address_limit(AddressLimit(who="final", networks="192.0.2.0/24"), by=security)


def test_a_limit_cannot_be_turned_into_one_that_locks_its_author_out(cast, security):
    row = limit("final")
    row.who = "everybody"
    with audit.acting_from(OUTSIDE), refused(CannotLimit, "locked out"):
        address_limits.save_address_limit(row, by=security)


@pytest.mark.parametrize("text", ["", " ,\n", "192.0.2.0/33", "office", "192.0.2.0/24; x", "1.2.3", "::/129", "<b>"])
def test_what_is_no_network_is_refused(cast, security, text):
    with audit.acting_from(INSIDE), refused(CannotLimit, "not a network"):
        address_limits.save_address_limit(AddressLimit(who="everybody", networks=text), by=security)


def test_there_is_one_row_for_each_duty_of_few_networks(cast, security):
    limit("final")
    with audit.acting_from(INSIDE), refused(ValidationError):
        address_limits.save_address_limit(AddressLimit(who="final", networks="192.0.2.0/24"), by=security)
    many = "\n".join(f"10.0.{number}.0/24" for number in range(address_limits.MOST_NETWORKS + 1))
    with refused(CannotLimit, "More than 100"):
        address_limits.save_address_limit(AddressLimit(who="write", networks=many), by=security)


def test_the_wrong_person_changes_no_limit(cast):
    row = limit("final")
    for who in (cast.chief, make_user("system", ["accounts"]), make_user("auditor", ["audit"])):
        with audit.acting_from(INSIDE):
            with refused(PermissionDenied, "Assign duties"):
                address_limits.save_address_limit(AddressLimit(who="write", networks=INSIDE), by=who)
            with refused(PermissionDenied, "Assign duties"):
                address_limits.remove_address_limit(row, by=who)


def test_a_limit_is_removed_once(cast, security):
    row = limit("final")
    address_limits.remove_address_limit(AddressLimit.objects.get(pk=row.pk), by=security)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.details["old"]) == ("addresslimit.deleted", ["192.0.2.0/24"])
    before = all_rows()
    address_limits.remove_address_limit(row, by=security)
    assert all_rows() == before


def test_the_operator_lifts_all_limits_on_the_server(cast, capsys):
    for who in ("final", "everybody"):
        limit(who)
    call_command("lift_address_limits")
    assert "2" in capsys.readouterr().out
    assert not AddressLimit.objects.exists()
    assert AuditEntry.objects.filter(action="addresslimit.deleted", actor__username="command-line").count() == 2


def test_the_screen_saves_refuses_and_removes(client, cast, security):
    client.force_login(security)
    typed = {"who": "everybody", "networks": "192.0.2.0/24"}
    answer = client.post(f"{SCREEN}add/", typed, REMOTE_ADDR=OUTSIDE)
    assert answer.status_code == 200
    assert OUTSIDE in answer.content.decode()
    assert "192.0.2.0/24</textarea>" in answer.content.decode(), "what was typed is kept"
    assert client.post(f"{SCREEN}add/", {**typed, "networks": "x"}, REMOTE_ADDR=OUTSIDE).status_code == 200
    assert not AddressLimit.objects.exists()
    assert client.post(f"{SCREEN}add/", typed, REMOTE_ADDR=INSIDE).status_code == 302
    row = AddressLimit.objects.get()
    assert client.get(SCREEN, REMOTE_ADDR=INSIDE).status_code == 200
    client.post(f"{SCREEN}{row.pk}/delete/", {"post": "yes"}, REMOTE_ADDR=INSIDE)
    assert not AddressLimit.objects.exists()
    chief = Client()
    chief.force_login(cast.chief)
    assert chief.get(SCREEN).status_code == 403
