"""Baked pages in an S3-compatible object store, behind a CDN: for newsrooms of many machines.

Each page is one object, replaced and removed in one step by the store itself. What it cannot do is put a whole site in
place at once: while that is baked anew, readers may meet pages with the new header beside some with the old one
(docs/decisions/baking.md). Compressed copies are the CDN's business. Needs deploy/requirements-s3.txt.
"""

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

from .store import CACHE_CONTROL

TYPES = {
    ".atom": "application/atom+xml",
    ".xml": "application/xml",
    ".rss": "application/rss+xml",
    ".json": "application/feed+json",
}


class RemoteFiles(S3Storage):
    """A bucket, or a folder of one, by django-storages' settings. Errors of the store are OSError, as a disk's are."""

    generation = ""
    keeps_copies = False

    def replace(self, name: str, body: bytes, copies: dict[str, bytes]) -> None:
        """Make the object say `body`; `copies` are not kept."""
        suffix = name[name.rfind(".") :]
        kind = TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")
        with _translated_errors():
            self._object(name).put(
                Body=body,
                CacheControl=CACHE_CONTROL,
                ContentType=kind if kind.startswith("image/") else f"{kind}; charset=utf-8",
            )

    def remove(self, name: str) -> None:
        """Make sure that there is no such object."""
        with _translated_errors():
            self._object(name).delete()

    def read(self, name: str) -> bytes | None:
        """What the object says, or None where there is none."""
        with _translated_errors():
            try:
                return self._object(name).get()["Body"].read()
            except ClientError as error:
                if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                    return None
                raise

    def names(self) -> Iterator[str]:
        """Every object there is; a stream."""
        prefix = f"{self.location}/" if self.location else ""
        with _translated_errors():
            for found in self.bucket.objects.filter(Prefix=prefix):
                yield found.key.removeprefix(prefix)

    def _object(self, name: str) -> Any:
        return self.bucket.Object(f"{self.location}/{name}" if self.location else name)


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise OSError(str(error)) from error
