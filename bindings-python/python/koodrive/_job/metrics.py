"""Writes a job's metrics in the text format of Prometheus, for the textfile collector of node_exporter.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import errno
import os
import pathlib
import time
from typing import NamedTuple

from .. import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Optional

    from .._dispatch import Progress
    from .watch import Watch

_PREFIX = "koodrive_job_"

#: Errors of replacing a file that may still be writable: the file is a mount, or its folder belongs to another user.
_IN_PLACE = (errno.EBUSY, errno.EACCES, errno.EPERM, errno.EROFS)

#: Name, type and help of each metric.
_METRICS = (
    ("info", "gauge", "The job; its value is always 1."),
    ("running", "gauge", "1 while the job runs, 0 when it has ended."),
    ("rows", "gauge", "Rows of the job by state, including those of earlier runs."),
    ("requests_total", "counter", "Requests that this run has sent."),
    ("repeats_total", "counter", "Requests that repeat a call."),
    ("throttled_total", "counter", "Answers with status 429."),
    ("unavailable_total", "counter", "Answers with status 503."),
    ("failed_total", "counter", "Exchanges without an answer, or with another status than 200 and 429."),
    ("rate_requests_per_second", "gauge", "The configured rate."),
    ("pace_requests_per_second", "gauge", "The present rate, at most the configured one."),
    ("slowed", "gauge", "Whether the pace is below the rate, by reason."),
    ("wait_until_timestamp_seconds", "gauge", "The time until which the service asked to wait; 0 for no wait."),
    ("start_timestamp_seconds", "gauge", "The start of this run."),
    ("updated_timestamp_seconds", "gauge", "The time at which this file was written."),
    ("end_timestamp_seconds", "gauge", "The end of this run."),
    ("exit_code", "gauge", "The exit code of this run."),
    ("halted", "gauge", "Whether this run was halted."),
)  # fmt: skip


class Sample(NamedTuple):
    """The state of a job at one time."""

    #: Id, source and hash of the job; None before the source was read.
    job: Optional[str]
    source: Optional[str]
    source_sha256: Optional[str]
    rows: dict[str, int]
    started_at: float
    #: Set from the first request on.
    progress: Optional[Progress] = None
    watch: Optional[Watch] = None
    rate: Optional[float] = None
    #: Set at the end of the job.
    exit_code: Optional[int] = None
    halt: Optional[str] = None


def text(path: str, sample: Sample) -> str:
    """Returns the metrics of ``sample``. The label ``name`` is the file name of ``path``, to tell jobs apart."""
    name = ("name", pathlib.PurePath(path).stem)
    lines = []
    values: dict[str, list[tuple[tuple[tuple[str, str], ...], Any]]] = {}
    for metric, labels, value in _values(sample):
        values.setdefault(metric, []).append(((name, *labels), value))
    for metric, kind, about in _METRICS:
        if metric in values:
            lines += [f"# HELP {_PREFIX}{metric} {about}", f"# TYPE {_PREFIX}{metric} {kind}"]
            lines += [f"{_PREFIX}{metric}{{{_labels(labels)}}} {value!r}" for labels, value in values[metric]]
    return "\n".join(lines) + "\n"


def _values(it: Sample) -> Iterator[tuple[str, tuple[tuple[str, str], ...], Any]]:
    """Yields metric, labels and value."""
    known = {"job": it.job, "source": it.source, "source_sha256": it.source_sha256, "version": _core.VERSION}
    yield "info", tuple((label, value or "") for label, value in known.items()), 1
    has_ended = it.exit_code is not None
    yield "running", (), int(not has_ended)
    for state, rows in it.rows.items():
        yield "rows", (("state", state),), rows
    if it.progress is not None and it.watch is not None:
        progress, watch = it.progress, it.watch
        yield "requests_total", (), progress.requests
        yield "repeats_total", (), max(progress.requests - (progress.pushed - progress.queued - progress.not_sent), 0)
        yield "throttled_total", (), watch.throttled
        yield "unavailable_total", (), watch.unavailable
        yield "failed_total", (), watch.failed
        yield "rate_requests_per_second", (), it.rate
        yield "pace_requests_per_second", (), progress.rate
        for reason in ("throttled", "failing"):
            yield "slowed", (("reason", reason),), int(progress.slowed == reason)
        yield "wait_until_timestamp_seconds", (), watch.wait_until if watch.wait_until > time.time() else 0
    now = time.time()
    yield "start_timestamp_seconds", (), round(it.started_at, 3)
    yield "updated_timestamp_seconds", (), round(now, 3)
    if has_ended:
        yield "end_timestamp_seconds", (), round(now, 3)
        yield "exit_code", (), it.exit_code
        yield "halted", (), int(it.halt is not None)


def _labels(labels: Any) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in labels)


def _escaped(value: str) -> str:
    value = value.encode("utf-8", "backslashreplace").decode()
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def write(path: str, content: str) -> None:
    """Replaces the file at ``path`` atomically, so that a reader sees the old or the new content. Raises ``OSError``.

    Anything other than a plain file, such as a pipe or a mount of one file, is written in place.
    """
    path = os.path.realpath(path)
    data = content.encode("utf-8", "backslashreplace")
    new = f"{path}.{os.getpid()}.new"
    if not os.path.exists(path) or os.path.isfile(path):
        try:
            with open(new, "wb") as file:
                file.write(data)
            os.replace(new, path)
            return
        except OSError as error:
            try:
                os.unlink(new)
            except OSError:
                pass
            if error.errno not in _IN_PLACE or not os.path.exists(path):
                raise
    with open(path, "wb") as file:
        file.write(data)
