"""An act while the whole site is baked in another process."""

import threading
from unittest import mock

import pytest
from django.db import OperationalError, connection, transaction

from articles import baking, faults
from articles.baking import jobs, whole
from articles.models import BakeJob

pytestmark = pytest.mark.django_db(transaction=True)


def test_no_act_comes_between_reading_an_old_file_and_keeping_it(cast):
    """Otherwise a page withdrawn or re-baked at that moment would come back, and would not be requested again."""
    article = cast.article()
    cast.publish(article)
    baking.bake_everything(processes=1)
    path = article.get_absolute_url()
    baking.request_full_bake()
    ask, keep, tried = jobs.render_page, whole.compressed_copies, []

    def failing(asked, shared):
        if asked == path:
            raise jobs.RenderFailed("broken")
        return ask(asked, shared)

    def request_page():
        try:
            with faults.database_patience(0.1), transaction.atomic():
                BakeJob.objects.select_for_update(nowait=True).get(path=path)
                baking.request_bake([path])
        except OperationalError:
            tried.append("locked")
        else:
            tried.append("requested")
        finally:
            connection.close()

    def keeping(name, body):
        act = threading.Thread(target=request_page)
        act.start()
        act.join()
        return keep(name, body)

    with mock.patch.object(jobs, "render_page", failing), mock.patch.object(whole, "compressed_copies", keeping):
        baking.bake_everything(processes=1)
    assert tried == ["locked"]
