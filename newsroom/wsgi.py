"""The WSGI application that granian runs: the file server (serving/) in front of Django.

With DEBUG there is no file server, so that template changes are visible at once. Wrong settings end the
process with sentences that say what is wrong.
"""

import os
from wsgiref.types import WSGIApplication

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
try:
    application: WSGIApplication = get_wsgi_application()
except ImproperlyConfigured as wrong:
    raise SystemExit(str(wrong)) from None

if not settings.DEBUG:
    from serving.baked_files import FileServer
    from serving.request_bodies import RequestBodies

    application = FileServer(RequestBodies(application), settings.BAKED_DIR, settings.PUBLIC_FILES_DIR)
