"""Posts texts to a group robot of the staff's messenger (enterprise WeChat or one like it)."""

import json
import logging
import urllib.request
from http.client import HTTPException

_TIMEOUT_SECONDS = 5.0
_LONGEST_ANSWER = 10_000

_log = logging.getLogger(__name__)


class WebhookMessenger:
    """Implements ``service.job_ports.Messenger``. ``url`` is a secret: it holds the robot's key."""

    def __init__(self, url: str, timeout: float = _TIMEOUT_SECONDS) -> None:
        self._url = url
        self._timeout = timeout

    def post(self, text: str) -> bool:
        """See the port. The robot answers 200 with ``errcode`` 0; others may send no body."""
        body = json.dumps({"msgtype": "text", "text": {"content": text}}, ensure_ascii=False)
        # domain.webhook has let only http and https through.
        request = urllib.request.Request(  # noqa: S310
            self._url, body.encode(), {"Content-Type": "application/json; charset=utf-8"}
        )
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as answer:  # noqa: S310
                return _is_taken(answer.read(_LONGEST_ANSWER))
        except (OSError, ValueError, HTTPException) as exc:
            _log.warning("messenger_failed error=%s", type(exc).__name__)
            return False


def _is_taken(answer: bytes) -> bool:
    if not answer.strip():
        return True
    try:
        found = json.loads(answer)
    except ValueError:
        return True  # a robot that answers in another way, with status 200
    code = found.get("errcode", 0) if isinstance(found, dict) else 0
    if code != 0:
        _log.warning("messenger_refused errcode=%s", code)
    return bool(code == 0)
