"""Runs the commands of ``koodrive``, and turns errors into messages and exit codes. Each command has a module of its own.

The result goes to stdout, everything else to stderr. With ``--json``, stdout is one JSON object, also for an error. A failure to
print changes neither the actions of a command nor the exit code of these actions.
"""

from __future__ import annotations

import importlib
import sys

from .. import _core
from .._errors import KooDriveError
from .._signals import interrupt_on_all
from ._exit_codes import DONE, INTERRUPTED, OUTCOME_UNKNOWN, UNEXPECTED, exit_code

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Optional

    from ._output import Output

#: Commands whose only result is their output. They fail if the output is incomplete.
_PRINTING = ("check", "explain", "report")


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Runs the command of ``arguments``, by default those of the process, and returns its exit code."""
    interrupt_on_all()
    from ._output import Output

    output = Output(as_json="--json" in (sys.argv[1:] if arguments is None else arguments))
    try:
        code = _ended(sys.argv[1:] if arguments is None else arguments, output)
        output.ending(code)
        return code
    finally:
        # argparse prints --help and raises SystemExit.
        output.flush()


def _ended(arguments: Sequence[str], output: Output) -> int:
    try:
        return _chosen_command(arguments, output)
    except KooDriveError as error:
        output.error(error)
        return exit_code(error)
    except KeyboardInterrupt:
        output.interrupted()
        return INTERRUPTED
    except Exception as error:
        if type(error).__module__ == "sqlite3":
            output.failed(f"the journal cannot be read or written: {error}", error, OUTCOME_UNKNOWN)
            return OUTCOME_UNKNOWN
        output.unexpected(error)
        return UNEXPECTED


def _chosen_command(arguments: Sequence[str], output: Output) -> int:
    from ._arguments import parse

    # The core's messages name options, which are flags here.
    _core.spell_flags()
    chosen = parse(arguments)
    output.keep(chosen.log_file, chosen.verbose)
    command = importlib.import_module(f"._{chosen.command}", __name__)
    code: int = command.run(chosen, output)
    output.flush()
    return UNEXPECTED if output.is_incomplete and code == DONE and chosen.command in _PRINTING else code
