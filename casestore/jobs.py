"""The background jobs of the service, and the thread that runs them beside the pages."""

import threading
from datetime import time, timedelta

from casestore.edge.services import Services
from casestore.service.jobs import Job, JobRunner

# The thread looks this often; each job has its own interval.
_PAUSE_SECONDS = 5.0
_STOP_SECONDS = 10.0
_NIGHT = time(2, 0)

_MINUTE = timedelta(minutes=1)


def all_jobs(reach: Services) -> list[Job]:
    """Everything that is done without anybody asking for it."""
    return [
        Job("assignment", timedelta(seconds=10), reach.assignment.assign_waiting),
        Job("watch", _MINUTE, reach.watch.watch),
        Job("tasks", 15 * _MINUTE, reach.tasks.remind),
        Job("messenger", _MINUTE, reach.reminders.post),
        Job("alerts", 15 * _MINUTE, lambda: reach.alerts.watch(reach.now())),
        Job("notices", 5 * _MINUTE, lambda: reach.notices.remind(reach.now())),
        Job("chats", timedelta(seconds=10), reach.chat_watch.watch),
        Job("chats_kept", timedelta(days=1), reach.chat_watch.forget, _NIGHT),
        Job("reminders_kept", timedelta(days=1), reach.reminders.forget, _NIGHT),
        Job("retention", timedelta(days=1), reach.retention.erase_due, _NIGHT),
    ]


class JobThread:
    """Runs the jobs in a ``with`` block; dies with the process."""

    def __init__(self, runner: JobRunner, pause_seconds: float = _PAUSE_SECONDS) -> None:
        self._runner = runner
        self._pause = pause_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)

    def __enter__(self) -> "JobThread":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End after the job that runs now, and wait a little for that."""
        self._stop.set()
        self._thread.join(_STOP_SECONDS)

    def _work(self) -> None:
        self._runner.tick()
        while not self._stop.wait(self._pause):
            self._runner.tick()
