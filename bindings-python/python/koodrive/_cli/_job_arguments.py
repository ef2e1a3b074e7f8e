"""The arguments of a job's commands: run, resume, report, forget."""

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
    """Adds the commands."""
    run = command(
        commands,
        "run",
        "send every lapse of a file, with a journal that survives a crash",
        "Checks every row of a file, and then sends them. A row is bad, repeated (an earlier one has the same user and package), "
        "or sent once. What became of each is in the journal.",
    )
    _source_arguments.add(run)
    run.add_argument(
        "--or-resume", action="store_true", help="go on with the job where the journal holds one of this source already"
    )
    run.add_argument("--dry-run", action="store_true", help="only check the rows; sends nothing and writes no journal")
    _sending(run, timeouts)

    resume = command(
        commands,
        "resume",
        "go on with a job that was interrupted, halted or killed",
        "Sends the rows of a job that wait, those that were given up among them. A row whose outcome is unknown is not sent again.",
    )
    again = resume.add_argument_group("also send again")
    again.add_argument("--repeat-refused", action="store_true", help="rows that were refused: when the cause is corrected")
    again.add_argument("--repeat-unknown", action="store_true", help="rows whose outcome is unknown: where repeats are safe")
    resume.add_argument(
        "--moved",
        action="store_true",
        help="the journal was moved here together with its log after the job had crashed, and is no copy",
    )
    _sending(resume, timeouts)

    report = command(
        commands,
        "report",
        "show what became of a job's rows",
        "Shows how many rows are in which state, or lists those that were not delivered.",
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
        help="a page of its own: the table, a plot over time, what is unknown",
    )
    report.add_argument("--raw", action="store_true", help="as CSV without the apostrophe before what a spreadsheet would run")
    report.add_argument("--all", action="store_true", help="list all rows, also those that were delivered")

    forget = command(
        commands,
        "forget",
        "delete what a journal holds of subscribers",
        "Deletes the rows that were settled before then, and overwrites them. Rows that wait stay, and those that are unknown; and how "
        "many rows were in which state.",
    )
    _job(forget)
    forget.add_argument("--older-than", metavar="DAYS", type=float, required=True, help="days since a row was settled")
    forget.add_argument("--including-unknown", action="store_true", help="also rows whose outcome is unknown")


def check(chosen: Namespace) -> None:
    """Refuses a file to be written that is another file of the command as well: the metrics would replace the journal, say."""
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
        # A device may take several.
        if path in (None, "", "-") or (os.path.exists(path) and not os.path.isfile(path)):
            continue
        other = taken.setdefault(os.path.realpath(path), what)
        if other != what and what in written:
            raise _core.refused(what, f"{path} is {other} as well; name another file")


def _job(parser: ArgumentParser) -> None:
    parser.add_argument("--job", metavar="FILE", required=True, help="the job's journal, an SQLite file")


def _sending(parser: ArgumentParser, timeouts: Callable[[Any], None]) -> None:
    _job(parser)
    sending = parser.add_argument_group("sending")
    sending.add_argument("--rate", metavar="NUMBER", type=float, help="requests per second; default 50")
    sending.add_argument("--concurrency", metavar="NUMBER", type=int, help="requests in flight; default 32")
    sending.add_argument("--token-age", metavar="SECONDS", type=float, help="read --token-file anew when its token is older")
    sending.add_argument("--transport", choices=NAMES, help=f"default the first that is installed, of {' and '.join(ORDER)}")
    sending.add_argument(
        "--no-halt", action="store_true", help="go on though nothing was delivered and no request has left for five minutes"
    )
    timeouts(sending)
    telling = parser.add_argument_group("telling", "What cannot be written there changes nothing of the job.")
    telling.add_argument(
        "--metrics-file",
        metavar="FILE",
        help="write numbers for Prometheus there, every few seconds and at the end; such as night.prom",
    )
    telling.add_argument("--summary-file", metavar="FILE", help="write a few lines there at the end, fit for a mail")
    _network.add(parser.add_argument_group("network"))
