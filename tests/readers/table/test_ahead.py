"""Working ahead changes neither order nor errors, and leaves no thread behind."""

import threading
from functools import partial

import pytest

from moderation.errors import InputError
from moderation.readers.table.ahead import in_order


def others():
    return [one for one in threading.enumerate() if one.name.startswith("reading ahead")]


def doubled(numbers):
    return (partial(int.__mul__, 2, number) for number in numbers)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_same_results_in_the_same_order(threads):
    assert list(in_order(doubled(range(500)), threads)) == list(range(0, 1000, 2))
    assert list(in_order([], threads)) == []
    assert others() == []


def test_a_slow_job_does_not_let_the_next_pass():
    gate = threading.Event()
    jobs = [lambda: gate.wait(5) and "slow", lambda: gate.set() or "quick"]
    assert list(in_order(jobs, 2)) == ["slow", "quick"]


def test_an_error_comes_behind_the_results_before_it():
    def jobs():
        yield from doubled([1, 2])
        raise InputError("file: damaged")

    found = in_order(jobs(), 3)
    assert [next(found), next(found)] == [2, 4]
    with pytest.raises(InputError, match="file: damaged"):
        next(found)
    assert others() == []


def test_the_error_of_a_job_comes_in_its_place():
    def wrong():
        raise InputError("file: no table")

    found = in_order([lambda: 1, wrong, lambda: 3], 2)
    assert next(found) == 1
    with pytest.raises(InputError, match="no table"):
        next(found)
    assert others() == []


def test_stopping_early_stops_the_other_threads():
    made = []

    def jobs():
        for number in range(1_000_000):
            made.append(number)
            yield partial(int, number)

    found = in_order(jobs(), 2)
    assert [next(found), next(found)] == [0, 1]
    found.close()
    assert others() == []
    assert len(made) <= 6
