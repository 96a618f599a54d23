"""Parsing JSON that others have written: requests, files that were handed in, answers of other servers."""

import json
from typing import Any


def parse_outside_json(data: str | bytes) -> Any:
    """Return what the JSON says. Raises ValueError if it is none, also for hundreds of brackets within one another."""
    try:
        return json.loads(data)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
