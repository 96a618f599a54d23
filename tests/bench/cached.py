"""The newsroom behind Django's own cache middleware, without baked pages: what it is measured against."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

from django.conf import settings

settings.MIDDLEWARE = [
    "django.middleware.cache.UpdateCacheMiddleware",
    *(name for name in settings.MIDDLEWARE if "CacheControl" not in name),  # its max-age=0 would keep the page out
    "django.middleware.cache.FetchFromCacheMiddleware",
]

from django.core.wsgi import get_wsgi_application  # noqa: E402

application = get_wsgi_application()
