"""The content security policy of every page of the desk: inline handlers run only where the body editor is."""

import pytest

from tests.cast import make_user
from tests.desk_scene import Scene, client_of
from tests.desk_table import ADDRESSES

pytestmark = pytest.mark.django_db

EDITOR = 'data-type="ckeditortype"'
HANDLERS = "script-src-attr 'unsafe-inline'"


def pages(client, scene):
    """Yield (path, response) of every page of the desk that this user may open."""
    for name, route in ADDRESSES:
        paths = scene.paths(name, route)
        # Only the form of an article has the editor, or not, as the article's state is.
        for path in paths if name == "articles_article_change" else [next(paths)]:
            response = client.get(path)
            if response.status_code == 200 and "text/html" in response["Content-Type"]:
                yield path, response


@pytest.mark.parametrize("role", ["writer", "chief", "admin"])
def test_inline_handlers_run_only_beside_the_body_editor(role):
    scene = Scene()
    seen = {True: set(), False: set()}
    for path, response in pages(client_of(getattr(scene.cast, role)), scene):
        policy = response["Content-Security-Policy"]
        has_editor = EDITOR in response.content.decode()
        assert (HANDLERS in policy) == has_editor, path
        assert "script-src 'self'" in policy, path
        seen[has_editor].add(path)
    assert "/admin/articles/article/add/" in seen[True]
    assert {path for path in seen[True] if not path.startswith("/admin/articles/article/")} == set()
    assert len(seen[False]) > 10


def test_an_article_that_one_may_only_read_has_no_editor_and_no_handlers():
    scene = Scene()
    path = f"/admin/articles/article/{scene.live.pk}/change/"
    response = client_of(make_user("reads-only", ["read"])).get(path)
    assert response.status_code == 200
    assert EDITOR not in response.content.decode()
    assert HANDLERS not in response["Content-Security-Policy"]


def test_the_log_in_page_runs_no_inline_handlers(client):
    assert HANDLERS not in client.get("/admin/login/")["Content-Security-Policy"]
