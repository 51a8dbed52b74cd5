"""What the administrator of an official account sets on mp.weixin.qq.com.

Names as on the page 「设置与开发 → 开发接口管理 → 基本配置」: AppID, AppSecret, 服务器地址(URL),
令牌(Token), 消息加解密密钥(EncodingAESKey), 消息加解密方式.
"""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

SERVER_URL = "http://127.0.0.1:5005/webhooks/wechat/"
ORIGINAL_ID = "gh_51a1b2c3d4e5"
TEMPLATE_ID = "sim-template-00000000000000000000000000000"
_THIS_MACHINE = r"http://(?:127\.0\.0\.1|localhost)(?::[0-9]{1,5})?"
"""A simulator talks to no other machine: nothing that real customers use can be mistaken for what
is tried here, nor the other way round."""
_LETTERS_AND_DIGITS = string.ascii_letters + string.digits


class Mode(str, Enum):
    """消息加解密方式：明文、兼容、安全。"""

    PLAIN = "plain"
    COMPATIBLE = "compatible"
    ENCRYPTED = "encrypted"


@dataclass(frozen=True)
class Account:
    """One official account; raises ValueError with the name of a field that cannot be."""

    app_id: str
    secret: str
    token: str
    aes_key: str
    mode: Mode = Mode.ENCRYPTED
    server_url: str = SERVER_URL
    original_id: str = ORIGINAL_ID
    template_id: str = TEMPLATE_ID
    customer_service: bool = True
    """Verified service accounts may send by themselves; others only answer."""
    recognizes_voice: bool = True

    def __post_init__(self) -> None:
        rules = {
            "app_id": r"wx[0-9a-f]{16}",
            "secret": r"\S+",
            "token": r"[A-Za-z0-9]{3,32}",
            "aes_key": r"[A-Za-z0-9]{43}",
            "server_url": rf"{_THIS_MACHINE}(?:[/?]\S*)?",
            "original_id": r"gh_[0-9a-f]{12}",
        }
        for name, rule in rules.items():
            if not re.fullmatch(rule, getattr(self, name)):
                raise ValueError(name)

    @classmethod
    def generated(cls, choose: Callable[[str], str] = secrets.choice) -> Account:
        """A new account with values of its own; `choose` picks one character of a text."""

        def text(length: int, of: str = _LETTERS_AND_DIGITS) -> str:
            return "".join(choose(of) for _ in range(length))

        return cls(
            app_id="wx" + text(16, "0123456789abcdef"),
            secret=text(32, "0123456789abcdef"),
            token=text(32),
            aes_key=text(43),
        )
