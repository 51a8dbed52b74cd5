"""`wechat check`: everything between the platform and us, tried one after the other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

from bot.channels.wechat.advice import advice
from bot.channels.wechat.client import Platform, WeChatClient
from bot.channels.wechat.menu import LOCAL_HOSTS, load_menu, on_platform, published
from bot.channels.wechat.own_address import OPENID, OwnAddress
from bot.errors import MenuError, StorageError, WeChatError
from bot.settings import Settings

UNKNOWN_OPENID = 40003
"""The answer that shows a right to send: the platform looked for the customer."""
ALSO_ALLOWED = (UNKNOWN_OPENID, 43004, 45015)
_PORTS = (None, 80, 443)


class State(Enum):
    """How a check ended; the value is the mark before its line."""

    GOOD = "✓"
    BAD = "✗"
    SKIPPED = "－"


@dataclass(frozen=True)
class Result:
    """A line of the report: what was looked at, and what was found or has to be done."""

    what: str
    state: State
    said: str = ""

    def __str__(self) -> str:
        return f"{self.state.value} {self.what}" + (f"：{self.said}" if self.said else "")


class Checks:
    """Tries everything; no customer notices anything of it."""

    def __init__(
        self,
        config: Settings,
        platform: Platform,
        client: WeChatClient,
        own_address: OwnAddress,
    ) -> None:
        self._config = config
        self._platform = platform
        self._client = client
        self._own = own_address

    async def run(self) -> AsyncIterator[Result]:
        """The results as they come; what cannot be tried is skipped, and says why."""
        yield self._settings()
        token = await self._token()
        yield token
        for what, check in (
            ("微信的回调地址", self._callback_ips),
            ("菜单", self._menu),
            ("客服消息", self._customer_service),
        ):
            if token.state is State.GOOD:
                yield await self._of_platform(what, check)
            else:
                yield Result(what, State.SKIPPED, "先解决 access_token")
        address = self._address()
        yield address
        for what, attempt in (
            ("验证请求", self._own.verify),
            ("收消息", self._own.deliver),
            ("拒绝假签名", self._own.refuses_forgery),
        ):
            if address.state is State.GOOD:
                wrong = await attempt()
                yield Result(what, State.BAD if wrong else State.GOOD, wrong or "")
            else:
                yield Result(what, State.SKIPPED, "先填好服务器地址")

    def _settings(self) -> Result:
        """That nothing is missing among them is seen when they are read."""
        what, app_id = "设置", self._config.wechat_app_id
        if self._config.wechat_mode == "encrypted":
            return Result(what, State.GOOD, f"{app_id}，安全模式")
        said = "消息没有加密；请把 WECHAT_MODE 和后台的“消息加解密方式”都改成安全模式"
        return Result(what, State.BAD, said)

    async def _token(self) -> Result:
        """Asked of the platform anew: the one we hold may be older than the settings."""
        what, secret = "access_token", self._config.wechat_app_secret.get_secret_value()
        if not secret:
            said = "没有填 WECHAT_APP_SECRET：收消息和当场回复不需要它，发菜单需要"
            return Result(what, State.SKIPPED, said)
        body = {
            "grant_type": "client_credential",
            "appid": self._config.wechat_app_id,
            "secret": secret,
            "force_refresh": False,
        }
        try:
            await self._platform.ask("/cgi-bin/stable_token", {}, body)
        except WeChatError as exc:
            return Result(what, State.BAD, advice(exc))
        return Result(what, State.GOOD, "拿到了，AppID、AppSecret 和 IP 白名单都对")

    async def _of_platform(self, what: str, check: Callable[[], Awaitable[Result]]) -> Result:
        try:
            return await check()
        except WeChatError as exc:
            return Result(what, State.BAD, advice(exc))
        except (MenuError, StorageError) as exc:
            return Result(what, State.BAD, exc.message)

    async def _callback_ips(self) -> Result:
        found = await self._client.callback_ips()
        said = f"{len(found)} 个；防火墙要放行它们：{'、'.join(found[:3])}…"
        return Result("微信的回调地址", State.GOOD, said)

    async def _menu(self) -> Result:
        ours = published(load_menu(), self._config.wechat_public_url)
        if on_platform(await self._client.get_menu()) == ours:
            return Result("菜单", State.GOOD, "与文件一致")
        said = "平台上的菜单与文件不同：运行 python -m bot wechat menu --publish"
        return Result("菜单", State.BAD, said)

    async def _customer_service(self) -> Result:
        what = "客服消息"
        if not self._config.wechat_customer_service:
            return Result(what, State.SKIPPED, "WECHAT_CUSTOMER_SERVICE=False，只当场回复")
        try:
            await self._client.send_text(OPENID, "自查")
        except WeChatError as exc:
            if exc.code not in ALSO_ALLOWED:
                raise
        return Result(what, State.GOOD, "账号有权限")

    def _address(self) -> Result:
        what, url = "服务器地址", self._config.wechat_public_url
        parts = urlsplit(url)
        if not url:
            said = "没有填 WECHAT_PUBLIC_URL：写后台“服务器地址(URL)”里的那个"
            return Result(what, State.BAD, said)
        if parts.hostname in LOCAL_HOSTS:
            return Result(what, State.GOOD, f"{url}（只能在本机试用）")
        if parts.scheme != "https" or parts.port not in _PORTS:
            return Result(what, State.BAD, "要用 https 和 443 端口，微信不连别的端口")
        return Result(what, State.GOOD, url)
