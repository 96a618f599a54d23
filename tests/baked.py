"""Compares the baked files with what the site answers a reader."""

import gzip
import re

import brotli

from articles import appearance
from articles.baking import affected_pages
from articles.baking.generations import baked_generations
from articles.baking.render import render_page
from articles.baking.store import COPY_SUFFIXES, STAMP_FILES, file_name, page_path
from articles.models import Article, BakedPage, BakeJob

LINK = re.compile(rb'(?:href|src)="(/[^"#?]*)["#?]')
# Addresses without a file: other kinds of files, and what Django answers itself.
NOT_BAKED = re.compile(rb"/(media|static|admin|preview|search|report|api)/|/look/(set)?$|/oembed")


def on_disk():
    """Return every file of the served site by address, with its copies; including files of others."""
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


def dynamic():
    """Return what the site answers at every address that may have a file, and at every address that was baked."""
    addresses = {path for group in affected_pages.all_addresses() for path in group}
    for article in Article.objects.all():
        addresses |= affected_pages.own_pages(article)
    addresses |= set(on_disk()[0])
    return {path: body for path in addresses if (body := render_page(path)) is not None}


def assert_agrees():
    """Assert that files, copies and manifest equal the site byte for byte, with no extra and no missing file."""
    found, copies = on_disk()
    site = dynamic()
    assert sorted(found) == sorted(site)
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
                    f"{path} leads to {link.decode()}, which is not on disk"
                )
                file_name(link.decode())


def assert_nothing_waits():
    assert list(BakeJob.objects.values_list("path", "error")) == []
