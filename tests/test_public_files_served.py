"""Files as readers get them from nginx and from granian: opened and closed by acts in another process."""

import pytest

from tests.serving import Newsroom, fetch, nginx

SCENE = """
from tests.cast import Cast, png, upload
from articles import attachments, baking, pictures
cast = Cast()
picture = pictures.store_picture(upload(png(1200, 800)), by=cast.writer)
paper = attachments.store_attachment(upload("身份证号".encode(), "名单.txt"), by=cast.writer)
captions = attachments.store_attachment(upload(b"WEBVTT\\n\\n00:00.000 --> 00:01.000\\n", "字幕.vtt"), by=cast.writer)
unused = pictures.store_picture(upload(png(300, 200)), by=cast.writer)
article = cast.publish_with(picture, paper, captions)
other = cast.publish_with()
baking.bake_everything(processes=1)
print(*(name for file in (picture, paper, captions, unused) for name in file.stored_names))
"""
ACT = """
from django.contrib.auth.models import User
from articles import publishing
from articles.models import Article
publishing.{act}(Article.objects.get(pk=1), by=User.objects.get(username="chief"), reason="核实")
"""


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory):
    made = Newsroom(tmp_path_factory.mktemp("newsroom"))
    made.prepare()
    made.names = made.run(SCENE).split()
    yield made
    made.stop()


def test_nginx_and_granian_open_and_close_files_with_the_acts(newsroom):
    newsroom.serve()
    unused = [name for name in newsroom.names[-4:] if name.startswith("pictures/")]
    used = [name for name in newsroom.names if name not in unused]
    assert len(used) == 7
    with nginx(newsroom.folder, newsroom.port) as (site, _brotli):
        servers = (site, f"http://127.0.0.1:{newsroom.port}")

        def assert_answers(names, status):
            for server in servers:
                for name in names:
                    answered, headers, _body = fetch(f"{server}/media/{name}")
                    assert answered == status, (server, name)
                    cached = "public, max-age=300, must-revalidate" if status == 200 else "no-cache"
                    assert headers["Cache-Control"] == cached, (server, name)

        assert_answers(used, 200)
        assert_answers(unused, 404)
        first = [fetch(f"{server}/media/{used[0]}")[1] for server in servers]
        for name in ("ETag", "Content-Type", "Content-Security-Policy", "X-Content-Type-Options"):
            assert first[0][name] == first[1][name], name
        for server in servers:
            assert fetch(f"{server}/media/{used[0]}", If_None_Match=first[0]["ETag"])[0] == 304
        newsroom.run(ACT.format(act="withdraw_article"))
        assert_answers(used, 410)
        for server in servers:  # what a browser has kept is not confirmed
            assert fetch(f"{server}/media/{used[0]}", If_None_Match=first[0]["ETag"])[0] == 410
        newsroom.run(ACT.format(act="put_back_article"))
        assert_answers(used, 200)
        assert_answers(unused, 404)
        # Nothing serves the folder with all uploads.
        for path in ("/media/", "/media/pictures/", f"/public/media/{used[0]}", f"/../media/{unused[0]}"):
            assert {fetch(server + path)[0] for server in servers} <= {400, 404}, path
