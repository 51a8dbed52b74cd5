"""What people do on their phones, and what they see of it."""

from __future__ import annotations

from wechatsim import packets
from wechatsim.delivery import Outcome
from wechatsim.errors import CannotDo
from wechatsim.journal import Choice, Shown
from wechatsim.media import SILENCE
from wechatsim.menus import Button, leaves
from wechatsim.packets import Packet, Sent
from wechatsim.platform import Platform, User
from wechatsim.scenes import Scene

FAILURE = "该公众号提供的服务出现故障，请稍后再试"
"""What the platform shows when the account's server fails."""


class Phone:
    """One user's phone. Every act delivers its packet and gives what it made the user see.

    Every act raises CannotDo when the phone would not let the user do it.
    """

    def __init__(self, platform: Platform, user: User) -> None:
        self._platform = platform
        self.user = user

    # -- messages ------------------------------------------------------------------------------

    async def say(self, text: str) -> list[Shown]:
        self._speaks()
        if not text.strip():
            raise CannotDo("不能发送空白消息")
        self._show_own(text)
        return await self._send(packets.text(self._sent(), text, self._platform.next_number()))

    async def picture(self, content: bytes, media_type: str) -> list[Shown]:
        self._speaks()
        medium = self._platform.media.add("image", content, media_type)
        self._show_own("［图片］", "image", medium.media_id)
        url = f"{self._platform.url}/sim/media/{medium.media_id}"
        number = self._platform.next_number()
        return await self._send(packets.picture(self._sent(), medium.media_id, url, number))

    async def voice(self, words: str) -> list[Shown]:
        """`words` is what was said: accounts with speech recognition get it as text."""
        self._speaks()
        medium = self._platform.media.add("voice", SILENCE, "audio/amr")
        self._show_own(f"［语音］{words}", "voice", medium.media_id)
        heard = words if self._platform.account.recognizes_voice else None
        number = self._platform.next_number()
        return await self._send(packets.voice(self._sent(), medium.media_id, heard, number))

    async def video(self, content: bytes) -> list[Shown]:
        """An MP4 file."""
        self._speaks()
        medium = self._platform.media.add("video", content, "video/mp4")
        self._show_own("［视频］", "video", medium.media_id)
        sent, number = self._sent(), self._platform.next_number()
        return await self._send(packets.video(sent, medium.media_id, medium.media_id, number))

    async def location(self, latitude: float, longitude: float, label: str) -> list[Shown]:
        """Degrees."""
        self._speaks()
        self._show_own(f"［位置］{label}")
        number = self._platform.next_number()
        packet = packets.location(self._sent(), latitude, longitude, label, number)
        return await self._send(packet)

    async def link(self, title: str, url: str) -> list[Shown]:
        self._speaks()
        self._show_own(f"［链接］{title}", url=url)
        number = self._platform.next_number()
        return await self._send(packets.link(self._sent(), title, url, number))

    async def choose(self, menu_id: str) -> list[Shown]:
        """Presses a line of a message menu. It counts as a click, not as a message."""
        self._must_follow()
        line = self._offered(menu_id)
        self.user.allowance.acted(self._platform.clock.now())
        self._show_own(line.text)
        number = self._platform.next_number()
        return await self._send(packets.choice(self._sent(), line.id, line.text, number))

    # -- events --------------------------------------------------------------------------------

    async def subscribe(self) -> list[Shown]:
        return await self._follow(None)

    async def unsubscribe(self) -> list[Shown]:
        self._must_follow()
        self.user.following = False
        return await self._send(packets.unsubscribe(self._sent()))

    async def scan(self, scene: str) -> list[Shown]:
        """Scans the account's QR code with this scene; a stranger follows by it."""
        code = self._platform.scenes.of(scene)
        if code is None:
            raise CannotDo("没有这个二维码，或者已经过期")
        if not self.user.following:
            return await self._follow(code)
        self.user.allowance.acted(self._platform.clock.now())
        return await self._send(packets.scan(self._sent(), code.scene, code.ticket))

    async def click(self, key: str) -> list[Shown]:
        """Presses the button of the account's menu with this key, or this address, or this name."""
        self._must_follow()
        button = self._button(key)
        return await self._send(self._pressed(button))

    # -- inside --------------------------------------------------------------------------------

    def _pressed(self, button: Button) -> Packet:
        kind, sent = button["type"], self._sent()
        if kind in ("view", "miniprogram"):
            return packets.view(sent, button["url"])
        self.user.allowance.acted(self._platform.clock.now())
        if kind in ("scancode_push", "scancode_waitmsg"):
            return packets.scancode(sent, kind, button["key"], "https://example.com/")
        if kind == "click":
            return packets.click(sent, button["key"])
        raise CannotDo(f"模拟器按不了 {kind} 类型的菜单")

    async def _follow(self, code: Scene | None) -> list[Shown]:
        if self.user.following:
            raise CannotDo("已经关注了")
        self.user.following = True
        self.user.allowance.acted(self._platform.clock.now())
        scene, ticket = (code.scene, code.ticket) if code else (None, "")
        return await self._send(packets.subscribe(self._sent(), scene, ticket))

    async def _send(self, packet: Packet) -> list[Shown]:
        platform = self._platform
        outcome = await platform.courier.deliver(platform.account, packet)
        shown = self._seen(outcome, packet)
        for thing in shown:
            platform.journal.add(thing)
        return shown

    def _seen(self, outcome: Outcome, packet: Packet) -> list[Shown]:
        now, openid, reply = self._platform.clock.now(), self.user.openid, outcome.reply
        if outcome.failed and packet.awaits_answer:
            return [Shown(now, openid, "notice", "system", FAILURE)]
        if reply is None or reply.kind == "transfer_customer_service":
            return []
        media_id = reply.media_id
        return [Shown(now, openid, "account", "passive", reply.text, reply.kind, media_id)]

    def _show_own(
        self, text: str, kind: str = "text", media_id: str | None = None, url: str | None = None
    ) -> None:
        now = self._platform.clock.now()
        shown = Shown(now, self.user.openid, "user", "message", text, kind, media_id, url)
        self._platform.journal.add(shown)

    def _sent(self) -> Sent:
        platform = self._platform
        return Sent(self.user.openid, platform.account.original_id, platform.clock.timestamp())

    def _speaks(self) -> None:
        self._must_follow()
        self.user.allowance.spoke(self._platform.clock.now())

    def _must_follow(self) -> None:
        if not self.user.following:
            raise CannotDo("还没有关注这个公众号")

    def _offered(self, menu_id: str) -> Choice:
        for shown in reversed(self._platform.journal.shown(self.user.openid)):
            for line in shown.choices:
                if line.id == menu_id:
                    return line
        raise CannotDo("没有收到过这个选项")

    def _button(self, key: str) -> Button:
        for button in leaves(self._platform.menu or []):
            if key in (button.get("key"), button.get("url"), button.get("name")):
                return button
        raise CannotDo("菜单里没有这一项")
