"""Reports the end of a job's command: as fields of ``--json``, in ``--summary-file`` and in ``--metrics-file``.

A file that cannot be written changes neither the job nor the exit code. The error is reported once.
"""

from __future__ import annotations

import time

from .._job import metrics, report
from .._job.journal import PENDING
from .._words import words
from ._exit_codes import BAD_INPUT, DONE, INTERRUPTED, NOT_SENT, OUTCOME_UNKNOWN, REFUSED, UNEXPECTED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from typing import Any, Optional

    from .._dispatch import Progress
    from .._job.journal import Journal
    from .._job.source import Source
    from .._job.watch import Watch
    from ._output import Output

#: Number of bad rows in the JSON. The report lists all.
_SHOWN = 20

#: Seconds between two writes of the metrics.
_PERIOD = 5.0

_MEANING = {
    DONE: "done",
    UNEXPECTED: "unexpected error; --log-file shows the traceback",
    BAD_INPUT: "bad input, or bad rows; correct them",
    REFUSED: "refused, or halted; correct the cause, then resume",
    NOT_SENT: "rows were not sent, or given up; resume",
    OUTCOME_UNKNOWN: "outcomes are unknown, or the journal cannot be written; ask about the trace ids in the report",
    INTERRUPTED: "interrupted; resume",
}


class Ending:
    """The facts for the report of one run. Create it first, so that every error is reported."""

    def __init__(self, arguments: Namespace, output: Output, source: Optional[Source] = None) -> None:
        self._arguments = arguments
        self._output = output
        self._source = source
        self._started_at, self._started = time.time(), time.monotonic()
        self._job: tuple[Any, ...] = (None, None if source is None else source.name, None, None)
        self._rows: dict[str, int] = {}
        self._bad: list[tuple[int, str]] = []
        self._table: Optional[str] = None
        self._sent: dict[str, Any] = {}
        self._written_at = float("-inf")
        #: Why the job was halted, or None.
        self.halt: Optional[str] = None
        #: The watch of the exchanges, from the first request on.
        self.watch: Optional[Watch] = None
        self._reported: set[str] = set()
        output.fields, output.ending = self.fields, self._end

    def read(self, journal: Journal) -> tuple[dict[str, int], str]:
        """Reads the journal. Returns its counts and its table."""
        self._job = journal.job or self._job
        self._rows = journal.counts()
        self._bad = journal.bad(_SHOWN)
        self._table = report.table(journal, self._rows)
        return self._rows, self._table

    def fields(self) -> dict[str, Any]:
        """Returns the fields of ``--json``, except ``ok``, ``exit_code`` and ``error``."""
        job, source, created_at, sha256 = self._job
        bad = self._bad
        if self._source is not None and job is None:
            # The source was refused, so the journal has no rows.
            bad, sha256 = self._source.first_bad[:_SHOWN], self._source.sha256
        return {
            "job": job,
            "source": source,
            "source_sha256": sha256,
            "created_at": created_at,
            "duration": time.monotonic() - self._started,
            "rows": self._rows,
            "bad_rows": [{"line": line, "reason": reason} for line, reason in bad],
            "halt": self.halt,
            "last_error": None if self.watch is None else self.watch.last_error,
        }

    def progress(self, progress: Progress, watch: Watch, rate: float) -> None:
        """Writes the metrics if ``_PERIOD`` has passed since the last time."""
        self._sent = {"progress": progress, "watch": watch, "rate": rate}
        if self._arguments.metrics_file is not None and time.monotonic() - self._written_at >= _PERIOD:
            self._written_at = time.monotonic()
            self._write_metrics(None)

    def _write_metrics(self, code: Optional[int]) -> None:
        fields = self.fields()
        # Every state has a series from the start, so that Prometheus sees its first increase.
        rows = {**dict.fromkeys(report.STATES, 0), **fields["rows"]}
        progress = self._sent.get("progress")
        if progress is not None and code is None:
            # The counts of the journal are from the start of the run.
            done = {name: getattr(progress, name) for name in ("delivered", "refused", "unknown", "given_up")}
            for state, count in done.items():
                rows[state] += count
            rows[PENDING] -= sum(done.values())
        sample = metrics.Sample(
            fields["job"],
            fields["source"],
            fields["source_sha256"],
            rows,
            self._started_at,
            **self._sent,
            exit_code=code,
            halt=self.halt,
        )
        path = self._arguments.metrics_file
        self._write("--metrics-file", path, metrics.text(path, sample))

    def _end(self, code: int) -> None:
        if self._arguments.metrics_file is not None:
            self._write_metrics(code)
        if self._arguments.summary_file is not None:
            self._write("--summary-file", self._arguments.summary_file, self._summary(code))

    def _summary(self, code: int) -> str:
        fields = self.fields()
        lines = [f"koodrive {self._arguments.command}: exit code {code}, {_MEANING[code]}"]
        minutes, seconds = divmod(int(fields["duration"]), 60)
        lines.append(
            f"journal {self._arguments.job}, begun {_instant(self._started_at)}, ended {_instant(time.time())}, {minutes} min {seconds} s"
        )
        if fields["source"] is not None:
            lines.append(f"source {fields['source']}, SHA-256 {fields['source_sha256'] or 'unknown'}")
        if self._table is not None:
            lines += ["", self._table]
        lines += [f"line {bad['line']}: {bad['reason']}" for bad in fields["bad_rows"]]
        if self._output.said is not None and code != DONE:
            lines += ["", self._output.said]
        if fields["last_error"] is not None:
            lines += ["", f"last error: {fields['last_error']}"]
        return "\n".join(lines) + "\n"

    def _write(self, flag: str, path: str, content: str) -> None:
        try:
            metrics.write(path, content)
        except (OSError, ValueError) as error:
            if flag not in self._reported:
                self._reported.add(flag)
                self._output.message(f"koodrive: {flag}: {path} cannot be written ({words(error)}); the job goes on")


def _instant(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
