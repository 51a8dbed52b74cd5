"""A page of the bank at another origin, as strict as a page can be, with the widget on it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from playwright.sync_api import Frame, Locator, Page

_POLICY = (
    "default-src 'none'; script-src {chat}; frame-src {chat}; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_HTML = """<!doctype html>
<html lang="zh-CN">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>某某银行</title>
    {head}
  </head>
  <body>
    <main><h1>某某银行</h1><p>理财非存款，产品有风险。<a href="#end">网点查询</a></p></main>
    {body}
    <footer id="end"><p>客户服务热线 400-000-0000</p></footer>
  </body>
</html>
"""
_HEARD = """
  window.heard = [];
  for (const name of ["chatSessionStarted", "chatWidgetOpened", "chatWidgetClosed",
                      "chatWidgetSentMessage", "chatWidgetQuickReply", "chatWidgetReceivedMessage"])
    addEventListener(name, ({ detail }) => heard.push([name, detail]));
"""


@dataclass
class BankSite:
    """Serves one page; `chat` is the address of the chat page (Stack.web) once that is known."""

    origin: str
    chat: str = ""
    head: str = ""
    body: str = ""

    def tag(self, attributes: str = "") -> str:
        return f'<script src="{self.chat}widget.js" async {attributes}></script>'

    def page(self) -> tuple[str, bytes]:
        """Content security policy and body."""
        chat = urlsplit(self.chat)
        policy = _POLICY.format(chat=f"{chat.scheme}://{chat.netloc}")
        return policy, _HTML.format(head=self.head or self.tag(), body=self.body).encode()


@contextmanager
def open_bank() -> Iterator[BankSite]:
    """A site on a free port of the loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            policy, body = site.page()
            is_page = urlsplit(self.path).path == "/"
            self.send_response(200 if is_page else 204)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            if is_page:
                self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Nothing to say in a test's output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = BankSite(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Widget:
    """The widget as somebody on the bank's page uses it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.launcher = page.get_by_role("button", name="咨询投诉")
        self.window = page.get_by_role("dialog", name="小保")

    @property
    def chat(self) -> Frame:
        """The page in the frame, connected."""
        self.page.locator("iframe").wait_for()
        frame = next(frame for frame in self.page.frames if "/webhooks/web/" in frame.url)
        frame.get_by_text("在线", exact=True).wait_for()
        return frame

    def open(self) -> Frame:
        self.launcher.click()
        return self.chat

    def say(self, text: str) -> Locator:
        """Types and sends a text; the assistant's answers so far."""
        chat = self.chat
        chat.get_by_role("textbox").fill(text)
        chat.get_by_role("textbox").press("Enter")
        chat.locator(".message-customer[data-state=sent]").filter(has_text=text).wait_for()
        return chat.locator(".message-bot")

    def listen(self) -> None:
        """From the next page on, keeps what the bank's page hears."""
        self.page.add_init_script(_HEARD)

    def heard(self) -> list[tuple[str, object]]:
        """Names and details of the events so far."""
        return [(name, detail) for name, detail in self.page.evaluate("() => window.heard")]
