"""What a thief has, for the tables of attacks on log-ins, sessions and resets: browsers, guesses, stolen keys."""

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from articles import password_resets

RIGHT, GOOD = "secret-of-chief", "Wiesental-Mohn-47"


def browser(address="203.0.113.5", **facts):
    return Client(REMOTE_ADDR=address, **facts)


def log_in(client, name="chief", password=RIGHT, **facts):
    return client.post("/admin/login/", {"username": name, "password": password}, **facts)


def is_in(client):
    return client.get("/admin/").status_code == 200


def got_in(client, name="chief", password=RIGHT, **facts):
    log_in(client, name, password, **facts)
    return is_in(client)


def victim():
    """A browser in which the chief works."""
    client = browser("192.0.2.1")
    assert got_in(client)
    return client


def with_session(key, address="203.0.113.5"):
    client = browser(address)
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


def key_of(client):
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def guess(times, name="chief", address=lambda _nth: "203.0.113.5"):
    for nth in range(times):
        log_in(browser(address(nth)), name, f"guess-{nth}")


def reset_link(account, by):
    return password_resets.start_reset(account, by=by)[1].partition(settings.SITE_URL)[2]


def set_password(path, password=GOOD, **facts):
    return browser().post(path, {"new_password1": password, "new_password2": password, **facts})


def took_over(name="chief", password=GOOD):
    return User.objects.get(username=name).check_password(password)


def attacks_in(names):
    """Return the attacks among the names of a module: its functions that take the cast and nothing else."""
    return [
        value
        for name, value in names.items()
        if callable(value)
        and getattr(value, "__module__", "") == names["__name__"]
        and value.__code__.co_varnames[: value.__code__.co_argcount] == ("cast",)
        and not name.startswith("_")
    ]
