"""Start the review server: open the files, bind, tell the address, run until it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import secrets
import socket
import ssl
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from moderation.errors import InputError, OutputError
from moderation.labels.name import check_person
from moderation.report.paged import open_scored
from moderation.review.app import Review, application, warm
from moderation.review.decisions import DecisionWriter
from moderation.review.guard import Guard
from moderation.review.listener import BURST, IDLE_SECONDS, Listener, Timed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from moderation.labels.reasons import Reason

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Access:
    """From where the server may be reached. Beyond this machine it needs all but `port`.

    name: what browsers call it, when that is not `host`. certificate, private_key: PEM files.
    port 0: any free one.
    """

    host: str = LOOPBACK
    port: int = 8765
    name: str | None = None
    password: str | None = None
    certificate: Path | None = None
    private_key: Path | None = None

    @property
    def local(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def check(self) -> None:
        """Raises InputError for an address that others reach without TLS and a password."""
        if (self.certificate is None) != (self.private_key is None):
            raise InputError("TLS needs both a certificate and its private key")
        if self.local:
            return
        if self.certificate is None or not self.password:
            raise InputError(
                f"{self.host} can be reached from other machines: that needs TLS "
                "(--certificate, --private-key) and a password (MODERATION_PASSWORD)"
            )
        if self.host in ("0.0.0.0", "::") and not self.name:  # noqa: S104 - refused, not bound
            raise InputError(
                f"{self.host} is every address of this machine: name the one that "
                "browsers will use with --name"
            )
        if len(self.password) < 12:
            raise InputError("the password has fewer than 12 characters")

    def hosts(self, port: int) -> frozenset[str]:
        """What a request's Host header may say."""
        names = {self.host, self.name or self.host}
        if self.local:
            names |= {LOOPBACK, "localhost", "[::1]"}
        names = {f"[{name}]" if ":" in name and "[" not in name else name for name in names}
        bare = names if port in (80, 443) else set()
        return frozenset({f"{name.lower()}:{port}" for name in names} | bare)


def serve(
    scored_path: str | Path,
    ledger_path: str | Path,
    access: Access,
    reviewer: str,
    started: Callable[[str], None],
    reasons: Sequence[Reason] = (),
) -> None:
    """Serve the review of a scored file until interrupted.

    Decisions go to the ledger under the name that a page gives, at first `reviewer`. started:
    is told the address to open. Raises InputError, LabelError (a damaged ledger) or OutputError
    (the port is taken, the ledger cannot be written).
    """
    access.check()
    check_person(reviewer)
    tls = _tls(access)
    scored_path, ledger_path = Path(scored_path), Path(ledger_path)
    scored = open_scored(scored_path)
    writer = DecisionWriter(scored, scored_path, ledger_path, reasons=reasons)
    review = Review(scored, writer, reviewer, reasons)
    _writable(ledger_path)
    warm(review)
    threading.Thread(target=review.lay_out, daemon=True).start()
    token = secrets.token_urlsafe(24)
    with _bound(access) as listener:
        port = listener.getsockname()[1]
        hosts = access.hosts(port)
        password = None if access.local else access.password
        guard = Guard(application(review), token, hosts, password, tls is not None)
        server = uvicorn.Server(_config(Timed(guard, listener), listener, tls))
        started(_address(access, port, token))
        with (
            contextlib.suppress(KeyboardInterrupt),  # that is how it is stopped
            # The loop that accepts from a socket of ours, on every system.
            asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner,
        ):
            runner.get_loop().set_exception_handler(listener.trouble)
            runner.run(server.serve(sockets=[listener]))


def _config(app: Timed, listener: Listener, tls: ssl.SSLContext | None) -> uvicorn.Config:
    config = uvicorn.Config(
        app,
        http="h11",  # the parser that limits a request's head
        ws="none",
        lifespan="off",
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # who asks is who is connected
        backlog=BURST,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=5,
        callback_notify=listener.sweep,
        timeout_notify=0,
    )
    config.load()
    config.ssl = tls
    return config


def _tls(access: Access) -> ssl.SSLContext | None:
    """None without a certificate. Raises InputError for one that no browser could be shown."""
    if access.certificate is None or access.private_key is None:
        return None
    for path in (access.certificate, access.private_key):
        try:
            path.read_bytes()
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}") from error
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(access.certificate, access.private_key, password=_no_password)
    except ssl.SSLError as error:
        raise InputError(
            f"{access.certificate}, {access.private_key}: not a certificate and its private key, "
            f"in PEM and without a pass phrase ({error.reason or 'unreadable'})"
        ) from error
    _check_dates(context, access.certificate)
    return context


def _check_dates(context: ssl.SSLContext, certificate: Path) -> None:
    """Raise InputError for a certificate that browsers refuse by its dates.

    Python reads those of a peer's certificate alone: so we connect to ourselves, in memory.
    """
    browser = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    browser.check_hostname = False
    browser.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # whoever has signed it
    browser.load_verify_locations(certificate)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = context.wrap_bio(there, back, server_side=True)
    client = browser.wrap_bio(back, there)
    for end in (client, server, client):
        try:
            end.do_handshake()
        except ssl.SSLWantReadError:
            continue
        except ssl.SSLCertVerificationError as error:
            if error.verify_code in _WRONG_DATES:
                raise InputError(
                    f"{certificate}: {error.verify_message}: browsers refuse it; renew it"
                ) from error
            return


_WRONG_DATES = (9, 10)  # OpenSSL's codes: not yet valid, has expired


def _no_password() -> str:
    return ""  # else OpenSSL asks for it on the terminal


def _writable(ledger: Path) -> None:
    """Raises OutputError when no decision could be kept."""
    nearest = next(path for path in (ledger, *ledger.absolute().parents) if path.exists())
    if (nearest != ledger and not nearest.is_dir()) or not os.access(nearest, os.W_OK):
        raise OutputError(f"{ledger}: cannot be written; name another with --labels")


def _bound(access: Access) -> Listener:
    family = socket.AF_INET6 if ":" in access.host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    if os.name == "posix":  # elsewhere it would let a second server take the port over
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((access.host, access.port))
        bound.listen(BURST)  # whoever opens the address at once is not turned away
    except OSError as error:
        bound.close()
        raise OutputError(
            f"{access.host}:{access.port}: {error.strerror}; choose another with --port"
        ) from error
    return Listener.of(bound)


def _address(access: Access, port: int, token: str) -> str:
    name = access.name or access.host
    name = f"[{name}]" if ":" in name else name
    scheme = "http" if access.certificate is None else "https"
    return f"{scheme}://{name}:{port}/" + (f"?token={token}" if access.local else "")
