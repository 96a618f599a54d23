"""The body editor: it allows what the sanitiser keeps."""

import io
import json
import os
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.utils.translation import get_language, override

from articles import sanitising
from articles.admin import editor
from serving.static_files import EDITOR_PLUGINS, is_served
from tests.kept_html import ATTRIBUTES, INSIDE, PLAIN, VOID

ADD = "/admin/articles/article/add/"
PICTURE = "/media/pictures/" + "0" * 32 + ".jpg"


def rules():
    """Return the attributes of each element in allowedContent."""
    found = {}
    for rule in editor.editor_configuration()["allowedContent"].split("; "):
        if rule == editor.CLASSES:
            found["p"].add("class")
            continue
        names, _, attributes = rule.partition("[")
        for name in names.split():
            found.setdefault(name, set()).update(a.strip("!]") for a in attributes.split(",") if a)
    return found


def inside(name, html):
    """Return `html` inside the parent elements it needs."""
    around = {
        "li": "ul",
        "caption": "table",
        "thead": "table",
        "tbody": "table",
        "tfoot": "table",
        "tr": "tbody",
        "td": "tr",
        "th": "tr",
        "figcaption": "figure",
    }
    while name in around:
        name = around[name]
        beside = f'<img src="{PICTURE}">' if name == "figure" else ""
        cells = "<tbody><tr><td>格</td></tr></tbody>" if "<caption" in html and name == "table" else ""
        html = f"<{name}>{beside}{html}{cells}</{name}>"
    return html


def example(name):
    values = {
        "href": "https://example.cn/",
        "rel": "noopener",
        "class": "align-right",
        "src": PICTURE,
        "alt": "桥",
        "width": "9",
        "height": "9",
        "start": "3",
        "scope": "col",
        "colspan": "2",
        "rowspan": "2",
    }
    written = "".join(f' {a}="{values[a]}"' for a in sorted(rules()[name] - {"data-widget", "data-cke-upload-id"}))
    if name in VOID:
        return f"<p>前<{name}{written}>后</p>" if name != "hr" else "<hr>"
    within = {
        "ul": "<li>项</li>",
        "ol": "<li>项</li>",
        "blockquote": "<p>话</p>",
        "figure": f'<img src="{PICTURE}">',
        "table": "<tbody><tr><td>格</td></tr></tbody>",
        "tr": "<td>格</td>",
    }
    within |= dict.fromkeys(("thead", "tbody", "tfoot"), "<tr><td>格</td></tr>")
    above = {"h3": "<h2>上</h2>", "h4": "<h2>上</h2><h3>上</h3>"}.get(name, "")
    return above + inside(name, f"<{name}{written}>{within.get(name, '字')}</{name}>")


# --- The configuration ------------------------------------------------------------------------------------------


def test_the_editor_allows_exactly_what_the_sanitiser_keeps():
    assert rules().keys() == PLAIN | ATTRIBUTES.keys()
    held = {"data-widget", "data-cke-upload-id"}
    assert {name: found - held for name, found in rules().items() if found - held} == ATTRIBUTES
    assert {name for name, found in rules().items() if held <= found} == {"figure", "p", "img"}
    assert INSIDE.keys() <= rules().keys()


@pytest.mark.parametrize("name", sorted(PLAIN | ATTRIBUTES.keys()))
def test_the_sanitiser_keeps_each_element_and_attribute(name):
    html = example(name)
    kept = sanitising.sanitise(html).html
    tag = re.search(f"<{name}[ >][^<]*", html)[0]
    assert set(re.findall(r'\w+="[^"]*"', tag)) == set(
        re.findall(r'\w+="[^"]*"', re.search(f"<{name}[ >][^<]*", kept)[0])
    )


def test_the_editor_knows_the_alignments_that_the_sanitiser_keeps():
    left, *classes = editor.OPTIONS["justifyClasses"]
    assert f"p({','.join(classes)})" == editor.CLASSES
    for name in classes:
        assert sanitising.sanitise(f'<p class="{name}">甲</p>').html == f'<p class="{name}">甲</p>'
    assert sanitising.sanitise(f'<p class="{left}">甲</p>').html == "<p>甲</p>"


def test_upload_placeholders_are_never_saved():
    held = '<p>前</p><figure data-widget="newsroompicture" data-cke-upload-id="0"><img src="data:image/gif;base64,R0"></figure>'
    assert sanitising.sanitise(held).html == "<p>前</p>"


@pytest.mark.parametrize(("active", "language"), [("zh-hans", "zh-cn"), ("en", "en"), ("en-gb", "en")])
def test_the_interface_is_in_the_editors_language(active, language):
    with override(active):
        assert editor.editor_configuration()["language"] == language


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_caption_names_the_photographer_in_the_readers_language(settings, monkeypatch, language):
    settings.LANGUAGE_CODE = language
    monkeypatch.setattr("articles.pictures.words._", lambda text: f"{text} in {get_language()}")
    with override("en" if language == "zh-hans" else "zh-hans"):
        assert editor.editor_configuration()["newsroom"]["credit"] == f"Photo: %s in {language}"


def test_nothing_is_loaded_from_other_hosts():
    config = editor.editor_configuration(with_source=True)
    addresses = [found for found in re.findall(r'"((?:https?:)?//[^"]*)"', json.dumps(config)) if found != "https://"]
    assert addresses == []
    assert config["versionCheck"] is False
    loaded = set(config["plugins"].split(","))
    assert not loaded & {
        "scayt",
        "wsc",
        "exportpdf",
        "preview",
        "iframe",
        "embed",
        "flash",
        "font",
        "colorbutton",
        "wysiwygarea",
        "uploadimage",
        "image",
        "pastefromword",
        "pastefromgdocs",
        "pastefromlibreoffice",
        "pastetools",
    }


def test_every_plugin_exists():
    """Each is in CKEditor's bundle, its plugin folder or ours; a missing one would break the whole editor."""
    built = re.search(r"config\.plugins='([^']+)'", Path(finders.find("ckeditor/ckeditor/ckeditor.js")).read_text())[1]
    for name in editor.PLUGINS:
        ours = f"desk/editor/{name.removeprefix('newsroom')}.js"
        apart = f"ckeditor/ckeditor/plugins/{name}/plugin.js"
        assert name in built.split(",") or finders.find(ours if name in editor.OUR_PLUGINS else apart), name


@pytest.mark.parametrize(("who", "shown"), [("admin", True), ("chief", True), ("editor", False), ("writer", False)])
def test_the_source_is_for_those_who_arrange_everything(client, cast, who, shown):
    client.force_login(getattr(cast, who))
    page = client.get(ADD).content.decode()
    assert ("&quot;Source&quot;" in page) is shown
    assert "&quot;Blockquote&quot;" in page


def test_our_files_are_loaded_after_ckeditors(client, cast):
    client.force_login(cast.editor)
    scripts = re.findall(r'<script src="([^"]+)"', client.get(ADD).content.decode())
    assert scripts.index("/static/ckeditor/ckeditor/ckeditor.js") < scripts.index("/static/desk/editor/body.js")


def test_a_refused_form_still_shows_the_typed_text(client, cast):
    client.force_login(cast.editor)
    page = client.post(
        ADD, {"title": "", "body": "<p>写了一夜的稿子</p>", "credits-TOTAL_FORMS": 0, "credits-INITIAL_FORMS": 0}
    ).content.decode()
    assert "写了一夜的稿子" in page
    assert "errornote" in page


# --- What is served ---------------------------------------------------------------------------------------------


def collected_files():
    return [path for finder in finders.get_finders() for path, _ in finder.list([])]


def test_ckeditors_own_pages_are_neither_collected_nor_found():
    collected = collected_files()
    assert "ckeditor/ckeditor/ckeditor.js" in collected
    assert [path for path in collected if re.search(r"\.(x?html?|swf|php)$", path)] == []
    page = "ckeditor/ckeditor/plugins/magicline/page.html"
    assert (is_served(page), is_served(page.replace(".html", ".png"))) == (False, True)
    assert finders.find("ckeditor/ckeditor/plugins/link/dialogs/link.js")


@pytest.mark.parametrize(
    "path",
    [
        "plugins/preview/preview.html",
        "plugins/wsc/skins/moono-lisa/wsc.css",
        "plugins/a11yhelp/dialogs/lang/de.js",
        "lang/zh.js",
        "skins/moono/editor.css",
        "config.js",
        "adapters/jquery.js",
    ],
)
def test_what_the_editor_never_loads_is_neither_collected_nor_found(path):
    path = f"ckeditor/ckeditor/{path}"
    package = Path(finders.find("ckeditor/ckeditor/ckeditor.js")).parents[2]
    assert (package / path).is_file(), "is gone from the package"
    assert path not in collected_files()
    assert finders.find(path) is None


def test_the_folders_of_plugins_are_those_that_are_loaded_and_required():
    root = Path(finders.find("ckeditor/ckeditor/ckeditor.js")).parent
    apart = [path.read_text("utf-8") for path in (root / "plugins").glob("*/plugin.js")]
    required = {}
    for source in [(root / "ckeditor.js").read_text("utf-8"), *apart]:
        for name, facts in re.findall(
            r"CKEDITOR\.plugins\.add\(\s*['\"](\w+)['\"]\s*,\s*\{(.{0,300})", source, re.DOTALL
        ):
            found = re.search(r"""requires:\s*("[^"]*"|'[^']*'|\[[^\]]*\])""", facts)
            required[name] = re.findall(r"\w+", found[1]) if found else []
    loaded, waiting = set(), list(editor.PLUGINS)
    while waiting:
        name = waiting.pop()
        if name not in loaded:
            loaded.add(name)
            waiting += required.get(name, [])
    folders = {path.name for path in (root / "plugins").iterdir() if path.is_dir()}
    assert set(EDITOR_PLUGINS) == folders & loaded
    assert len(folders - loaded) > 30


# --- Collecting -------------------------------------------------------------------------------------------------


@pytest.fixture
def collect(settings, tmp_path):
    """Run collectstatic on one folder of ours; return how many files it processed."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_DIRS = [tmp_path / "ours"]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "serving.static_files.CollectedFiles"}}
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "site.css").write_text("p { color: red }" * 100)
    finders.get_finder.cache_clear()

    def collect():
        out = io.StringIO()
        call_command("collectstatic", interactive=False, stdout=out)
        return int((re.search(r"(\d+) post-processed", out.getvalue()) or [0, 0])[1])

    yield collect
    finders.get_finder.cache_clear()


def test_what_has_not_changed_is_not_processed_again(collect, tmp_path):
    assert collect() > 0
    before = sorted((path.name, path.stat().st_mtime_ns) for path in (tmp_path / "static").iterdir())
    assert {Path(name).suffix for name, _at in before} == {".css", ".gz", ".br", ".json", ".txt"}
    assert collect() == 0
    assert sorted((path.name, path.stat().st_mtime_ns) for path in (tmp_path / "static").iterdir()) == before


def test_what_has_changed_is_processed(collect, tmp_path):
    collect()
    (tmp_path / "ours" / "site.css").write_text("p { color: blue }" * 100)
    os.utime(tmp_path / "static" / "site.css", (0, 0))  # collectstatic copies what is newer
    assert collect() > 0
    name = json.loads((tmp_path / "static" / "staticfiles.json").read_text())["paths"]["site.css"]
    assert "blue" in (tmp_path / "static" / name).read_text()


def test_what_was_interrupted_is_processed(collect, tmp_path):
    collect()
    (tmp_path / "static" / "staticfiles.json").unlink()
    assert collect() > 0
    assert (tmp_path / "static" / "staticfiles.json").exists()


def test_a_new_file_is_processed(collect, tmp_path):
    collect()
    (tmp_path / "ours" / "new.css").write_text("p { color: red }")
    assert collect() > 0
    assert "new.css" in (tmp_path / "static" / "staticfiles.json").read_text()
