"""The server's addresses: the page, the index, comments, conversations, authors, decisions."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pyarrow as pa
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from moderation.errors import LabelError, LedgerError, OutputError
from moderation.labels.actions import NOTE_CHARACTERS
from moderation.report.author import author
from moderation.report.conversation import conversation
from moderation.report.details import REPLY_CHARACTERS, details, shortened
from moderation.report.index import index
from moderation.report.links import first_domains
from moderation.report.render import policy, render
from moderation.report.search import Search
from moderation.report.summarise import summary
from moderation.review.decisions import DecisionWriter, Order
from moderation.review.guard import credentials
from moderation.review.leases import Leases
from moderation.translation import accepted, marked, said_again_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from moderation.labels.reasons import Reason
    from moderation.report.scored import Scored

FORMS = (
    marked("{file}: cannot be written: {why}"),
    marked("{file}: cannot be read: {why}"),
    marked(
        "{place}: not a ledger entry: {fault}: {line}; correct the line, or move it to another file"
    ),
    marked(
        "{name} cannot be a reviewer's name: it is empty, or has line breaks, control or invisible "
        "characters"
    ),
    marked("a reviewer's name has 1 to {n} characters"),
    marked("no reason {reason} in the list of reasons"),
    marked("no decision {key} in the ledger"),
    marked("no comment {row} in this file or no label {label}"),
    marked("{time} is not a time in milliseconds since 1970"),
    marked("this comment has no author"),
)
"""What the page may be told; what only a program of somebody else's may meet stays English."""
MOST_ROWS = 500  # of comments, candidates or orders in one request
MOST_FOUND = 2_000  # of comments that a search hands out at once, or that a page adds at once
MOST_WORDS = 500  # characters that are searched for
WINDOW = 8  # comments that one page may hold
_LOG = logging.getLogger("uvicorn.error")  # the server's own, which goes to the terminal


@dataclass
class Review:
    """What the addresses answer from. reviewer: the name a page begins with."""

    scored: Scored
    writer: DecisionWriter
    reviewer: str
    reasons: Sequence[Reason] = ()
    leases: Leases = field(default_factory=Leases)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """What the page is made from."""
        return summary(self.scored, self.reasons)

    @cached_property
    def index(self) -> bytes:
        """The rows of the page, as it asks for them once."""
        return orjson.dumps(index(self.scored, self.scored.carried))

    @cached_property
    def search(self) -> Search:
        """Of all comments; its texts are laid out by whoever searches first."""
        return Search(self.scored)

    @cached_property
    def domains(self) -> bytes:
        """The domain that each row of the page links to first."""
        found = first_domains(self.scored, self.scored.carried)
        return orjson.dumps({"domain": found.codes.tolist(), "domains": found.texts})

    def lay_out(self) -> None:
        """Read all texts once, so that nothing waits for that later."""
        _ = self.domains
        self.search.prepare()
        pa.default_memory_pool().release_unused()


def application(review: Review) -> Starlette:
    """The ASGI application, without its guard."""
    routes = [
        Route("/", page),
        Route("/api/index", index_rows),
        Route("/api/search", search),
        Route("/api/domains", link_domains),
        Route("/api/rows", more_rows, methods=["POST"]),
        Route("/api/comments", comments, methods=["POST"]),
        Route("/api/texts", texts, methods=["POST"]),
        Route("/api/thread", thread, methods=["POST"]),
        Route("/api/author", author_panel, methods=["POST"]),
        Route("/api/claim", claim, methods=["POST"]),
        Route("/api/release", release, methods=["POST"]),
        Route("/api/events", events, methods=["POST"]),
        Route("/api/orders", orders, methods=["POST"]),
    ]
    app = Starlette(
        routes=routes,
        exception_handlers={
            LabelError: _refused,
            LedgerError: _damaged,
            OutputError: _not_written,
            _BadRequestError: _refused,
        },
    )
    app.state.review = review
    app.state.told = set()
    return app


class _BadRequestError(ValueError):
    """A request that no page of ours makes."""


async def _refused(request: Request, error: Exception) -> Response:
    return _error(request, error, 422)


async def _damaged(request: Request, error: Exception) -> Response:
    """The page keeps its decisions, and sends them again once the line is mended."""
    told: set[str] = request.app.state.told
    if str(error) not in told:
        told.add(str(error))
        _LOG.error("%s; no decision is taken until then", error)
    return _error(request, error, 503)


async def _not_written(request: Request, error: Exception) -> Response:
    return _error(request, error, 507)


def _error(request: Request, error: Exception, status: int) -> Response:
    """Why not, in the language of the page."""
    chosen = accepted(request.headers.get("accept-language", ""))
    return _json({"error": said_again_in(chosen, str(error), *FORMS)}, status)


def page(request: Request) -> Response:
    """The page; a name given with the password is the reviewer's."""
    review: Review = request.app.state.review
    name = credentials(request.headers.get("authorization", ""))[0] or review.reviewer
    data = review.summary | {"server": {"token": request.state.session, "reviewer": name}}
    headers = {"Content-Security-Policy": f"{policy(data)}; frame-ancestors 'none'"}
    return HTMLResponse(render(data), headers=headers)


def index_rows(request: Request) -> Response:
    """The index of the rows to review."""
    review: Review = request.app.state.review
    return Response(review.index, media_type="application/json")


async def search(request: Request) -> Response:
    """Comments that hold the words, flagged ones first; `index` has those the page has not."""
    review: Review = request.app.state.review
    words = request.query_params.get("q", "")[:MOST_WORDS]
    return _json(await run_in_threadpool(_search_result, review, words))


def _search_result(review: Review, words: str) -> dict[str, Any]:
    scored = review.scored
    rows = review.search.rows(words)
    order = np.lexsort((rows, -scored.best(rows), scored.flags[rows] == 0))
    first = rows[order[:MOST_FOUND]]
    new = np.setdiff1d(first, scored.carried)
    return {"count": len(rows), "rows": first.tolist(), "index": index(scored, new)}


async def link_domains(request: Request) -> Response:
    """The domains of the page's rows: what they link to."""
    review: Review = request.app.state.review
    found = await run_in_threadpool(lambda: review.domains)
    return Response(found, media_type="application/json")


async def more_rows(request: Request) -> Response:
    """The index of more rows."""
    review, asked = await _body(request)
    rows = np.unique(np.array(_rows(review, asked, MOST_FOUND), np.int64))
    return _json(await run_in_threadpool(index, review.scored, rows))


async def texts(request: Request) -> Response:
    """The beginning of some comments."""
    review, asked = await _body(request)
    limit = min(max(_number(asked, "characters"), 1), REPLY_CHARACTERS)
    rows = _rows(review, asked)
    return _json(await run_in_threadpool(shortened, review.scored, rows, limit))


async def thread(request: Request) -> Response:
    """The conversation of a comment."""
    review, asked = await _body(request)
    return _json(await run_in_threadpool(conversation, review.scored, _row(review, asked)))


async def author_panel(request: Request) -> Response:
    """What the author of a comment has posted."""
    review, asked = await _body(request)
    found = await run_in_threadpool(author, review.scored, _row(review, asked))
    if found is None:
        raise _BadRequestError("this comment has no author")
    return _json(found)


async def comments(request: Request) -> Response:
    """Details of some rows."""
    review, asked = await _body(request)
    rows = _rows(review, asked)
    return _json(await run_in_threadpool(details, review.scored, rows))


async def claim(request: Request) -> Response:
    """Hold the first free ones of the candidates."""
    review, asked = await _body(request)
    session, name = _word(asked, "session"), _word(asked, "name")
    hidden = asked.get("hidden") is True
    granted = review.leases.claim(session, name, _rows(review, asked), WINDOW, hidden)
    readers = {str(row): who for row, who in review.leases.others(session).items()}
    return _json({"granted": granted, "held": readers})


async def release(request: Request) -> Response:
    """Let go: the page is closing."""
    review, asked = await _body(request)
    review.leases.release(_word(asked, "session"))
    return _json({})


async def events(request: Request) -> Response:
    """What was decided since, by anybody, and who has which comment open; the page says its own."""
    review, asked = await _body(request)
    since, generation = max(0, _number(asked, "since")), _number(asked, "generation")
    answer = await run_in_threadpool(review.writer.events, since, generation)
    if "session" in asked:
        session, name = _word(asked, "session"), _word(asked, "name")
        review.leases.read(session, name, _number(asked, "reading"))
        readers = review.leases.readers(session)
        answer |= {"readers": {str(row): who for row, who in readers.items()}}
    return _json(answer)


async def orders(request: Request) -> Response:
    """Decisions and retractions: in the ledger, on the disk, when this answers."""
    review, asked = await _body(request)
    given = asked.get("orders")
    if not isinstance(given, list) or len(given) > MOST_ROWS:
        raise _BadRequestError(f"expected at most {MOST_ROWS} orders")
    taken = [_order(order) for order in given]
    return _json({"keys": await run_in_threadpool(review.writer.take, taken)})


def _order(given: Any) -> Order:
    if not isinstance(given, dict):
        raise _BadRequestError("an order is an object")
    number, by, at = _word(given, "number"), _word(given, "by"), _number(given, "at")
    if "retracts" in given:
        return Order(number, by, at, retracts=_word(given, "retracts"))
    row, kind = _number(given, "row"), given.get("kind", "decision")
    if kind == "decision":
        value = _number(given, "value")
        if value not in (0, 1):
            raise _BadRequestError("a value is 0 or 1")
        settles = given.get("settles") is True
        label = _word(given, "label")
        return Order(number, by, at, row, label, bool(value), settles=settles)
    if kind not in ("action", "request"):
        raise _BadRequestError("an order is a decision, an action or a request")
    action, reason, note, to = (_text(given, name) for name in ("action", "reason", "note", "to"))
    return Order(number, by, at, row, kind=kind, action=action, reason=reason, note=note, to=to)


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name, "")
    if not isinstance(value, str) or len(value) > NOTE_CHARACTERS:
        raise _BadRequestError(f"{name} is no text, or too long")
    return value


async def _body(request: Request) -> tuple[Review, dict[str, Any]]:
    try:
        asked = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise _BadRequestError("the body is not JSON") from error
    if not isinstance(asked, dict):
        raise _BadRequestError("expected an object")
    return request.app.state.review, asked


def _rows(review: Review, asked: dict[str, Any], most: int = MOST_ROWS) -> list[int]:
    rows = asked.get("rows")
    if not isinstance(rows, list) or len(rows) > most:
        raise _BadRequestError(f"expected at most {most} rows")
    return [row for row in rows if _is_row(review, row)]


def _row(review: Review, asked: dict[str, Any]) -> int:
    row = _number(asked, "row")
    if not _is_row(review, row):
        raise _BadRequestError(f"no comment {row} in this file")
    return row


def _is_row(review: Review, row: Any) -> bool:
    return isinstance(row, int) and not isinstance(row, bool) and 0 <= row < len(review.scored)


def _word(asked: dict[str, Any], name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 200:
        raise _BadRequestError(f"{name} is missing")
    return value


def _number(asked: dict[str, Any], name: str) -> int:
    value = asked.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _BadRequestError(f"{name} is not a whole number")
    return value


def _json(answer: dict[str, Any], status: int = 200) -> Response:
    option = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
    return Response(orjson.dumps(answer, option=option), status, media_type="application/json")


def warm(review: Review) -> None:
    """Work out what the first page waits for."""
    _ = review.index, review.scored.parents, render(review.summary)
