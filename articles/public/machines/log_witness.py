"""Where partners have the checkpoints of their logs cosigned (C2SP tlog-witness)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from ... import log_witnesses


def witness_urls() -> list[URLPattern]:
    """Return the addresses of this newsroom as a witness."""
    return [
        path(log_witnesses.ADD_CHECKPOINT, add_checkpoint_view, name="witness_add_checkpoint"),
        path(log_witnesses.WITNESS_KEY, witness_key_view, name="witness_key"),
    ]


@csrf_exempt  # there is no session; submissions are signed by the key of a partner's log
@never_cache
@require_POST
def add_checkpoint_view(request: HttpRequest) -> HttpResponse:
    """Cosign a partner's checkpoint; the answers are those of tlog-witness."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > log_witnesses.LARGEST_SUBMISSION:
        return HttpResponse(status=413)
    answer = log_witnesses.answer_submission(request.body)
    return HttpResponse(answer.text, status=answer.status, content_type=answer.content_type)


@never_cache
@require_safe
def witness_key_view(_request: HttpRequest) -> HttpResponse:
    """The public half of the key with which this newsroom cosigns; 404 if it has no partners."""
    if not log_witnesses.has_partners():
        raise Http404
    return HttpResponse(f"{log_witnesses.witness().verifier}\n", content_type="text/plain; charset=utf-8")
