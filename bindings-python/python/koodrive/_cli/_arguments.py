"""Parses the arguments. Secrets are not accepted, since every user of a machine can read the command lines of its processes."""

from __future__ import annotations

import argparse

from .. import _core
from .._defaults import CONNECT_TIMEOUT, TIMEOUT
from . import _network

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import NoReturn

_ABOUT = "Calls the carrier API of KooDrive, Huawei Cloud's cloud drive."

_SETTINGS = """\
environment:
  An argument overrides its variable.

  KOODRIVE_ENDPOINT     --endpoint          the service's base URL
  KOODRIVE_USER_ID      --user-id           sent as X-User-Id
  KOODRIVE_APP_ID       --app-id            either an app id
  KOODRIVE_APP_SECRET   --app-secret-file   and its secret (a terminal asks for it),
  KOODRIVE_TOKEN        --token-file        or a token

  KOODRIVE_APP_SECRET_FILE and KOODRIVE_TOKEN_FILE also name these files. The file - is stdin.

  The environment's proxies are used only with --proxy env. Certificates are checked against the system's CAs, those of
  SSL_CERT_FILE, or those of --ca-file.

exit codes:
  0    done
  1    unexpected error, or a report that could not be printed
  2    bad input: nothing was sent
  3    refused: the service did not act on the call
  4    not sent: a retry is safe
  5    outcome unknown: repeat the call only if repeats are safe
  130  interrupted by Ctrl-C, SIGTERM or SIGHUP

  A job ends with the first code that applies: 130; 5 if a row is unknown, or the journal cannot be written; 3 if a row is
  refused, or the job was halted; 4 if a row was not sent; 2 if a row is bad.
"""

_EXAMPLES = {
    "": """\
examples:
  koodrive check
  koodrive notify --carrier-user-id 189642158555241211 --package-id 14
  koodrive notify --carrier-user-id 189642158555241211 --package-id 14 --dry-run
""",
    "check": """\
examples:
  koodrive check
  koodrive check --endpoint https://intl.myhuaweicloud-koodrive.com --user-id 1505084218764547200 --token-file token.txt
  koodrive check --curl | sh
""",
    "notify": """\
examples:
  koodrive notify --carrier-user-id 189642158555241211 --package-id 14
  koodrive notify --carrier-user-id=-1 --package-id 14 --json      (= where an id begins with -)
  koodrive notify --carrier-user-id 189642158555241211 --package-id 14 --curl | sh
""",
    "run": """\
examples:
  koodrive run lapsed.csv --job night.db
  koodrive run lapsed.jsonl --job night.db --rate 20 --token-file token.txt
  koodrive run lapsed-2026-11-29.csv --job night-2026-11-29.db --or-resume      (for cron: the same command after a crash)
  koodrive run export.csv.gz --job night.db --user-column MSISDN --package-column PLAN --expect-rows 20000
  koodrive run lapsed.csv --job night.db --dry-run
""",
    "resume": """\
examples:
  koodrive resume --job night.db
  koodrive resume --job night.db --repeat-refused      (after the cause of the refusals was corrected)
""",
    "report": """\
examples:
  koodrive report --job night.db
  koodrive report --job night.db --csv > not-delivered.csv
  koodrive report --job night.db --jsonl --all > night.jsonl
""",
    "forget": """\
examples:
  koodrive forget --job night.db --older-than 90
""",
    "explain": """\
examples:
  koodrive explain
  koodrive explain --carrier-user-id 189642158555241211 --package-id 14 --date 20251103T070140Z --message-file refusal.txt
""",
}


class _Parser(argparse.ArgumentParser):
    """A parser that raises ``InvalidInputError``, so that ``--json`` covers bad arguments too."""

    def error(self, message: str) -> NoReturn:
        raise _core.misused(f"{message}; `{self.prog} --help` lists the arguments")


class _OnCommandLine(argparse.Action):
    """Refuses an argument for a secret, without repeating its value."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        flag = self.option_strings[0]
        variable = flag[2:].replace("-", "_").upper()
        raise _core.refused(
            flag, f"not accepted, since every user of this machine could read it; set KOODRIVE_{variable}, or pass {flag}-file"
        )


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Returns the parsed arguments, with the command as ``command``. Raises ``InvalidInputError``."""
    parser = _parser(_Parser, "koodrive", _ABOUT, "")
    parser.add_argument("--version", action="version", version=f"koodrive {_core.VERSION}", help="show the version and end")
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)

    check = _command(
        commands,
        "check",
        "test endpoint, clock and credentials; changes nothing",
        "Makes the safe call, which reads the space usage and changes nothing, and says whether endpoint, clock or credentials are wrong.",
    )
    _sending(check)

    notify = _command(
        commands,
        "notify",
        "tell KooDrive that a subscriber's package has expired",
        "Tells KooDrive that a subscriber's package has expired and enters the reservation period. It changes state.",
    )
    _call(notify, required=True)
    _sending(notify)

    explain = _command(
        commands,
        "explain",
        "show every stage of a signature, and where the service's differs",
        "Shows every stage of the signature of a notification, or of the safe call if no ids are given. Sends nothing.",
    )
    _call(explain, required=False)
    explain.add_argument("--date", metavar="X_DATE", help="the X-Date that was sent, such as 20251103T070140Z; default now")
    message = explain.add_mutually_exclusive_group()
    message.add_argument("--message", metavar="TEXT", help="the service's error message about the signature")
    message.add_argument("--message-file", metavar="FILE", help="a file with that message; - is stdin")

    from ._job_arguments import add, check as check_files

    add(commands, _command, _timeouts)

    chosen, unknown = parser.parse_known_args(arguments)
    if unknown:
        # The values are omitted, since one may be a misplaced secret.
        names = [argument.split("=")[0] for argument in unknown if argument.startswith("--")]
        parser.error(f"unknown argument: {', '.join(names) or 'a value without its argument'}")
    check_files(chosen)
    return chosen


def _parser(make: Callable[..., _Parser], name: str, about: str, command: str) -> _Parser:
    return make(
        name,
        description=about,
        epilog=_EXAMPLES[command] + "\n" + _SETTINGS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        # Otherwise --app-secret would be --app-secret-file, and its secret the name of a file.
        allow_abbrev=False,
    )


def _command(commands: argparse._SubParsersAction[_Parser], name: str, short: str, about: str) -> _Parser:
    parser = _parser(lambda *given, **options: commands.add_parser(*given, help=short, **options), name, about, name)
    settings = parser.add_argument_group("settings")
    settings.add_argument("--endpoint", metavar="URL", help="the service's base URL")
    settings.add_argument("--user-id", metavar="ID", help="the user id on KooDrive")
    settings.add_argument("--app-id", metavar="ID", help="the app id")
    settings.add_argument("--app-secret-file", metavar="FILE", help="a file with the secret of the app id; - is stdin")
    settings.add_argument("--token-file", metavar="FILE", help="a file with the token; - is stdin")
    for secret in ("--app-secret", "--token"):
        settings.add_argument(secret, action=_OnCommandLine, help=argparse.SUPPRESS)
    settings.add_argument(
        "--clock-margin",
        metavar="SECONDS",
        type=int,
        default=_core.CLOCK_MARGIN_DEFAULT,
        help="seconds by which X-Date stays behind the server's clock; default %(default)s",
    )
    settings.add_argument("--allow-plain-http", action="store_true", help="allow http:// to hosts other than loopback")
    parser.add_argument("--json", action="store_true", help="print one JSON object, also for an error")
    parser.add_argument("--log-file", metavar="FILE", help="write messages and the traceback of an unexpected error to this file")
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="show every exchange, and the traceback of an unexpected error"
    )
    return parser


def _call(parser: _Parser, *, required: bool) -> None:
    call = parser.add_argument_group("notification")
    call.add_argument("--carrier-user-id", metavar="ID", required=required, help="the carrier's id of the user")
    call.add_argument("--package-id", metavar="ID", required=required, help="the carrier's id of the package")
    call.add_argument("--undocumented-type", metavar="INTEGER", type=int, help="a type other than 2, the only documented one")


def _sending(parser: _Parser) -> None:
    sending = parser.add_argument_group("sending")
    sending.add_argument("--trace-id", metavar="ID", help="58 characters; default random")
    _timeouts(sending)
    _network.add(parser.add_argument_group("network"))
    instead = parser.add_argument_group("instead of sending").add_mutually_exclusive_group()
    instead.add_argument("--dry-run", action="store_true", help="print the request, with Authorization masked")
    instead.add_argument("--curl", action="store_true", help="print a curl command that sends the request, for a POSIX shell")
    parser.add_argument("--show-authorization", action="store_true", help="with --dry-run: print Authorization too")


def _timeouts(sending: argparse._ArgumentGroup) -> None:
    sending.add_argument(
        "--timeout", metavar="SECONDS", type=float, default=TIMEOUT, help="for the whole exchange; default %(default)s"
    )
    sending.add_argument(
        "--connect-timeout",
        metavar="SECONDS",
        type=float,
        default=CONNECT_TIMEOUT,
        help="time to connect; default %(default)s",
    )
