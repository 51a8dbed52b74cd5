"""The exception tree of the assistant.

    BotError
    x ConfigurationError         settings, model or machine are not fit to start
    x StorageError               a database of ours cannot be read or written
      - JournalUnavailable       the complaint could not be put on disk
        . EvidenceUnavailable    a document could not be put on disk or read
    x EvidenceRefused            a document that cannot be taken, with the reason
    x BrokerError                what carries facts to be counted cannot be reached or refuses
    x Unwell                     a process of ours has stopped or hangs
    x BackupFailed               a backup or a restore did not come to its end
    x SheetError                 the review sheet cannot be read or written
    x TurnFailed                 a turn of the assistant could not run to its end
    x CaseStoreError
      - Retryable                try again later: network, time-out, 408, 429, 5xx
      - Permanent                trying again cannot help: refused for its content
      - NotFound                 no such case, or the proof does not match
      - TooManyAttempts          the proof was wrong too often
    x ChannelError               a customer's request that cannot be served; has a status
    x WeChatError                the WeChat platform refused a call; has its error code
      - WeChatUnreachable        no answer, or none that can be read: try again later
    x CampaignError              a campaign file is not fit to be used; lists every fault
    x BookingRefused             a time for a call cannot be booked
      - SlotFull                 no seat is left
      - AlreadyBooked            this customer has a time of the campaign already
    x MenuError                  the menu file is not fit to be published
    x SmsError                   the text message platform refused a message
      - SmsUnreachable           no answer, or none that can be read: try again later

Every message is plain Chinese and fit to be shown.
"""

from __future__ import annotations

from collections.abc import Sequence


class BotError(Exception):
    """小保遇到了问题，请稍后再试。"""

    def __init__(self, message: str | None = None) -> None:
        self.message = message or (self.__doc__ or "").strip().splitlines()[0]
        super().__init__(self.message)


class ConfigurationError(BotError):
    """设置不完整，无法启动。"""


class StorageError(BotError):
    """数据库暂时无法读写。"""


class JournalUnavailable(StorageError):
    """投诉登记簿暂时无法写入，您的投诉还没有提交。"""


class EvidenceUnavailable(JournalUnavailable):
    """材料暂时无法保存，请稍后再发一次。"""


class EvidenceRefused(BotError):
    """这份材料不能接收，请换一份再试。"""


class BrokerError(BotError):
    """消息队列暂时连不上，稍后会再试。"""


class Unwell(BotError):
    """进程没有在正常工作。"""


class BackupFailed(BotError):
    """备份或恢复没有完成。"""


class SheetError(BotError):
    """审阅表读不出来，或者写不进去。"""


class TurnFailed(BotError):
    """这句话没有处理成功，请稍后再发一次。"""


class CaseStoreError(BotError):
    """投诉受理系统返回了错误。"""


class Retryable(CaseStoreError):
    """投诉受理系统暂时无法连接。"""


class Permanent(CaseStoreError):
    """投诉受理系统拒绝了这份内容。"""


class NotFound(CaseStoreError):
    """没有查到这个投诉编号，或者手机尾号不一致。"""


class TooManyAttempts(CaseStoreError):
    """查询次数太多了，请一小时后再试。"""


class ChannelError(BotError):
    """这条消息没有处理成功，请再试一次。"""

    def __init__(
        self, status: int, code: str, message: str, retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.retry_after = retry_after


class WeChatError(BotError):
    """微信平台没有接受这次调用。"""

    def __init__(self, message: str | None = None, *, code: int = -1, detail: str = "") -> None:
        """`code` is the platform's errcode; `detail` its errmsg, for the operator."""
        super().__init__(message)
        self.code = code
        self.detail = detail


class WeChatUnreachable(WeChatError):
    """微信平台没有回应，稍后会再试。"""


class MenuError(BotError):
    """公众号菜单文件不正确。"""


class SmsError(BotError):
    """短信平台没有接受这条短信。"""

    def __init__(self, message: str | None = None, *, status: int = 0) -> None:
        """`status` is the platform's HTTP status; 0 when there was none."""
        super().__init__(message)
        self.status = status


class SmsUnreachable(SmsError):
    """短信平台没有回应，稍后会再试。"""


class BookingRefused(BotError):
    """这个时段没有约上。"""


class SlotFull(BookingRefused):
    """这个时段已经约满了，请换一个时段。"""


class AlreadyBooked(BookingRefused):
    """您已经约过这次活动的回电了。"""


class CampaignError(BotError):
    """宣传活动的文件不正确。"""

    def __init__(self, message: str | None = None, faults: Sequence[str] = ()) -> None:
        """`message` names the file; each fault is a line of its own."""
        super().__init__("\n".join([message or "宣传活动的文件不正确。", *faults]))
        self.faults = tuple(faults)
