"""The workers of a Dask cluster as an engine, and what happens when they fail.

A worker that dies: the scheduler gives its tasks to others. One that hangs, with or without a task
in it: after `patience` seconds another worker does the task too, the first answer counts, and the
silent worker gets no more. A scheduler that goes away ends the run with a line; the next goes on.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from moderation.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PATIENCE = 900.0
"""Seconds: a task takes 10 to 60, a file of 10 GB that cannot be cut some minutes."""
QUEUE = 2  # tasks given out per thread, so that none waits for the client
RETRIES = 2
CONNECT = 15  # seconds for scheduler and first worker to answer
POLL = 0.5
LOOK = 5.0  # seconds


@dataclass
class _Task:
    """One call and the futures that stand for it: a second one where the first is overdue."""

    number: int
    arguments: tuple[Any, ...]
    futures: list[Any] = field(default_factory=list)
    deadline: float = 0.0
    answer: Any = None


class DaskEngine:
    """See `engines.Engine`. address: tcp://host:port, or local:N for N processes of this machine.

    Raises ClusterError where Dask is not installed, nobody answers, or there are no workers.
    """

    def __init__(self, address: str, patience: float = PATIENCE) -> None:
        try:
            import dask
            import distributed
        except ImportError as error:
            raise ClusterError(
                f"--cluster {address} needs Dask: pip install 'moderation[cluster]'"
            ) from error
        self.address = address
        self._patience = patience
        self._suspects: set[str] = set()
        self._done = threading.Event()
        self._left = 0
        self._gone = False  # the scheduler
        self._local: Any = None
        dask.config.set({"distributed.comm.timeouts.connect": CONNECT})
        try:
            self._local = _local(address)
            self._client = distributed.Client(
                self._local or address, timeout=CONNECT, set_as_default=False
            )
            self._client.wait_for_workers(1, timeout=CONNECT)
        except (OSError, ValueError, TimeoutError) as error:
            raise ClusterError(
                f"{address}: no scheduler or no worker answers ({error}); start them with "
                "`dask scheduler` and `dask worker tcp://HOST:8786 --nthreads 1`"
            ) from error
        self.dashboard = str(self._client.dashboard_link)
        self.slots = sum(self._threads().values())
        self.together = max(self._threads().values())
        self._looked = time.monotonic()

    def _threads(self) -> dict[str, int]:
        """Threads of each worker."""
        return dict(self._client.nthreads())

    def run(
        self, function: Callable[..., Any], calls: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, Any]]:
        """See Engine. Raises ClusterError where the cluster is lost."""
        try:
            yield from self._answers(function, calls)
        except OSError as error:
            from distributed.comm import CommClosedError

            if isinstance(error, CommClosedError) or self._client.status != "running":
                raise self._lost() from error
            raise

    def _answers(
        self, function: Callable[..., Any], calls: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, Any]]:
        waiting = deque(_Task(number, arguments) for number, arguments in enumerate(calls))
        running: list[_Task] = []
        try:
            while waiting or running:
                while waiting and len(running) < QUEUE * self.slots:
                    running.append(self._submitted(waiting.popleft(), function))
                self._left = len(running) + len(waiting)
                self._wait()
                for task in list(running):
                    done = next(
                        (future for future in task.futures if future.status != "pending"), None
                    )
                    if done is not None and not self._fetched(task, done):
                        task.futures.remove(done)
                        self._submitted(task, function)
                    elif done is not None:
                        running.remove(task)
                        self._drop(task, done)
                        yield task.number, task.answer
                    elif time.monotonic() > task.deadline:
                        self._again(task, function)
        except OSError:
            self._gone = True
            raise
        finally:
            for task in running:
                self._drop(task)

    def _submitted(self, task: _Task, function: Callable[..., Any]) -> _Task:
        trusted = [address for address in self._threads() if address not in self._suspects]
        future = self._client.submit(
            _within_threads,
            function,
            *task.arguments,
            key=f"{function.__name__}-{uuid4().hex}",  # what the dashboard shows
            pure=False,
            retries=RETRIES,
            workers=trusted if self._suspects and trusted else None,
            allow_other_workers=False,
        )
        future.add_done_callback(lambda _: self._done.set())
        task.futures.append(future)
        task.deadline = time.monotonic() + self._patience * len(task.futures)
        return task

    def _wait(self) -> None:
        """Until something is done, or for POLL seconds."""
        self._done.wait(POLL)
        self._done.clear()
        if self._client.status != "running":
            self._gone = True
            raise self._lost()
        if time.monotonic() > self._looked + LOOK:  # for workers that came or went
            self.slots = max(1, sum(self._threads().values()))
            self._looked = time.monotonic()

    def _fetched(self, task: _Task, future: Any) -> bool:
        """Take the answer over into the task; False where its worker fell silent with it."""
        import distributed

        try:
            task.answer = future.result(timeout=min(CONNECT, self._patience))
        except distributed.KilledWorker as error:
            raise ClusterError(
                f"{self.address}: a task ended every worker that took it, probably for want of "
                "memory; give the workers more, or run with a smaller --memory"
            ) from error
        except (OSError, distributed.CancelledError) as error:
            if future.status == "error":
                raise
            if isinstance(error, TimeoutError) and self._client.status == "running":
                self._suspects |= self._homes(future)
                return False
            self._gone = True
            raise self._lost() from error
        if self._suspects:
            self._suspects -= self._homes(future)
        return True

    def _homes(self, future: Any) -> set[str]:
        """The workers that hold a task's answer."""
        return set(self._client.who_has([future]).get(future.key, ()))

    def _again(self, task: _Task, function: Callable[..., Any]) -> None:
        """Give an overdue task to another worker too."""
        keys = {future.key for future in task.futures}
        for worker, doing in self._client.processing().items():
            if keys & set(doing):
                self._suspects.add(worker)
        if not self._threads():
            raise ClusterError(
                f"{self.address}: no workers are left; start some and run the same command "
                "again: what is done is kept"
            )
        self._submitted(task, function)

    def _drop(self, task: _Task, done: Any = None) -> None:
        for future in task.futures:
            if future is not done and not self._gone:  # else each would wait for an answer
                future.cancel(force=True)

    def _lost(self) -> ClusterError:
        return ClusterError(
            f"{self.address}: the scheduler went away with {self._left} tasks to do; start it and "
            "its workers and run the same command again: what is done is kept"
        )

    def close(self) -> None:
        """See Engine."""
        with contextlib.suppress(OSError):  # a scheduler that is gone does not say goodbye
            self._client.close(timeout=2)
        if self._local is not None:
            self._local.close(timeout=10)


def _within_threads(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call it on a worker, where Arrow may take the worker's threads and not all the machine's.

    Else N workers of one machine have N times its cores of threads, which wait for each other.
    """
    import pyarrow as pa
    from distributed import get_worker

    pa.set_cpu_count(get_worker().state.nthreads)
    return function(*arguments)


def _local(address: str) -> Any:
    """Processes of this machine for `local:N`; None for an address."""
    if address != "local" and not address.startswith("local:"):
        return None
    from distributed import LocalCluster

    from moderation.features.ngrams import thread_count

    count = address.partition(":")[2]
    return LocalCluster(
        n_workers=int(count) if count else thread_count(),
        threads_per_worker=1,
        processes=True,
        memory_limit=0,
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
    )
