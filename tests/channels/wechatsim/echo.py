"""An account's server of the smallest kind, built on wechatpy: it answers with what it heard."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.replies import create_reply
from wechatpy.utils import check_signature

from wechatsim import Account

Answer = Callable[[Any], Any]
"""A message of wechatpy → a reply of wechatpy, a text, None for `success`, or the raw bytes."""


def echo(message: Any) -> Any:
    if message.type == "text":
        return f"您说：{message.content}"
    return None if message.type == "event" else f"收到 {message.type}"


@dataclass
class EchoServer:
    """`account` is set before the first message; `heard` are the messages, `queries` theirs."""

    account: Account | None = None
    answer: Answer = echo
    status: int = 200
    heard: list[Any] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    silence: threading.Event | None = None
    """While it is set to an event that has not happened, nothing is answered."""

    def get(self, query: dict[str, str]) -> bytes:
        self._check(query)
        return query["echostr"].encode()

    def post(self, query: dict[str, str], body: bytes) -> bytes:
        assert self.account
        self.queries.append(query)
        self.bodies.append(body)
        self._check(query)
        crypto = WeChatCrypto(self.account.token, self.account.aes_key, self.account.app_id)
        sealed = query.get("encrypt_type") == "aes"
        signed = query.get("msg_signature"), query["timestamp"], query["nonce"]
        message = parse_message(crypto.decrypt_message(body, *signed) if sealed else body)
        self.heard.append(message)
        if self.silence is not None:
            self.silence.wait(20)
        answer = self.answer(message)
        if isinstance(answer, bytes):
            return answer
        if answer is None:
            return b"success"
        xml = create_reply(answer, message).render()
        return (crypto.encrypt_message(xml, "77", "1") if sealed else xml).encode()

    def _check(self, query: dict[str, str]) -> None:
        assert self.account
        names = ("signature", "timestamp", "nonce")
        check_signature(self.account.token, *(query[name] for name in names))


@contextmanager
def echoing(server: EchoServer) -> Iterator[str]:
    """Serves on the loopback address; gives the URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve(lambda query, _body: server.get(query))

        def do_POST(self) -> None:
            self._serve(server.post)

        def _serve(self, work: Callable[[dict[str, str], bytes], bytes]) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                status, answer = (
                    server.status,
                    work(dict(parse_qsl(urlsplit(self.path).query)), body),
                )
            except InvalidSignatureException:
                status, answer = 403, b""
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
            except OSError:
                return  # the platform has gone

        def log_message(self, *_: Any) -> None:
            return

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{http.server_port}/wechat"
    finally:
        http.shutdown()
        thread.join()
        http.server_close()
