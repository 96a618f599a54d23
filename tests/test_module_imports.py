"""Importing a module has no side effects: it changes no setting of Python or a library, and connects no signal."""

import os
import subprocess
import sys

from django.conf import settings
from PIL import Image

from articles import pictures

# Django without the start-up code of both packages, so that only side effects of imports remain.
SCRIPT = """
import importlib, locale, logging, mimetypes, os, pkgutil, signal, socket, sys, threading, warnings
import django
from django.contrib import admin
from PIL import Image, ImageFile
from articles.apps import ArticlesConfig

admin.autodiscover = ArticlesConfig.ready = lambda *_args: None
os.environ["DJANGO_SETTINGS_MODULE"] = "newsroom.settings"
django.setup()

import django.core.handlers.wsgi  # connects a signal of its own
from django.core import signals
from django.db.backends import signals as database_signals
from django.db.models import signals as model_signals

def settings_of(logger):
    # A NullHandler is how libraries say that they set up no logging.
    handlers = [handler for handler in logger.handlers if not isinstance(handler, logging.NullHandler)]
    return logger.level, list(logger.filters), handlers

def state():
    mimetypes.init()
    loggers = {"": logging.root, **logging.root.manager.loggerDict}
    return {
        "pictures": (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, ImageFile.MAXBLOCK),
        "logging": {
            name: found
            for name, logger in loggers.items()
            if isinstance(logger, logging.Logger) and any(found := settings_of(logger))
        },
        "signals": {
            f"{module.__name__}.{name}": len(found.receivers)
            for module in (signals, database_signals, model_signals)
            for name, found in vars(module).items()
            if hasattr(found, "receivers")
        },
        "types": dict(mimetypes.types_map),
        "interpreter": (
            locale.setlocale(locale.LC_ALL), socket.getdefaulttimeout(), sys.getrecursionlimit(), sys.excepthook,
            {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)},
        ),
        "environment": dict(os.environ),
        "threads": threading.active_count(),
    }

before = state()
import articles, newsroom, serving
imported = 0
for package in (articles, newsroom, serving):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        # Importing the server's entry point is starting the server.
        if ".migrations" not in module.name and module.name != "newsroom.wsgi":
            importlib.import_module(module.name)
            imported += 1
after = state()
assert imported > 100, imported
changed = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
assert not changed, changed
"""


def run_apart(script, tmp_path):
    """Run the script in a process of its own, with data of its own; return the finished process."""
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "DATA_DIR": str(tmp_path)},
    )


def test_importing_every_module_changes_nothing(tmp_path):
    done = run_apart(SCRIPT, tmp_path)
    assert done.returncode == 0, done.stderr


# Packages of rare acts: names that sound alike, PDF files, review sheets on paper, log-ins by the house's directory.
RARELY_NEEDED = {"pypinyin", "pypdf", "reportlab", "ldap3", "authlib", "joserfc", "requests"}
SERVER = """
import sys, newsroom.wsgi
from django.urls import reverse
reverse("admin:index")
assert "articles.admin.article" in sys.modules
print(*{name.partition(".")[0] for name in sys.modules})
"""


def test_a_server_does_not_hold_what_only_rare_acts_need(tmp_path):
    done = run_apart(SERVER, tmp_path)
    assert done.returncode == 0, done.stderr
    assert not RARELY_NEEDED & set(done.stdout.split())


def test_starting_limits_what_pillow_decodes():
    assert Image.MAX_IMAGE_PIXELS == pictures.MAX_PIXELS
