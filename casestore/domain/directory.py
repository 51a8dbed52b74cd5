"""Who and what is meant by the usernames and branch codes that cases carry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from casestore.domain.staff import SYSTEM, Branch, Officer

_STAFF = "staff:"
_CLIENT = "client:"


@dataclass(frozen=True)
class Directory:
    """``officers`` are those who may sign in now; ``people`` names everybody there ever was."""

    officers: Sequence[Officer] = ()
    people: Mapping[str, str] = field(default_factory=dict)
    branches: Sequence[Branch] = ()

    def person(self, username: str | None) -> str:
        """What colleagues call somebody; the username if nobody knows, empty for nobody."""
        if username == SYSTEM.username:
            return SYSTEM.name
        return self.people.get(username or "", username or "")

    def branch(self, code: str | None) -> str:
        """The name of a branch; the code if it is unknown, empty for none."""
        return self.branch_names.get(code or "", code or "")

    @cached_property
    def branch_names(self) -> Mapping[str, str]:
        """The names of the branches by code; made once, because lists ask for every line."""
        return {branch.code: branch.name for branch in self.branches}

    def actor(self, actor: str) -> str:
        """Who an event's actor is: a colleague, a client's program, or the system."""
        if actor.startswith(_CLIENT):
            return f"接入系统 {actor.removeprefix(_CLIENT)}"
        return self.person(actor.removeprefix(_STAFF))
