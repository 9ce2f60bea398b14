"""The health check of a container: which commands serve, and whether something answers."""

import socket

import pytest

from moderation.review.health import answers, port

PROGRAM = ["/opt/moderation/bin/python", "/usr/local/bin/moderation"]


@pytest.mark.parametrize(
    ("command", "served"),
    [
        ([*PROGRAM, "review", "scored.parquet"], 8765),
        ([*PROGRAM, "review", "scored.parquet", "--port", "9000"], 9000),
        ([*PROGRAM, "review", "--port=9001", "scored.parquet"], 9001),
        (["docker-init", "--", "moderation", "review", "scored.parquet"], 8765),
        ([*PROGRAM, "score", "review"], None),
        (["sh"], None),
    ],
)
def test_only_review_serves(command, served):
    assert port([*command, ""]) == served


def test_what_listens_answers_and_what_ended_does_not():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number = listening.getsockname()[1]
        assert answers(number)
    assert not answers(number)
