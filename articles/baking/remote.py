"""Baked pages in an S3-compatible object store behind a CDN, for newsrooms with many machines.

The store replaces and removes each object atomically. It cannot swap a whole site: during a full bake, readers may get
some pages with the new header and some with the old one (docs/decisions/baking.md). Compressing is left to the CDN.
Needs deploy/requirements-s3.txt.
"""

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

from .public_store import FOLDER
from .store import PAGE_CACHE_CONTROL, PLAIN_TEXTS

OBJECT_TYPES = {
    ".atom": "application/atom+xml",
    ".xml": "application/xml",
    ".rss": "application/rss+xml",
    ".json": "application/feed+json",
}


class RemoteFiles(S3Storage):
    """A bucket, or a folder of one, by the settings of django-storages. Errors of the store are raised as OSError."""

    generation = ""
    keeps_copies = False

    @property
    def place(self) -> str:
        """The bucket, for messages."""
        return f"s3://{self.bucket_name}/{self.location}".rstrip("/")

    def replace(self, name: str, body: bytes, copies: dict[str, bytes], *, durable: bool = True) -> None:
        """Write `body` to the object; `copies` are ignored. It is always durable."""
        suffix = ".txt" if name in PLAIN_TEXTS else name[name.rfind(".") :]
        kind = OBJECT_TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")
        with _translated_errors():
            self._object(name).put(
                Body=body,
                CacheControl=PAGE_CACHE_CONTROL,
                ContentType=kind if kind.startswith("image/") else f"{kind}; charset=utf-8",
            )

    def remove(self, name: str) -> None:
        """Delete the object if it exists."""
        with _translated_errors():
            self._object(name).delete()

    def read(self, name: str) -> bytes | None:
        """Return the content of the object, or None if there is none."""
        with _translated_errors():
            try:
                return self._object(name).get()["Body"].read()
            except ClientError as error:
                if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                    return None
                raise

    def names(self) -> Iterator[str]:
        """Yield the name of every page; uploaded files are in the folder `media` (public_store.py)."""
        return (name for name in self.objects_below("") if not name.startswith(f"{FOLDER}/"))

    def objects_below(self, start: str) -> Iterator[str]:
        """Yield the name of every object that begins with `start`."""
        folder = f"{self.location}/" if self.location else ""
        with _translated_errors():
            for found in self.bucket.objects.filter(Prefix=folder + start):
                yield found.key.removeprefix(folder)

    def disposition(self, name: str) -> str | None:
        """Return the Content-Disposition of the object, or "" without one; None if there is no such object."""
        with _translated_errors():
            try:
                return self._object(name).content_disposition or ""
            except ClientError as error:
                if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                    return None
                raise

    def holds(self, name: str) -> bool:
        """Return True if there is such an object."""
        return name in self.objects_below(name)

    def upload(self, name: str, source: IO[bytes], kind: str, cache_control: str, disposition: str | None) -> None:
        """Write an open file to the object, with its Content-Type, Cache-Control and Content-Disposition (or None)."""
        facts = {"ContentType": kind, "CacheControl": cache_control, "ContentDisposition": disposition}
        with _translated_errors():
            self._object(name).upload_fileobj(source, ExtraArgs={key: value for key, value in facts.items() if value})

    def empty_names(self) -> Iterator[str]:
        """Yield nothing: the store writes whole objects, whatever happens."""
        yield from ()

    def _object(self, name: str) -> Any:
        return self.bucket.Object(f"{self.location}/{name}" if self.location else name)


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise OSError(str(error)) from error
