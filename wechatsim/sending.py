"""Messages the account sends by itself: customer-service and template messages."""

from __future__ import annotations

from typing import Any

from wechatsim import errors, packets
from wechatsim.errors import ApiError
from wechatsim.journal import Choice, Shown
from wechatsim.packets import Sent
from wechatsim.platform import Platform, User
from wechatsim.replies import LONGEST_TEXT

_MEDIA_WORDS = {"image": "［图片］", "voice": "［语音］"}


def receiver(platform: Platform, order: Any) -> User:
    """Whom a message goes to; raises ApiError 40003."""
    openid = order.get("touser") if isinstance(order, dict) else None
    user = platform.users.get(openid) if isinstance(openid, str) else None
    if user is None:
        raise ApiError(errors.INVALID_OPENID)
    return user


def send_custom(platform: Platform, order: Any) -> None:
    """发送客服消息: `order` is the body. Raises ApiError.

    48001 no right to it, 40003 unknown user, 40008 unknown kind, 44004 empty, 45002 too long,
    40007 unknown file, 47001 not as documented, 45015 out of time or not following, 45047 no more.
    """
    if not platform.account.customer_service:
        raise ApiError(errors.UNAUTHORIZED)
    user = receiver(platform, order)
    shown = _custom(platform, user.openid, order)
    if not user.following:
        raise ApiError(errors.OUT_OF_TIME)
    if platform.faults.exhausted:
        raise ApiError(errors.OUT_OF_QUOTA)
    user.allowance.take(platform.clock.now())
    platform.journal.add(shown)


def _custom(platform: Platform, openid: str, order: dict[str, Any]) -> Shown:
    now, kind = platform.clock.now(), order.get("msgtype")
    body = order.get(kind) if isinstance(kind, str) else None
    if kind not in ("text", "msgmenu", *_MEDIA_WORDS):
        raise ApiError(errors.INVALID_MESSAGE_TYPE)
    if not isinstance(body, dict):
        raise ApiError(errors.BAD_DATA)
    if kind == "text":
        return Shown(now, openid, "account", "service", _text(body.get("content")))
    if kind == "msgmenu":
        head, choices, tail = _menu(body)
        return Shown(now, openid, "account", "service", head, "menu", choices=choices, tail=tail)
    media_id = platform.media.get(body.get("media_id")).media_id
    return Shown(now, openid, "account", "service", _MEDIA_WORDS[kind], kind, media_id)


def _text(content: Any) -> str:
    if not isinstance(content, str) or not content:
        raise ApiError(errors.EMPTY_TEXT)
    if len(content.encode()) > LONGEST_TEXT:
        raise ApiError(errors.TOO_LONG)
    return content


def _menu(body: dict[str, Any]) -> tuple[str, tuple[Choice, ...], str]:
    try:
        choices = tuple(Choice(str(line["id"]), str(line["content"])) for line in body["list"])
    except (TypeError, KeyError) as exc:
        raise ApiError(errors.BAD_DATA) from exc
    head, tail = str(body.get("head_content") or ""), str(body.get("tail_content") or "")
    _text("\n".join([head, *(choice.text for choice in choices), tail]))
    if not choices:
        raise ApiError(errors.BAD_DATA)
    return head, choices, tail


async def send_template(platform: Platform, order: Any, message: int) -> None:
    """Shows a template message and tells the account's server how it went.

    `order` has passed `check_template`; `message` is the msgid it got.
    """
    user = receiver(platform, order)
    status = platform.faults.template_failure or "success"
    if user.refuses_templates:
        status = "failed:user block"
    now = platform.clock.now()
    if status == "success":
        text, url = _template_text(order["data"]), order.get("url") or None
        platform.journal.add(
            Shown(now, user.openid, "account", "template", text, "template", url=url)
        )
    sent = Sent(user.openid, platform.account.original_id, platform.clock.timestamp())
    await platform.courier.deliver(
        platform.account, packets.template_finished(sent, message, status)
    )


def check_template(platform: Platform, order: Any) -> None:
    """发送模板消息. Raises ApiError.

    48001 no right to it, 40003 unknown user, 43004 not following, 40037 unknown template,
    47003 values missing.
    """
    if not platform.account.customer_service:
        raise ApiError(errors.UNAUTHORIZED)
    if not receiver(platform, order).following:
        raise ApiError(errors.NOT_SUBSCRIBED)
    if order.get("template_id") != platform.account.template_id:
        raise ApiError(errors.INVALID_TEMPLATE_ID)
    data = order.get("data")
    if not isinstance(data, dict) or not all(_has_value(field) for field in data.values()):
        raise ApiError(errors.BAD_TEMPLATE_DATA)


def _has_value(field: Any) -> bool:
    return isinstance(field, dict) and isinstance(field.get("value"), str)


def _template_text(data: dict[str, Any]) -> str:
    return "\n".join(f"{name}：{field['value']}" for name, field in data.items())
