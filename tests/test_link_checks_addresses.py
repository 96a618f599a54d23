"""Addresses in texts: which sites and what they lead to, and whether those of this site lead anywhere."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from articles import attachments, link_checks, pictures, publishing
from articles.models import LinkTarget, OldPath
from tests.cast import upload
from tests.test_link_checks import linking

Finding, Outcome = LinkTarget.Finding, LinkTarget.Outcome


class TestFinding:
    def test_kinds_hosts_and_places(self, settings):
        settings.SITE_URL, settings.FORMER_HOSTS = "https://ours.example", ["old.example"]
        body = (
            '<p><a href="https://A.example:8443/1.PDF?x=1#p2" rel="noopener">附件</a><a href="mailto:a@b.example">信</a>'
            '<a href="https://old.example/show.asp">旧</a><a href="tel:110">电</a><a href="http://[::1/">坏</a></p>'
            '<p><img src="/media/pictures/1.jpg" alt="图"><a href="https://b.example/x.jpg">图</a>'
            '<img src="https://b.example/show?id=1" alt="图"><a href="https:///x">无</a></p>'
        )
        found = link_checks.links_of_body(body)
        assert [(link.address, link.host, link.kind.value) for link in found] == [
            ("https://A.example:8443/1.PDF?x=1", "a.example", "attachment"),
            ("https://old.example/show.asp", "", "page"),
            ("/media/pictures/1.jpg", "", "picture"),
            ("https://b.example/x.jpg", "b.example", "picture"),
            ("https://b.example/show?id=1", "b.example", "picture"),
        ]
        assert body[found[0].start : found[0].end].endswith("附件</a>")

    def test_a_text_of_links_alone_is_bounded(self):
        body = linking(*(f"https://a.example/{n}" for n in range(5001)))
        assert len(link_checks.links_of_body(body)) == 5000
        assert len(list(link_checks.find_links(body))) == 5001


@pytest.mark.django_db
class TestOwnSite:
    def test_addresses_of_this_site_are_looked_up_without_network(self, cast, settings):
        public, gone, draft = cast.article(), cast.article(), cast.article()
        cast.publish(public)
        cast.publish(gone)
        publishing.withdraw_article(gone, by=cast.chief, reason="有误")
        OldPath.objects.create(path="/old.htm", target="/")
        OldPath.objects.create(path="/removed.htm", target="")
        attached = attachments.store_attachment(SimpleUploadedFile("名单.txt", "霁川".encode()), by=cast.writer)
        expected = {
            **{f"/a/{public.number}/": 200, f"/a/{gone.number}/": 410, f"/a/{draft.number}/": 404, "/a/999999/": 404},
            **{"/": 200, "/s/news/": 200, "/s/none/": 404, "/old.htm": 301, "/removed.htm": 410, "/none.htm": 404},
            **{"/media/pictures/none.jpg": 404, "/search/?q=1": 200, "/a/99999999999999999999999/": 404},
            **{pictures.store_picture(upload(), by=cast.writer, alt="桥").file.url: 200, attached.file.url: 200},
            f"{settings.SITE_URL}/a/{public.number}/history/?x=1": 200,
        }
        cast.article(body=linking(*expected))
        link_checks.continue_register()
        assert link_checks.check_own_links() == len(expected)
        found = {row.address.removeprefix(settings.SITE_URL): row.status for row in LinkTarget.objects.all()}
        assert found == {address.removeprefix(settings.SITE_URL): status for address, status in expected.items()}

    def test_links_to_an_article_are_looked_at_again_when_it_is_withdrawn(self, cast):
        article = cast.article()
        cast.publish(article)
        cast.article(body=linking(f"/a/{article.number}/"))
        link_checks.continue_register()
        link_checks.check_own_links()
        assert LinkTarget.objects.get().outcome == Outcome.WORKS
        publishing.withdraw_article(article, by=cast.chief, reason="有误")
        link_checks.continue_register()
        link_checks.check_own_links()
        assert LinkTarget.objects.get().finding == Finding.OPEN
