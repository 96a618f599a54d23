"""Compares the baked files with what the site answers a reader."""

import gzip
import re
from copy import copy
from functools import cached_property
from unittest import mock

import brotli

from articles import appearance
from articles.baking import affected_pages, jobs
from articles.baking.generations import baked_generations
from articles.baking.render import render_page
from articles.baking.store import COPY_SUFFIXES, STAMP_FILES, file_name, page_path
from articles.models import Article, BakedPage, BakeJob
from articles.public.pages.page_batch import PageBatch
from articles.public.pages.site_context import SiteContext

LINK = re.compile(rb'(?:href|src)="(/[^"#?]*)["#?]')
# Addresses that are not baked: uploads, static files, the public log that the worker writes, and what Django always
# answers itself.
NOT_BAKED = re.compile(rb"/(media|static|admin|preview|search|report|copy|api)/|/log/(?!check/)|/look/(set)?$|/oembed")

# When a tile of a log is full, each later leaf removes one of the narrow ones that were offered before.
NARROW_TILE = re.compile(r"/log(?:/audit)?/tile/.*\.p/\d+")


def breaking(address, failure):
    """Patch the queue's rendering, for a `with`: it raises the failure for this address."""
    render = jobs.render_page

    def broken(path, shared):
        if path == address:
            raise failure
        return render(path, shared)

    return mock.patch.object(jobs, "render_page", broken)


def files_on_disk():
    """Return two dictionaries: every file of the served site by address, and its compressed copies by file name."""
    files = baked_generations().served()
    found, copies = {}, {}
    for name in files.names():
        if name in STAMP_FILES:
            continue
        if name.endswith(COPY_SUFFIXES):
            copies[name] = files.read(name)
        else:
            found[page_path(name)] = files.read(name)
    return found, copies


class _PageAlone(PageBatch):
    """A page that is rendered by itself, but reads settings and sections once with all others of `rendered_site`."""

    def __init__(self, site):
        super().__init__([])
        self._known_site = site

    @cached_property
    def site(self):
        found = copy(self._known_site)
        found.rendered = {}
        return found


def rendered_site():
    """Return what the site renders at every address that may be baked or has a file, by address."""
    site = SiteContext()
    addresses = {path for group in affected_pages.all_addresses() for path in group}
    for article in Article.objects.all():
        addresses |= affected_pages.own_pages(article)
    addresses |= set(files_on_disk()[0])
    return {path: body for path in addresses if (body := render_page(path, {"batch": _PageAlone(site)})) is not None}


def assert_disk_matches_site():
    """Assert that files and site are equal, copies decompress to their file, and the manifest is complete."""
    found, copies = files_on_disk()
    site = rendered_site()
    left = {path for path in set(found) - set(site) if NARROW_TILE.fullmatch(path)}
    assert sorted(set(found) - left) == sorted(site)
    for path, body in site.items():
        assert found[path].splitlines() == body.splitlines(), path
    for name, packed in copies.items():
        plain = brotli.decompress(packed) if name.endswith(".br") else gzip.decompress(packed)
        assert found[page_path(name.rpartition(".")[0])] == plain, name
    manifest = BakedPage.objects.filter(generation=baked_generations().served().generation)
    assert set(manifest.values_list("path", flat=True)) == set(found)
    for path, body in found.items():
        for link in LINK.findall(body):
            if not NOT_BAKED.match(link):
                assert appearance.style_sheet_path(link.decode(), "") in found, (
                    f"{path} links to {link.decode()}, which has no file"
                )
                file_name(link.decode())


def assert_queue_is_empty():
    assert list(BakeJob.objects.values_list("path", "error")) == []
