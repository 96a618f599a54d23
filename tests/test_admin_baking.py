"""The screens of bake jobs and page checks: queued pages, errors of failed ones, and findings."""

import pytest

from articles import audit, baking
from articles.models import AuditEntry, BakeJob, PageCheck

pytestmark = pytest.mark.django_db


@pytest.fixture
def failed(cast):
    return BakeJob.objects.create(path="/a/9/", attempts=3, error="The site answered 500. KeyError: 'x'")


def test_a_failed_page_is_shown_on_the_index_and_in_the_list_with_its_error(client, cast, failed):
    client.force_login(cast.editor)
    for page in ("/admin/", "/admin/articles/bakejob/"):
        html = client.get(page).content.decode()
        assert "/a/9/" in html
        assert "KeyError" in html
    client.force_login(cast.writer)
    assert "KeyError" not in client.get("/admin/").content.decode()


def test_a_failed_page_can_be_retried_at_once(client, cast, failed):
    client.force_login(cast.editor)
    other = BakeJob.objects.create(path="/a/8/", attempts=2, error="x")
    client.post("/admin/articles/bakejob/retry/", {"job": failed.pk})
    assert list(BakeJob.objects.filter(attempts=0)) == [failed]
    client.post("/admin/articles/bakejob/retry/", {"job": "nonsense"})
    assert list(BakeJob.objects.filter(attempts=0)) == [failed]
    client.post("/admin/articles/bakejob/retry/")
    assert set(BakeJob.objects.filter(attempts=0)) == {failed, other}
    client.post("/admin/articles/bakejob/retry/")  # no failed jobs: changes nothing


def test_the_list_is_paged_and_leaves_out_a_whole_site_bake(client, cast, django_assert_max_num_queries):
    client.force_login(cast.editor)
    BakeJob.objects.bulk_create(BakeJob(path=f"/a/{n}/", whole=n % 2 == 0) for n in range(300))
    baking.request_full_bake()
    with django_assert_max_num_queries(12):
        html = client.get("/admin/articles/bakejob/").content.decode()
    assert html.count('class="field-page"') == 50
    assert "150" in html


def test_findings_are_shown_until_somebody_marks_them_as_seen(client, cast):
    client.force_login(cast.editor)
    check = PageCheck.objects.create(against="manifest", pages=9, count=1, findings=[["a/1/<b>.php", "added"]])
    assert f"/admin/articles/pagecheck/{check.pk}/change/" in client.get("/admin/").content.decode()
    assert "a/1/&lt;b&gt;.php" in client.get(f"/admin/articles/pagecheck/{check.pk}/change/").content.decode()
    client.post("/admin/articles/pagecheck/seen/", {"check": check.pk})
    check.refresh_from_db()
    assert check.seen_by == cast.editor
    assert AuditEntry.objects.first().action == "pages.seen"
    assert f"/admin/articles/pagecheck/{check.pk}/change/" not in client.get("/admin/").content.decode()
    client.force_login(cast.chief)
    client.post("/admin/articles/pagecheck/seen/", {"check": check.pk})  # marked already: changes nothing
    check.refresh_from_db()
    assert check.seen_by == cast.editor
    assert client.post("/admin/articles/pagecheck/seen/", {"check": "1" * 30}).status_code == 404
    assert audit.first_broken_entry() is None
