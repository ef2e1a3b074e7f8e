"""The arguments. Secrets are none of them: every user of a machine can read the command lines of its processes."""

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
  A setting is a variable or an argument; the argument wins.

  KOODRIVE_ENDPOINT     --endpoint          the service's base URL
  KOODRIVE_USER_ID      --user-id           sent as X-User-Id
  KOODRIVE_APP_ID       --app-id            either an app id
  KOODRIVE_APP_SECRET   --app-secret-file   and its secret (asked for on a terminal),
  KOODRIVE_TOKEN        --token-file        or a token

  KOODRIVE_APP_SECRET_FILE and KOODRIVE_TOKEN_FILE name the files, too. A file named - is stdin.

  No proxy of the environment is used but with --proxy env. Certificates are checked against the system's, those of
  SSL_CERT_FILE, or those of --ca-file.

exit codes:
  0    done
  1    unexpected error, or a report that could not be printed
  2    bad input: nothing was sent
  3    refused by the service: it did not act on the call
  4    not sent: it is safe to send it again
  5    outcome unknown: do not repeat it unless repeats are safe
  130  interrupted, by Ctrl-C, SIGTERM or SIGHUP

  Of a job, the first that applies: 130; 5 where a row is unknown, or the journal cannot be written; 3 refused, or halted;
  4 not sent; 2 where a row is bad.
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
  koodrive resume --job night.db --repeat-refused      (when the cause of the refusals is corrected)
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
    """Refuses as the library does, so that ``--json`` holds for bad arguments too."""

    def error(self, message: str) -> NoReturn:
        raise _core.misused(f"{message}; `{self.prog} --help` shows what is taken")


class _OnCommandLine(argparse.Action):
    """For those who would type a secret: named instead of repeated."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        flag = self.option_strings[0]
        variable = flag[2:].replace("-", "_").upper()
        raise _core.refused(
            flag, f"not an argument, since every user of this machine could read it; set KOODRIVE_{variable}, or pass {flag}-file"
        )


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command that was chosen, as ``command``, and its arguments."""
    parser = _parser(_Parser, "koodrive", _ABOUT, "")
    parser.add_argument("--version", action="version", version=f"koodrive {_core.VERSION}", help="show the version and end")
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)

    check = _command(
        commands,
        "check",
        "try endpoint, clock and credentials; changes nothing",
        "Makes the safe call, which reads the usage of space and changes nothing, and tells apart what is wrong.",
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
        "Shows every stage of the signature of a notification, or of the safe call where no ids are given. Sends nothing.",
    )
    _call(explain, required=False)
    explain.add_argument("--date", metavar="X_DATE", help="the X-Date that was sent, such as 20251103T070140Z; default now")
    message = explain.add_mutually_exclusive_group()
    message.add_argument("--message", metavar="TEXT", help="what the service said when it refused the signature")
    message.add_argument("--message-file", metavar="FILE", help="the same in a file; - is stdin")

    from ._job_arguments import add, check as check_files

    add(commands, _command, _timeouts)

    chosen, unknown = parser.parse_known_args(arguments)
    if unknown:
        # Not repeated whole: it may be a secret in the wrong place.
        names = [argument.split("=")[0] for argument in unknown if argument.startswith("--")]
        parser.error(f"not taken: {', '.join(names) or 'a value that belongs to no argument'}")
    check_files(chosen)
    return chosen


def _parser(make: Callable[..., _Parser], name: str, about: str, command: str) -> _Parser:
    return make(
        name,
        description=about,
        epilog=_EXAMPLES[command] + "\n" + _SETTINGS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        # A secret that follows --app-secret must not be taken for the name of a file.
        allow_abbrev=False,
    )


def _command(commands: argparse._SubParsersAction[_Parser], name: str, short: str, about: str) -> _Parser:
    parser = _parser(lambda *given, **options: commands.add_parser(*given, help=short, **options), name, about, name)
    settings = parser.add_argument_group("settings")
    settings.add_argument("--endpoint", metavar="URL", help="the service's base URL")
    settings.add_argument("--user-id", metavar="ID", help="the user id on KooDrive")
    settings.add_argument("--app-id", metavar="ID", help="the app id; its secret is never an argument")
    settings.add_argument("--app-secret-file", metavar="FILE", help="holds the secret of the app id; - is stdin")
    settings.add_argument("--token-file", metavar="FILE", help="holds the token; - is stdin")
    for secret in ("--app-secret", "--token"):
        settings.add_argument(secret, action=_OnCommandLine, help=argparse.SUPPRESS)
    settings.add_argument(
        "--clock-margin",
        metavar="SECONDS",
        type=int,
        default=_core.CLOCK_MARGIN_DEFAULT,
        help="how far X-Date stays behind the server's clock; default %(default)s",
    )
    settings.add_argument("--allow-plain-http", action="store_true", help="allow http:// to other hosts than loopback")
    parser.add_argument("--json", action="store_true", help="print one JSON object, also for an error")
    parser.add_argument("--log-file", metavar="FILE", help="also write messages there, and where an unexpected error came from")
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="also show exchanges, and where an unexpected error came from"
    )
    return parser


def _call(parser: _Parser, *, required: bool) -> None:
    call = parser.add_argument_group("notification")
    call.add_argument("--carrier-user-id", metavar="ID", required=required, help="the carrier's id of the user")
    call.add_argument("--package-id", metavar="ID", required=required, help="the carrier's id of the package")
    call.add_argument("--undocumented-type", metavar="INTEGER", type=int, help="another type than 2, the only documented one")


def _sending(parser: _Parser) -> None:
    sending = parser.add_argument_group("sending")
    sending.add_argument("--trace-id", metavar="ID", help="58 characters; by default one is made")
    _timeouts(sending)
    _network.add(parser.add_argument_group("network"))
    instead = parser.add_argument_group("instead of sending").add_mutually_exclusive_group()
    instead.add_argument("--dry-run", action="store_true", help="print the request, Authorization masked")
    instead.add_argument("--curl", action="store_true", help="print a curl command that sends it, for a POSIX shell")
    parser.add_argument("--show-authorization", action="store_true", help="with --dry-run: do not mask it")


def _timeouts(sending: argparse._ArgumentGroup) -> None:
    sending.add_argument(
        "--timeout", metavar="SECONDS", type=float, default=TIMEOUT, help="for the whole exchange; default %(default)s"
    )
    sending.add_argument(
        "--connect-timeout",
        metavar="SECONDS",
        type=float,
        default=CONNECT_TIMEOUT,
        help="until a connection stands; default %(default)s",
    )
