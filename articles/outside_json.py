"""Parsing JSON that others have written: requests, files that were handed in, answers of other servers."""

import json
from typing import Any


def parse_outside_json(data: str | bytes) -> Any:
    """Parse the JSON. Raises ValueError if it is invalid, also for hundreds of nested brackets."""
    try:
        return json.loads(data)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
