"""What a request may send, and how long it may take: unfinished bodies and strangers' uploads stop nobody."""

import http.client
import io
import threading
from contextlib import ExitStack

import pytest

from serving import request_bodies
from serving.request_bodies import RequestBodies, refused_status
from tests.cast import Cast, png, upload
from tests.serving import Newsroom, fetch

UPLOAD = "/admin/articles/picture/upload/"


class Stalled:
    """A body of which nothing arrives until the client hangs up."""

    def __init__(self, hangs_up):
        self.hangs_up = hangs_up

    def read(self, _size):
        self.hangs_up.wait()
        return b""


@pytest.fixture
def hangs_up():
    event = threading.Event()
    yield event
    event.set()


def reading(environ, start_response):
    """An application that reads the body, and calls a broken one a forgery, as Django does."""
    try:
        body = environ["wsgi.input"].readline() + environ["wsgi.input"].read()
    except OSError:
        start_response("403 Forbidden", [])
        return [b"forged"]
    start_response("200 OK", [])
    return [body]


def send(gate, path="/report/1/", body=b"", length=None, stream=None, kind="application/x-www-form-urlencoded"):
    told = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "CONTENT_TYPE": kind,
        "CONTENT_LENGTH": str(len(body) if length is None else length),
        "wsgi.input": stream or io.BytesIO(body),
    }
    answer = b"".join(gate(environ, lambda status, headers, _error=None: told.extend([status, dict(headers)])))
    return int(told[0][:3]), told[1], answer


@pytest.mark.parametrize(
    ("path", "kind", "length", "status"),
    [
        ("/admin/login/", "", 2**16, None),
        ("/admin/login/", "", 2**16 + 1, 413),
        ("/admin/reset/23456-789ab/", "", 2**16 + 1, 413),
        ("/admin/forgotten/", "", 2**16 + 1, 413),
        ("/admin/login/", "multipart/form-data; boundary=x", 10, 415),
        ("/admin/logout/", "multipart/form-data; boundary=x", 10, 415),
        ("/report/1/", "Multipart/Form-Data; boundary=x", 10, 415),
        ("/report/1/", "", 10**6, 413),
        ("/r/1", "", 10**6, 413),
        ("/admin/articles/article/1/change/", "multipart/form-data; boundary=x", 10**7, None),
        ("/admin/articles/article/1/change/", "multipart/form-data; boundary=x", 11 * 2**20, 413),
        (UPLOAD, "multipart/form-data; boundary=x", 30 * 2**20 + 1000, None),
        ("/admin/articles/attachment/add/", "multipart/form-data; boundary=x", 400 * 10**6, 413),
    ],
)
def test_what_each_address_takes(path, kind, length, status):
    assert refused_status(path, kind, length) == status


def test_a_refused_body_is_not_read():
    gate = RequestBodies(lambda *_: pytest.fail("passed on"))
    status, headers, sentence = send(gate, UPLOAD, length=300 * 10**6, stream=None)
    assert (status, headers["Connection"]) == (413, "close")
    assert sentence


def test_a_body_arrives_as_it_was_sent():
    body = b"first line\n" + bytes(range(256)) * 1000
    assert send(RequestBodies(reading), "/admin/articles/article/1/change/", body)[::2] == (200, body)


def test_what_the_application_does_not_read_is_not_received(hangs_up):
    gate = RequestBodies(lambda _environ, start_response: start_response("302 Found", []) or [b""])
    assert send(gate, UPLOAD, length=10**6, stream=Stalled(hangs_up))[0] == 302
    assert not [thread for thread in threading.enumerate() if thread.name == "receiving"]


def test_half_a_body_is_no_body():
    """The client has hung up: half a text must not be saved as if it were the whole."""
    assert send(RequestBodies(reading), body=b"text=half", length=100)[0] == 400


def test_a_body_that_does_not_arrive_in_time_is_given_up(hangs_up, monkeypatch):
    monkeypatch.setattr(request_bodies, "SECONDS", 0.01)
    gate = RequestBodies(reading)
    assert send(gate, length=100, stream=Stalled(hangs_up))[0] == 408
    assert send(gate, body=b"x")[0] == 200, "its place is free again"


def test_only_some_threads_wait_for_bodies(hangs_up, monkeypatch):
    monkeypatch.setattr(request_bodies, "MOST_WAITING", 2)
    gate = RequestBodies(reading)
    waiting = [
        threading.Thread(target=send, args=[gate], kwargs={"length": 100, "stream": Stalled(hangs_up)})
        for _ in range(2)
    ]
    for thread in waiting:
        thread.start()
    while len([thread for thread in threading.enumerate() if thread.name == "receiving"]) < 2:
        threading.Event().wait(0.001)
    status, headers, _sentence = send(gate, body=b"x")
    assert (status, headers["Retry-After"]) == (503, "10")
    hangs_up.set()
    for thread in waiting:
        thread.join()
    assert send(gate, body=b"x")[0] == 200


def test_bodies_that_nobody_waits_for_any_more_are_bounded(hangs_up, monkeypatch):
    monkeypatch.setattr(request_bodies, "MOST_RECEIVED", 3)
    monkeypatch.setattr(request_bodies, "SECONDS", 0.001)
    gate = RequestBodies(reading)
    statuses = [send(gate, length=1, stream=Stalled(hangs_up))[0] for _ in range(5)]
    assert statuses == [408, 408, 408, 503, 503]


def test_a_full_disk_is_told_as_such(monkeypatch):
    class Full(io.BytesIO):
        def write(self, _data):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(request_bodies.tempfile, "SpooledTemporaryFile", lambda _size, **_where: Full())
    assert send(RequestBodies(reading), body=b"x")[0] == 507


# --- Django ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_strangers_upload_is_sent_to_the_log_in_unread(client):
    client.handler.enforce_csrf_checks = True
    answer = client.post(UPLOAD, {"upload": upload(png())})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")
    assert not answer.wsgi_request._read_started


@pytest.mark.django_db
def test_whoever_is_logged_in_is_read(client):
    cast = Cast()
    client.force_login(cast.writer)
    assert client.post(UPLOAD, {"upload": upload(png())}).status_code == 200
    client.force_login(cast.stranger)
    assert client.post(UPLOAD, {"upload": upload(png())}).status_code == 403


# --- a real server --------------------------------------------------------------------------------------------------

SCENE = """
from tests.cast import Cast
from articles import baking
cast = Cast()
cast.publish(cast.article())
baking.bake_everything(processes=1)
"""


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory):
    made = Newsroom(tmp_path_factory.mktemp("newsroom"))
    made.prepare()
    made.run(SCENE)
    made.serve()
    yield made
    made.stop()


def begun(newsroom, path, length, sent=b"", kind="application/x-www-form-urlencoded"):
    """A request of which only the headers and `sent` are sent."""
    connection = http.client.HTTPConnection("127.0.0.1", newsroom.port, timeout=60)
    connection.putrequest("POST", path)
    connection.putheader("Content-Type", kind)
    connection.putheader("Content-Length", str(length))
    connection.endheaders(sent)
    return connection


def test_unfinished_log_ins_do_not_stop_the_site(newsroom):
    site = f"http://127.0.0.1:{newsroom.port}"
    with ExitStack() as stack:
        for _ in range(60):
            stack.callback(begun(newsroom, "/admin/login/", 1000, b"username=").close)
        for path in ("/a/1/", "/admin/login/", "/search/?q=x"):
            assert fetch(site + path)[0] == 200, path
    assert fetch(site + "/admin/login/", "POST", b"username=x&password=y")[0] == 403  # without the form's token


@pytest.mark.parametrize(
    ("length", "status"), [(300 * 10**6, 413), (20 * 10**6, 302)], ids=["too large", "of nobody we know"]
)
def test_a_strangers_upload_is_answered_before_it_is_sent(newsroom, length, status):
    connection = begun(newsroom, UPLOAD, length, kind="multipart/form-data; boundary=x")
    assert connection.getresponse().status == status
    connection.close()
