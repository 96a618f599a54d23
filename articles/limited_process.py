"""Calls a function in a separate process with limits of time and memory, so that hostile files crash it, not the
server.
"""

import multiprocessing
import resource
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import ParamSpec, TypeVar

from .refusals import Problem, Refusal

CPU_SECONDS = 30  # a picture of fifty million pixels takes five
SECONDS = 60  # of the clock, for a machine that is busy
MEMORY = 3 * 2**29  # bytes, beyond what the server has; a picture of fifty million pixels takes 600 MB

Given = ParamSpec("Given")
Result = TypeVar("Result")


class LimitMet(Exception):
    """Raised where the function took more time or memory than it may, or ended its process in another way."""


def call_limited(function: Callable[Given, Result], *arguments: Given.args, **facts: Given.kwargs) -> Result:
    """Return what `function` returns; a Refusal of the function is raised here with its problems. Raises LimitMet.

    The process is a copy of this one, so it must not use the database.
    """
    fork = multiprocessing.get_context("fork")
    receiving, sending = fork.Pipe(duplex=False)
    process = fork.Process(target=_send_answer, args=(sending, function, arguments, facts))
    process.start()
    sending.close()
    try:
        if not receiving.poll(SECONDS):
            raise LimitMet
        problems, result = receiving.recv()
    except EOFError as error:
        raise LimitMet from error
    finally:
        receiving.close()
        process.kill()
        process.join()
    if problems:
        raise Refusal(*problems)
    return result


def _send_answer(
    sending: Connection, function: Callable[..., object], arguments: tuple[object, ...], facts: dict[str, object]
) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    problems: list[Problem] = []
    result = None
    try:
        result = function(*arguments, **facts)
    except Refusal as refusal:
        problems = refusal.problems
    except MemoryError:
        return  # the pipe ends without an answer
    sending.send((problems, result))
