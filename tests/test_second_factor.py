"""Second factors: set up by oneself, each code good once, clocks ninety seconds apart, wrong codes make one wait."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from articles import audit, second_factor
from articles.models import AuditEntry, Factor, RecoveryCode
from articles.second_factor import CannotEnrol, CodeRefused, ProofNeeded, checking
from articles.second_factor.checking import cleaned_code, matching_step
from tests.cast import refused
from tests.factors import code_of, demand, give_app, proven

pytestmark = pytest.mark.django_db

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # of RFC 6238: 12345678901234567890
INSTANT = datetime(2026, 11, 28, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch):
    """A clock that is stopped and is advanced by calling this with seconds."""
    now = [INSTANT]
    monkeypatch.setattr(timezone, "now", lambda: now[0])

    def move(seconds):
        now[0] += timedelta(seconds=seconds)

    return move


# --- Codes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "code"),  # appendix B of RFC 6238, the last six digits
    [(1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_the_standard(seconds, code):
    at = datetime.fromtimestamp(seconds, UTC)
    assert matching_step(SECRET, code, at=at) == seconds // 30


@given(st.integers(-100_000, 100_000), st.integers(10**9, 2 * 10**9))
def test_a_clock_may_be_ninety_seconds_wrong_and_no_more(apart, now):
    """Of codes from all over the past and the future, those of seven half minutes are right."""
    app, at = pyotp.TOTP(SECRET), datetime.fromtimestamp(now, UTC)
    step = matching_step(SECRET, app.at(now + apart), at=at)
    distance = (now + apart) // 30 - now // 30
    if abs(distance) <= 3:
        assert step is not None
    elif step is not None:  # one of a million codes is that of a nearer half minute, too
        assert app.generate_otp(step) == app.at(now + apart)
    for seconds in (-90, 90):
        assert matching_step(SECRET, app.at(now + seconds), at=at) is not None


@given(st.integers(10**9, 2 * 10**9), st.lists(st.integers(-4, 4), min_size=1, max_size=12))
def test_no_half_minute_is_good_twice(now, offsets):
    """However codes are repeated and in whatever order, a step is accepted once, and none before an accepted one."""
    app, at, last, accepted = pyotp.TOTP(SECRET), datetime.fromtimestamp(now, UTC), 0, []
    for offset in offsets:
        step = matching_step(SECRET, app.generate_otp(now // 30 + offset), at=at, after=last)
        if step is not None:
            accepted.append(step)
            last = step
    assert accepted == sorted(set(accepted))


def test_a_code_works_once(cast, clock):
    secret, _codes = give_app(cast.chief)
    second_factor.check_code(cast.chief, code_of(secret))
    for steps in (0, -1, -2):  # the same one, those before it, that of setting it up
        with pytest.raises(CodeRefused) as caught:
            second_factor.check_code(cast.chief, code_of(secret, steps=steps))
        assert caught.value.id == "second_factor.wrong_code"
    clock(30)
    second_factor.check_code(cast.chief, code_of(secret))


def test_of_two_that_use_one_code_at_the_same_time_one_wins(cast, clock, monkeypatch):
    """The second one read the app before the first one had used the code up."""
    secret, _codes = give_app(cast.chief)
    real = checking.matching_step

    def with_a_rival(*args, **facts):
        step = real(*args, **facts)
        Factor.objects.update(last_step=step)
        return step

    monkeypatch.setattr(checking, "matching_step", with_a_rival)
    with pytest.raises(CodeRefused):
        second_factor.check_code(cast.chief, code_of(secret))


def test_blanks_and_wide_digits_do_not_matter():
    assert cleaned_code("１２３ 456") == "123456"
    assert cleaned_code(" abcd-EFGH 2345\t6789 ") == "ABCDEFGH23456789"


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_code_or_nothing(typed):
    assert cleaned_code(typed).isascii()
    assert len(cleaned_code(typed)) <= 32


# --- Recovery codes ---------------------------------------------------------------------------------------------


def test_ten_recovery_codes_are_stored_hashed_and_work_once(cast):
    _secret, codes = give_app(cast.chief)
    assert len(set(codes)) == 10
    stored = str(list(RecoveryCode.objects.values()))
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)
    for code in codes:
        second_factor.check_code(cast.chief, code.lower())
        with pytest.raises(CodeRefused):
            second_factor.check_code(cast.chief, code)
    assert second_factor.codes_left(cast.chief) == 0


def test_a_recovery_code_is_its_owners(cast):
    _secret, codes = give_app(cast.chief)
    give_app(cast.editor)
    with pytest.raises(CodeRefused):
        second_factor.check_code(cast.editor, codes[0])
    assert second_factor.codes_left(cast.chief) == 10


def test_new_recovery_codes_void_the_former_ones(cast):
    _secret, former = give_app(cast.chief)
    with refused(ProofNeeded):
        second_factor.renew_recovery_codes(by=cast.chief)
    with proven(cast.chief):
        codes = second_factor.renew_recovery_codes(by=cast.chief)
    assert not set(codes) & set(former)
    with pytest.raises(CodeRefused):
        second_factor.check_code(cast.chief, former[0])
    second_factor.check_code(cast.chief, codes[0])


def test_without_a_factor_there_are_no_recovery_codes(cast):
    with refused(CannotEnrol, "set one up first"):
        second_factor.renew_recovery_codes(by=cast.chief)


# --- Guessing ---------------------------------------------------------------------------------------------------


def guess(user, times=1):
    for _ in range(times):
        with pytest.raises(CodeRefused) as caught:
            second_factor.check_code(user, "000000")
    return caught.value.id


def test_who_guesses_waits_longer_each_time_and_others_do_not(cast, clock):
    secret, _codes = give_app(cast.chief)
    other, _codes = give_app(cast.editor)
    assert guess(cast.chief, 5) == "second_factor.wrong_code"
    assert guess(cast.chief) == "second_factor.too_many_codes"
    with pytest.raises(CodeRefused, match=" 1 "):
        second_factor.check_code(cast.chief, code_of(secret))  # the right one is not even looked at
    second_factor.check_code(cast.editor, code_of(other))
    for minutes in (1, 2, 4, 8, 16, 32, 60, 60):
        clock(60 * minutes - 1)
        assert guess(cast.chief) == "second_factor.too_many_codes"
        clock(1)
        assert guess(cast.chief) == "second_factor.wrong_code"
    clock(3600)
    second_factor.check_code(cast.chief, code_of(secret))
    assert guess(cast.chief, 4) == "second_factor.wrong_code"


def test_proofs_and_failures_are_recorded_without_the_code(cast, clock):
    secret, _codes = give_app(cast.chief)
    with audit.acting_from("203.0.113.5"):
        guess(cast.chief)
        second_factor.check_code(cast.chief, code_of(secret))
    proof, failure = AuditEntry.objects.all()[:2]
    assert (failure.action, failure.actor, failure.object_id) == ("session.factor_refused", None, str(cast.chief.pk))
    assert (proof.action, proof.actor, proof.details["how"]) == ("session.factor_proven", cast.chief, "totp")
    assert proof.address == failure.address == "203.0.113.5"
    assert code_of(secret) not in str(list(AuditEntry.objects.values()))


def test_the_wait_is_found_in_one_query(cast, clock, django_assert_num_queries):
    give_app(cast.chief)
    guess(cast.chief, 5)
    with django_assert_num_queries(4):  # savepoint, account, entries, release
        guess(cast.chief)


# --- Setting up -------------------------------------------------------------------------------------------------


def test_an_app_is_set_up_with_a_code_of_it(cast):
    secret = second_factor.new_app_secret()
    with refused(CannotEnrol, "wrong"):
        second_factor.add_app(secret, "000000", by=cast.chief)
    second_factor.add_app(secret, code_of(secret), by=cast.chief)
    factor = Factor.objects.get()
    assert (factor.user, factor.kind) == (cast.chief, "totp")
    assert secret not in factor.secret
    entry = AuditEntry.objects.get(action="user.factor_added")
    assert (entry.actor, entry.object_id) == (cast.chief, str(cast.chief.pk))
    assert secret not in str(list(AuditEntry.objects.values()))


def test_a_second_app_is_refused_even_with_a_proof(cast):
    give_app(cast.chief)
    secret = second_factor.new_app_secret()
    with refused(ProofNeeded):
        second_factor.add_app(secret, code_of(secret), by=cast.chief)
    with proven(cast.chief), refused(CannotEnrol, "an app already"):
        second_factor.add_app(secret, code_of(secret), by=cast.chief)


def test_one_removes_ones_own_alone_and_after_a_proof(cast):
    give_app(cast.chief)
    give_app(cast.editor)
    key = cast.chief.factors.get().pk
    with refused(ProofNeeded):
        second_factor.remove_factor(key, by=cast.chief)
    with proven(cast.editor):
        second_factor.remove_factor(key, by=cast.editor)  # of somebody else: as if there were none
    assert cast.chief.factors.exists()
    with proven(cast.chief):
        second_factor.remove_factor(key, by=cast.chief)
        second_factor.remove_factor(key, by=cast.chief)
    assert not cast.chief.factors.exists()
    assert second_factor.codes_left(cast.chief) == 0
    assert AuditEntry.objects.filter(action="user.factor_removed").count() == 1


def test_the_last_one_stays_while_a_duty_demands_it(cast):
    give_app(cast.chief)
    demand("final")
    with proven(cast.chief), refused(CannotEnrol, "your only one"):
        second_factor.remove_factor(cast.chief.factors.get().pk, by=cast.chief)


# --- Of whom it is asked ----------------------------------------------------------------------------------------


def test_it_is_asked_of_who_has_one_and_of_who_must(cast):
    assert not any(second_factor.must_prove(user) for user in (cast.chief, cast.editor, cast.admin))
    give_app(cast.editor)
    assert second_factor.must_prove(cast.editor)
    demand("final")
    assert second_factor.must_prove(cast.chief)
    assert second_factor.must_prove(cast.admin)  # a superuser may do everything
    assert not second_factor.must_prove(cast.writer)
    assert not second_factor.must_prove(cast.stranger)
