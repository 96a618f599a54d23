"""Whoever holds one account and its password, but not its second factor, never signs finally.

A thief tries whatever there is at the desk's addresses, in any order, while the owner logs in and out: guessed, used and
overheard codes, planted and stolen sessions, an open desk that is found, setting up a factor, resets, acts of a script.
The thief has the chief's password, and the accounts with factors of a writer and of the system administrator.
"""

from copy import deepcopy
from datetime import timedelta
from unittest import mock
from urllib.parse import urlencode

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from articles import publishing, review, second_factor
from articles.models import Article, Edition, Factor, FactorReset, SignOff
from articles.refusals import Refusal
from articles.second_factor import checking
from tests.cast import Cast, make_user
from tests.factors import code_of, demand, give_app, proven
from tests.undone_machine import UndoneMachine

BASE = "/admin/second-factor/"
CODES = st.sampled_from(
    ["000000", "overheard", "used", "used", "of the thief", "recovery of the thief", "", "１２３４５６"]
)


def make_scene():
    """What every thief finds: accounts, their factors, and three articles, as attributes of the machine."""
    cast, system, officer = Cast(), make_user("system", ["accounts"]), make_user("officer", ["grant"])
    demand("final", "urgent", "withdraw", "grant", "accounts")
    secret, _codes = give_app(cast.chief)
    own_secret, own_codes = give_app(cast.writer)
    system_secret, _codes = give_app(system)
    give_app(officer)
    Factor.objects.update(added_at="2026-01-01T00:00Z")  # any proof is later
    article, urgent, public = (cast.article() for _ in range(3))
    with proven(cast.chief):
        cast.publish(public)
    cast.sign(article, times=2)
    cast.sign(urgent, times=1)
    accounts = {"cast": cast, "system": system, "officer": officer}
    secrets = {"secret": secret, "own_secret": own_secret, "own_codes": own_codes, "system_secret": system_secret}
    return {**accounts, **secrets, "article": article, "urgent": urgent, "public": public}


class Thief(UndoneMachine):
    scene = None  # of `make_scene`, made once: what an example changes is undone

    def __init__(self):
        super().__init__()
        # Codes are refused because they are wrong or used, not because of the wait after wrong ones.
        self.patience = mock.patch.object(checking, "WRONG_IN_A_ROW", 1000)
        self.patience.start()

    def teardown(self):
        super().teardown()
        self.patience.stop()

    @initialize(owner_is_in=st.booleans())
    def begin(self, owner_is_in):
        vars(self).update(deepcopy(self.scene))
        self.owner, self.thief = Client(), Client()
        self.used = "000000"
        self.found = False  # whether the thief sits at a desk where the owner is logged in
        if owner_is_in:
            self.owner_logs_in()

    def send(self, address, **sent):
        return self.thief.post(address, urlencode(sent), content_type="application/x-www-form-urlencoded")

    def code(self, kind):
        known = {
            "used": self.used,
            "overheard": code_of(self.secret, steps=-20),
            "of the thief": code_of(self.own_secret),
            "recovery of the thief": self.own_codes[0],
        }
        return known.get(kind, kind)

    # --- What the thief tries ---

    @rule()
    def logs_in_with_the_password(self):
        answer = self.send("/admin/login/", username="chief", password="secret-of-chief")
        if answer.status_code == 429:  # too many wrong codes: whoever was logged in before still is
            return
        self.found = False
        assert self.thief.get("/admin/").status_code == 302

    @rule(kind=CODES)
    def answers_with_a_code(self, kind):
        self.logs_in_with_the_password()
        self.send(BASE, factor_code=self.code(kind), factor_passkey="")

    @rule(answer=st.sampled_from(["{}", '{"id": "AAAA"}', "x"]))
    def answers_with_a_passkey(self, answer):
        self.logs_in_with_the_password()
        self.send(f"{BASE}challenge/")
        self.send(BASE, factor_passkey=answer)

    @rule(act=st.sampled_from(["app", "passkey", "codes", "remove"]), kind=CODES)
    def changes_the_factors(self, act, kind):
        key = self.cast.chief.factors.get().pk
        self.thief.get(f"{BASE}own/")
        self.send(f"{BASE}own/", act=act, code=self.code(kind), factor=key, factor_code=self.code(kind))

    @rule()
    def becomes_another_of_the_accounts(self):
        self.send("/admin/login/", username="writer", password="secret-of-writer")
        self.cast.writer.factors.update(last_step=0)
        self.send(BASE, factor_code=code_of(self.own_secret))

    @rule(reset=st.booleans())
    def resets_with_the_system_administrator(self, reset):
        client = Client()
        client.post("/admin/login/", {"username": "system", "password": "secret-of-system"})
        self.system.factors.update(last_step=0)
        sent = urlencode({"factor_code": code_of(self.system_secret)})
        client.post(BASE, sent, content_type="application/x-www-form-urlencoded")
        open_reset = FactorReset.objects.filter(confirmed_at=None).first()
        sent = {"reset": open_reset.pk} if reset and open_reset else {"account": "chief", "reason": "丢了"}
        client.post(f"{BASE}lost/", sent)

    @rule()
    def calls_the_acts_of_a_script(self):
        for act in (
            lambda: review.sign_off_reading(self.article, by=self.cast.chief, revision=self.article.newest.number),
            lambda: publishing.publish_urgent(self.urgent, by=self.cast.chief, reason="险情"),
            lambda: publishing.withdraw_article(self.public, by=self.cast.chief, reason="失实"),
        ):
            try:
                with proven(self.cast.writer):
                    act()
            except Refusal:
                pass

    @rule(kind=CODES)
    def signs_publishes_withdraws(self, kind):
        number, revision = self.article.pk, self.article.newest.number
        base, code = "/admin/articles/article", self.code(kind)
        self.send(f"{base}/{number}/review/", decision="pass", revision=revision, opinion="同意", factor_code=code)
        self.send("/admin/queue/", article=f"{number}-{revision}", factor_code=code)
        self.send(f"{base}/{self.urgent.pk}/urgent/", reason="险情", factor_code=code)
        self.send(f"{base}/{self.public.pk}/withdraw/", reason="失实", factor_code=code)

    @rule()
    def plants_a_session(self):
        """The owner's browser begins with the thief's session; the thief keeps its key."""
        if "sessionid" in self.thief.cookies:
            self.owner = Client()
            self.owner.cookies["sessionid"] = self.thief.cookies["sessionid"].value

    # --- What the owner does meanwhile ---

    @rule()
    def owner_logs_in(self):
        self.owner.post("/admin/login/", {"username": "chief", "password": "secret-of-chief"})
        self.cast.chief.factors.update(last_step=F("last_step") - 1)  # as if half a minute had passed
        code = code_of(self.secret)
        sent = urlencode({"factor_code": code})
        self.owner.post(BASE, sent, content_type="application/x-www-form-urlencoded")
        if "factor_owed" not in self.owner.session:
            self.used = code

    @rule()
    def owner_logs_out_and_the_cookie_is_stolen(self):
        stolen = self.owner.cookies.get("sessionid")
        self.owner.post("/admin/logout/")
        if stolen and stolen.value:
            self.thief.cookies["sessionid"] = stolen.value

    @rule(kind=CODES)
    def a_quarter_of_an_hour_later_the_open_desk_is_found(self, kind):
        """The owner went away without logging out: the thief sits down at the owner's browser."""
        self.owner_logs_in()
        session = self.owner.session
        if "factor_proven_at" not in session:
            return
        session["factor_proven_at"] = (timezone.now() - timedelta(minutes=15)).timestamp()
        session.save()
        self.thief, self.owner, self.found = self.owner, Client(), True
        self.signs_publishes_withdraws(kind)

    # --- What must never be ---

    @invariant()
    def nobody_has_signed_published_or_withdrawn(self):
        assert not SignOff.objects.filter(article=self.article, person=self.cast.chief).exists()
        assert not Edition.objects.filter(article=self.urgent).exists()
        assert Article.objects.get(pk=self.public.pk).live_id is not None

    @invariant()
    def the_thief_is_not_in(self):
        session = self.thief.session if "sessionid" in self.thief.cookies else {}
        is_chief = session.get("_auth_user_id") == str(self.cast.chief.pk)
        assert self.found or not is_chief or session.get("factor_owed")

    @invariant()
    def the_owner_keeps_the_factor(self):
        assert self.cast.chief.factors.count() == 1
        assert second_factor.codes_left(self.cast.chief) == 10


# Few examples: each tries every rule about twice, and every run draws others.
@pytest.mark.django_db
def test_the_password_alone_never_signs():
    machine = type("OneThief", (Thief,), {"scene": make_scene()})
    run_state_machine_as_test(machine, settings=settings(max_examples=10, stateful_step_count=25))
