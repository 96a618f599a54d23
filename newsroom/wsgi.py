"""The WSGI callable that granian serves: baked pages and pictures first (serving/), Django behind.

In development pages are not taken from the disk, so that every change of a template shows at once.
"""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
application = get_wsgi_application()

if not settings.DEBUG:
    from serving.baked_files import Front

    application = Front(application, settings.BAKED_DIR, settings.MEDIA_ROOT)
