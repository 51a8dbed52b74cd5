"""Calls our own address from outside, as the platform would, and says what is wrong with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import aiohttp

from bot.channels.wechat.crypto import SALT_BYTES, MessageCipher
from bot.channels.wechat.envelope import PLAIN, Account
from bot.channels.wechat.reply import cdata
from bot.channels.wechat.signature import sign

OPENID = "xiaobao-check"
"""Of nobody: what is tried under it reaches nobody."""
PATIENCE = 5.0
"""Seconds the platform waits for an answer (公众平台「被动回复用户消息」)."""
LONGEST_ANSWER = 64 * 1024
RandomBytes = Callable[[int], bytes]

_MISSING = (
    "没有这个地址：路径应是 /webhooks/wechat，检查代理的转发；"
    "运行中的小保没有 WECHAT_APP_ID 也会这样，改过 .env 要重启"
)
_AWAY = "代理后面的小保没有响应：看它有没有在运行、代理转发到的端口对不对"
_REFUSED = (
    "小保不认这个签名：运行中的小保用的令牌与 .env 里的 WECHAT_TOKEN 不同（改过要重启），"
    "两台机器的时钟相差五分钟以上，或者代理丢了问号后面的参数"
)
_UNREADABLE = (
    "小保解不开加密的消息：运行中的小保用的 WECHAT_AES_KEY、WECHAT_APP_ID 或 WECHAT_MODE "
    "与 .env 里的不同（改过要重启）"
)


@dataclass(frozen=True)
class Answer:
    """What our address answered: status, body, and where it sends us on."""

    status: int
    body: str
    location: str = ""


class OwnAddress:
    """Our address as customers' messages reach it. Methods return what is wrong; None if nothing.

    An address that is only reachable from outside cannot be tried from this machine.
    """

    def __init__(
        self,
        url: str,
        account: Account,
        now: Callable[[], datetime],
        random_bytes: RandomBytes,
        patience: float = PATIENCE,
    ) -> None:
        self._url = url
        self._patience = patience
        self._account = account
        self._now = now
        self._random_bytes = random_bytes

    async def verify(self) -> str | None:
        """The request with which the platform verifies an address (公众平台「接入指南」)."""
        echo = self._random_bytes(8).hex()
        answer = await self._call(self._signed(), None, echostr=echo)
        if isinstance(answer, str):
            return answer
        wrong = _status_fault(answer, _REFUSED)
        if wrong is None and answer.body != echo:
            wrong = "回答的不是 echostr 的原文：地址前面有别的程序在回答"
        return wrong

    async def deliver(self) -> str | None:
        """An event nobody answers, encrypted unless messages come in the clear."""
        answer = await self._call(*self._event())
        if isinstance(answer, str):
            return answer
        wrong = _status_fault(answer, _REFUSED)
        if wrong is None and answer.body not in ("", "success"):
            wrong = "回答的不是 success：地址前面有别的程序在回答"
        return wrong

    async def refuses_forgery(self) -> str | None:
        """The same event with a wrong signature must not get in."""
        query, body = self._event()
        answer = await self._call({**query, "signature": "0" * 40}, body)
        if isinstance(answer, str):
            return answer
        if answer.status == 403:
            return None
        return f"签名不对的请求没有被拒绝（HTTP {answer.status}）：地址前面有别的程序在回答"

    def _event(self) -> tuple[dict[str, str], bytes]:
        query = self._signed()
        event = (
            f"<xml><ToUserName>{cdata(OPENID)}</ToUserName>"
            f"<FromUserName>{cdata(OPENID)}</FromUserName>"
            f"<CreateTime>{query['timestamp']}</CreateTime>"
            "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[xiaobao_check]]></Event></xml>"
        )
        if self._account.mode == PLAIN:
            return query, event.encode()
        cipher = MessageCipher(self._account.keys[0], self._account.app_id)
        encrypted = cipher.encrypt(event, self._random_bytes(SALT_BYTES))
        signed = (query["timestamp"], query["nonce"], encrypted)
        query["msg_signature"] = sign(self._account.token, *signed)
        query["encrypt_type"] = "aes"
        return query, f"<xml><Encrypt>{cdata(encrypted)}</Encrypt></xml>".encode()

    def _signed(self) -> dict[str, str]:
        timestamp = str(int(self._now().timestamp()))
        nonce = self._random_bytes(8).hex()
        signature = sign(self._account.token, timestamp, nonce)
        return {"signature": signature, "timestamp": timestamp, "nonce": nonce}

    async def _call(
        self, query: Mapping[str, str], body: bytes | None, **more: str
    ) -> Answer | str:
        """The answer, or why there is none."""
        try:
            async with (
                aiohttp.ClientSession(trust_env=False) as session,
                session.request(
                    "GET" if body is None else "POST",
                    self._url,
                    params={**query, **more},
                    data=body,
                    headers={} if body is None else {"Content-Type": "text/xml"},
                    allow_redirects=False,
                    timeout=aiohttp.ClientTimeout(total=self._patience),
                ) as response,
            ):
                content = (await response.content.read(LONGEST_ANSWER)).decode(errors="replace")
                return Answer(response.status, content, response.headers.get("Location", ""))
        except aiohttp.ClientConnectorCertificateError:
            return "HTTPS 证书不对：过期、域名不符，或者缺中间证书"
        except (aiohttp.ClientError, ValueError) as exc:
            return (
                f"连不上（{type(exc).__name__}）：检查域名、端口和防火墙；"
                "只能从外网访问的，请在外网的机器上自查"
            )
        except asyncio.TimeoutError:
            return f"{self._patience:g} 秒没有回答：微信只等这么久"


def _status_fault(answer: Answer, refused: str) -> str | None:
    if answer.status == 200:
        return None
    if answer.status in (301, 302, 303, 307, 308):
        return (
            f"地址会跳转到 {answer.location or '别处'}，微信不跟着走："
            "把后台的 URL 和 WECHAT_PUBLIC_URL 改成最后的地址，注意 https 和末尾的斜杠"
        )
    known = {400: _UNREADABLE, 403: refused, 404: _MISSING, 502: _AWAY, 503: _AWAY, 504: _AWAY}
    return known.get(answer.status, f"回答了 HTTP {answer.status}：看小保和代理的日志")
