"""A WSGI application without any logic: every request gets the one answer that the file BENCH_ANSWER holds, as JSON
(the status line, the headers, the body's bytes as Latin-1). What remains is the server's own cost of a request.

With BENCH_CHECKED it looks at that file before each answer, as any server must that notices a page's new version at
once: what remains then is the least that such a server costs.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

_answer = json.loads(Path(os.environ["BENCH_ANSWER"]).read_text("utf-8"))
STATUS, HEADERS = _answer["status"], [(name, value) for name, value in _answer["headers"]]
CHECKED = os.environ.get("BENCH_CHECKED", "")
PARTS = [_answer["body"].encode("latin-1")] if _answer["body"] else []


def application(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    if CHECKED:
        os.stat(CHECKED)
    start_response(STATUS, HEADERS)
    return PARTS
