"""Work ahead: other threads parse the next blocks of a file while the last is being used."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NoReturn, TypeVar

import pyarrow as pa

from moderation.errors import InputError

Result = TypeVar("Result")
MOST = 4  # threads; a block in work on each of them is held in memory


def in_order(jobs: Iterable[Callable[[], Result]], threads: int | None = None) -> Iterator[Result]:
    """What the jobs give, in their order, while the next of them run on other threads.

    The jobs themselves are made on the caller's thread. threads: as many as Arrow would take, but
    at most MOST. An error comes behind the results before it. A caller that stops early waits only
    for the jobs already running.
    """
    threads = threads or min(MOST, pa.cpu_count())
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(threads, "reading ahead") as pool:
        try:
            for job in _until_wrong(jobs):
                waiting.append(pool.submit(job))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for batch in waiting:
                batch.cancel()


def _until_wrong(jobs: Iterable[Callable[[], Result]]) -> Iterator[Callable[[], Result]]:
    """The jobs; an InputError that making one raises is raised by a job in its place."""
    try:
        yield from jobs
    except InputError as error:
        yield _raising(error)


def _raising(error: InputError) -> Callable[[], NoReturn]:
    def job() -> NoReturn:
        raise error

    return job
