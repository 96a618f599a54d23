"""The logs (存证) for machines: checkpoints, tiles, and the public halves of the keys."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from ... import merkle_log
from ...merkle_log import LOGS, StoredLog


def log_urls() -> list[URLPattern]:
    """Return the addresses of the logs."""
    return [
        path("log/key", key_view, name="log_key"),
        *(path(f"log{log.suffix}/checkpoint", checkpoint_view, {"log": log}) for log in LOGS),
        *(path(f"log{log.suffix}/<path:name>", tile_view, {"log": log}) for log in reversed(LOGS)),
    ]


@require_safe
def checkpoint_view(_request: HttpRequest, log: StoredLog) -> HttpResponse:
    """The signed checkpoint (C2SP tlog-checkpoint); 404 until there is a key."""
    return _text_response(log.signed_checkpoint())


@require_safe
def key_view(_request: HttpRequest) -> HttpResponse:
    """The keys that sign the checkpoints, one a line, the current one first; 404 until there is one."""
    return _text_response("".join(f"{key.verifier}\n" for key in merkle_log.read_log_keys()))


@require_safe
def tile_view(_request: HttpRequest, log: StoredLog, name: str) -> HttpResponse:
    """A tile (C2SP tlog-tiles); 404 if the log has no such tile, or offers the full one instead."""
    tile = merkle_log.parse_tile_path(name)
    body = log.tile_body(tile) if tile else None
    if body is None:
        raise Http404
    return HttpResponse(body, content_type="application/octet-stream")


def _text_response(text: str | None) -> HttpResponse:
    if not text:
        raise Http404
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
