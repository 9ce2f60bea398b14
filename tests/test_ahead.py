"""Reading ahead changes neither order nor errors, and leaves no thread behind."""

import threading

import pytest

from moderation.errors import InputError
from moderation.readers.ahead import ahead


def others():
    return [one for one in threading.enumerate() if one.name == "reading ahead"]


def test_the_same_blocks_in_the_same_order():
    assert list(ahead(iter(range(1, 500)))) == list(range(1, 500))
    assert list(ahead(iter([]))) == []
    assert others() == []


def test_an_error_comes_behind_the_blocks_before_it():
    def blocks():
        yield "one"
        yield "two"
        raise InputError("file: damaged")

    found = ahead(blocks())
    assert [next(found), next(found)] == ["one", "two"]
    with pytest.raises(InputError, match="file: damaged"):
        next(found)
    assert others() == []


def test_stopping_early_stops_the_other_thread():
    made = []

    def blocks():
        for number in range(1, 1_000_000):
            made.append(number)
            yield number

    found = ahead(blocks(), depth=2)
    assert [next(found), next(found)] == [1, 2]
    found.close()
    assert others() == []
    assert len(made) <= 6
