"""Read ahead: the next blocks are parsed while the last is being used."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

Block = TypeVar("Block")
DEPTH = 2  # blocks that wait; parsing and using a block take about as long


def ahead(blocks: Iterable[Block], depth: int = DEPTH) -> Iterator[Block]:
    """The same blocks in the same order, made on another thread up to `depth` before their time.

    An error is raised where it would have been. Who stops early stops the other thread too.
    """
    ready: queue.Queue[tuple[Block | None, BaseException | None]] = queue.Queue(depth)
    stopped = threading.Event()

    def offer(block: Block | None, error: BaseException | None = None) -> bool:
        while not stopped.is_set():
            try:
                ready.put((block, error), timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def make() -> None:
        try:
            for block in blocks:
                if not offer(block):
                    return
        except BaseException as error:  # noqa: BLE001 - raised again where it belongs
            offer(None, error)
        else:
            offer(None)

    thread = threading.Thread(target=make, name="reading ahead", daemon=True)
    thread.start()
    try:
        while True:
            block, error = ready.get()
            if error is not None:
                raise error
            if block is None:
                return
            yield block
    finally:
        stopped.set()
        thread.join()
