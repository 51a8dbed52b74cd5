"""Error codes of the interface (全局返回码说明) and of the simulator's own page."""

from __future__ import annotations

BUSY = -1
INVALID_CREDENTIAL = 40001
INVALID_GRANT_TYPE = 40002
INVALID_OPENID = 40003
INVALID_MEDIA_TYPE = 40004
INVALID_MEDIA_ID = 40007
INVALID_MESSAGE_TYPE = 40008
INVALID_IMAGE_SIZE = 40009
INVALID_VOICE_SIZE = 40010
INVALID_VIDEO_SIZE = 40011
INVALID_THUMB_SIZE = 40012
INVALID_APP_ID = 40013
INVALID_BUTTON_COUNT = 40016
INVALID_BUTTON_TYPE = 40017
INVALID_BUTTON_NAME = 40018
INVALID_BUTTON_KEY = 40019
INVALID_BUTTON_URL = 40020
INVALID_BUTTON_DEPTH = 40022
INVALID_SUB_BUTTON_COUNT = 40023
INVALID_SUB_BUTTON_TYPE = 40024
INVALID_SUB_BUTTON_NAME = 40025
INVALID_SUB_BUTTON_KEY = 40026
INVALID_SUB_BUTTON_URL = 40027
INVALID_TEMPLATE_ID = 40037
INVALID_ACTION_INFO = 40053
INVALID_ARGUMENTS = 40097
INVALID_SECRET = 40125
TOKEN_MISSING = 41001
MEDIA_MISSING = 41005
TOKEN_EXPIRED = 42001
NOT_SUBSCRIBED = 43004
EMPTY_TEXT = 44004
TOO_LONG = 45002
RATE_LIMIT = 45009
OUT_OF_TIME = 45015
OUT_OF_QUOTA = 45047
NO_MENU = 46003
BAD_DATA = 47001
BAD_TEMPLATE_DATA = 47003
UNAUTHORIZED = 48001
NO_CLEARING_LEFT = 48006

_MESSAGES = {
    BUSY: "system error",
    INVALID_CREDENTIAL: "invalid credential, access_token is invalid or not latest",
    INVALID_GRANT_TYPE: "invalid grant_type",
    INVALID_OPENID: "invalid openid",
    INVALID_MEDIA_TYPE: "invalid media type",
    INVALID_MEDIA_ID: "invalid media_id",
    INVALID_MESSAGE_TYPE: "invalid message type",
    INVALID_IMAGE_SIZE: "invalid image size",
    INVALID_VOICE_SIZE: "invalid voice size",
    INVALID_VIDEO_SIZE: "invalid video size",
    INVALID_THUMB_SIZE: "invalid thumb size",
    INVALID_APP_ID: "invalid appid",
    INVALID_BUTTON_COUNT: "invalid button size",
    INVALID_BUTTON_TYPE: "invalid button type",
    INVALID_BUTTON_NAME: "invalid button name size",
    INVALID_BUTTON_KEY: "invalid button key size",
    INVALID_BUTTON_URL: "invalid button url size",
    INVALID_BUTTON_DEPTH: "invalid sub button level",
    INVALID_SUB_BUTTON_COUNT: "invalid sub button size",
    INVALID_SUB_BUTTON_TYPE: "invalid sub button type",
    INVALID_SUB_BUTTON_NAME: "invalid sub button name size",
    INVALID_SUB_BUTTON_KEY: "invalid sub button key size",
    INVALID_SUB_BUTTON_URL: "invalid sub button url size",
    INVALID_TEMPLATE_ID: "invalid template_id",
    INVALID_ACTION_INFO: "invalid action info",
    INVALID_ARGUMENTS: "invalid args",
    INVALID_SECRET: "invalid appsecret",
    TOKEN_MISSING: "access_token missing",
    MEDIA_MISSING: "media data missing",
    TOKEN_EXPIRED: "access_token expired",
    NOT_SUBSCRIBED: "require subscribe",
    EMPTY_TEXT: "empty content",
    TOO_LONG: "content size out of limit",
    RATE_LIMIT: "reach max api daily quota limit",
    OUT_OF_TIME: "response out of time limit or subscription is canceled",
    OUT_OF_QUOTA: "out of response count limit",
    NO_MENU: "menu no exist",
    BAD_DATA: "data format error",
    BAD_TEMPLATE_DATA: "argument invalid!",
    UNAUTHORIZED: "api unauthorized",
    NO_CLEARING_LEFT: "forbid to clear quota because of reaching the limit",
}


class ApiError(Exception):
    """The interface refuses a call: errcode and errmsg, with HTTP status 200."""

    def __init__(self, errcode: int) -> None:
        self.errcode = errcode
        self.errmsg = _MESSAGES.get(errcode, "error")
        super().__init__(f"{errcode} {self.errmsg}")


class CannotDo(Exception):
    """What a user of the phone or the page cannot do now; the message is plain Chinese."""
