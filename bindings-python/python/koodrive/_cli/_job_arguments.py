"""The arguments of a job's commands: run, resume, report, forget."""

from __future__ import annotations

from .._job.transports import NAMES, ORDER
from . import _network, _source_arguments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
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
    report.add_argument("--all", action="store_true", help="list all rows, also those that were delivered")

    forget = command(
        commands,
        "forget",
        "delete what a journal holds of subscribers",
        "Deletes the rows that were settled before then, and overwrites them. Rows that wait stay.",
    )
    _job(forget)
    forget.add_argument("--older-than", metavar="DAYS", type=float, required=True, help="days since a row was settled")


def _job(parser: ArgumentParser) -> None:
    parser.add_argument("--job", metavar="FILE", required=True, help="the job's journal, an SQLite file")


def _sending(parser: ArgumentParser, timeouts: Callable[[Any], None]) -> None:
    _job(parser)
    sending = parser.add_argument_group("sending")
    sending.add_argument("--rate", metavar="NUMBER", type=float, help="requests per second; default 50")
    sending.add_argument("--concurrency", metavar="NUMBER", type=int, help="requests in flight; default 32")
    sending.add_argument("--token-age", metavar="SECONDS", type=float, help="read --token-file anew when its token is older")
    sending.add_argument(
        "--transport", choices=NAMES, help=f"default the first that is installed, of {' and '.join(ORDER)}"
    )
    sending.add_argument(
        "--no-halt", action="store_true", help="go on though nothing was delivered and no request has left for five minutes"
    )
    timeouts(sending)
    _network.add(parser.add_argument_group("network"))
