"""The arguments of the commands run, resume, report and forget."""

from __future__ import annotations

import os

from .. import _core
from .._job.transports import NAMES, ORDER
from . import _network, _source_arguments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable
    from typing import Any


def add(commands: Any, command: Callable[..., ArgumentParser], timeouts: Callable[[Any], None]) -> None:
    """Adds the commands of jobs. ``command`` creates a command, and ``timeouts`` adds the arguments for time-outs."""
    run = command(
        commands,
        "run",
        "send a notification for every row of a file, with a journal that survives a crash",
        "Checks every row of a file, and then sends the good ones. A repeated row, with the user and package of an earlier one, is "
        "sent once. The journal has the outcome of every row.",
    )
    _source_arguments.add(run)
    run.add_argument("--or-resume", action="store_true", help="resume the job if the journal already has one of this source")
    run.add_argument("--dry-run", action="store_true", help="only check the rows; sends nothing and writes no journal")
    _sending(run, timeouts)

    resume = command(
        commands,
        "resume",
        "resume a job that was interrupted, halted or killed",
        "Sends the pending rows of a job, and the rows that were given up. Rows with an unknown outcome are not sent again.",
    )
    again = resume.add_argument_group("also send again")
    again.add_argument("--repeat-refused", action="store_true", help="refused rows; correct the cause first")
    again.add_argument(
        "--repeat-unknown", action="store_true", help="rows with an unknown outcome; use it only if repeats are safe"
    )
    resume.add_argument(
        "--moved",
        action="store_true",
        help="accept a journal that was moved here, not copied, together with its log after a crash",
    )
    _sending(resume, timeouts)

    report = command(
        commands,
        "report",
        "show the outcomes of a job's rows",
        "Shows the number of rows in each state, or lists the rows that were not delivered.",
    )
    _job(report)
    form = report.add_argument_group("rows instead of the table").add_mutually_exclusive_group()
    form.add_argument("--csv", dest="rows", action="store_const", const="csv", help="list them as CSV")
    form.add_argument("--jsonl", dest="rows", action="store_const", const="jsonl", help="list them as JSON lines")
    form.add_argument(
        "--html",
        dest="rows",
        action="store_const",
        const="html",
        help="a web page: the table, a plot over time, the unknown rows",
    )
    report.add_argument("--raw", action="store_true", help="with --csv: no apostrophe before fields that a spreadsheet would run")
    report.add_argument("--all", action="store_true", help="list all rows, including the delivered ones")

    forget = command(
        commands,
        "forget",
        "delete subscribers' data from a journal",
        "Deletes the rows that were settled before then, and overwrites their data. Pending and unknown rows stay, and so do the counts "
        "by state.",
    )
    _job(forget)
    forget.add_argument("--older-than", metavar="DAYS", type=float, required=True, help="days since a row was settled")
    forget.add_argument("--including-unknown", action="store_true", help="also rows whose outcome is unknown")


def check(chosen: Namespace) -> None:
    """Raises if two arguments name the same file, since metrics, for example, would replace the journal."""
    taken: dict[str, str] = {}
    journal = chosen.job if hasattr(chosen, "job") else None
    kept = {
        "the journal": journal,
        "the journal's log": journal and f"{journal}-wal",
        "the source": getattr(chosen, "source", None),
    }
    written = {
        flag: getattr(chosen, flag[2:].replace("-", "_"), None) for flag in ("--log-file", "--metrics-file", "--summary-file")
    }
    for what, path in {**kept, **written}.items():
        # A device may have several writers.
        if path in (None, "", "-") or (os.path.exists(path) and not os.path.isfile(path)):
            continue
        other = taken.setdefault(os.path.realpath(path), what)
        if other != what and what in written:
            raise _core.refused(what, f"{path} is also {other}; pass another file")


def _job(parser: ArgumentParser) -> None:
    parser.add_argument("--job", metavar="FILE", required=True, help="the job's journal, an SQLite file")


def _sending(parser: ArgumentParser, timeouts: Callable[[Any], None]) -> None:
    _job(parser)
    sending = parser.add_argument_group("sending")
    sending.add_argument("--rate", metavar="NUMBER", type=float, help="requests per second; default 50")
    sending.add_argument("--concurrency", metavar="NUMBER", type=int, help="requests in flight; default 32")
    sending.add_argument("--token-age", metavar="SECONDS", type=float, help="read --token-file again if the token is older")
    sending.add_argument("--transport", choices=NAMES, help=f"default the first installed of {' and '.join(ORDER)}")
    sending.add_argument(
        "--no-halt", action="store_true", help="go on even if no request has left for five minutes from the start"
    )
    timeouts(sending)
    reporting = parser.add_argument_group("reporting", "The job goes on if one of these files cannot be written.")
    reporting.add_argument(
        "--metrics-file",
        metavar="FILE",
        help="write metrics for Prometheus, every few seconds and at the end; such as night.prom",
    )
    reporting.add_argument("--summary-file", metavar="FILE", help="write a short summary at the end, for a mail")
    _network.add(parser.add_argument_group("network"))
