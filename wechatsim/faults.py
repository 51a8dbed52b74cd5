"""Trouble on demand: what tests and newcomers switch on to see how the account's server takes it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Refusal:
    """The next `times` calls whose path ends with `path` get this error code instead."""

    path: str
    errcode: int
    times: int = 1


@dataclass
class Faults:
    """All off at the start."""

    drop_replies: int = 0
    """So many answers of the account's server get lost on their way; the platform tries again."""
    repeat: int = 0
    """Every packet is posted so many more times although it was answered."""
    same_signature: bool = False
    """Repeats carry the first attempt's timestamp, nonce and signature instead of new ones."""
    slow_seconds: float = 0.0
    """Every call of the interface takes so much longer."""
    exhausted: bool = False
    """No customer-service message is left to anybody: 45047."""
    template_failure: str = ""
    """How template messages end instead of success, e.g. `failed: system failed`."""
    refusals: list[Refusal] = field(default_factory=list)

    def refuse(self, path: str, errcode: int, times: int = 1) -> None:
        """E.g. ``refuse("message/custom/send", -1, times=2)``: twice 系统繁忙."""
        self.refusals.append(Refusal(path, errcode, times))

    def refusal_of(self, path: str) -> int | None:
        """The error code this call gets, used up by it; None when it goes through."""
        for refusal in self.refusals:
            if refusal.times > 0 and path.endswith(refusal.path):
                refusal.times -= 1
                return refusal.errcode
        return None

    def loses_reply(self) -> bool:
        """Whether this answer gets lost, used up by it."""
        if self.drop_replies <= 0:
            return False
        self.drop_replies -= 1
        return True
