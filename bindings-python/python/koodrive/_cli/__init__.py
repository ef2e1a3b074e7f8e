"""The command line: how any command ends. Each command has a module of its own.

The result goes to stdout, everything else to stderr. With ``--json`` stdout is exactly one JSON object, also for an error. What can or
cannot be printed never decides what is done, nor the exit code of what was done.
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

#: Commands whose result is what they print: where it is incomplete they have failed.
_PRINTING = ("check", "explain", "report")


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Runs one command. Gives its exit code."""
    interrupt_on_all()
    from ._output import Output

    output = Output(as_json="--json" in (sys.argv[1:] if arguments is None else arguments))
    try:
        return _chosen_command(sys.argv[1:] if arguments is None else arguments, output)
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
    finally:
        # Also after --help, which argparse prints and ends by itself.
        output.flush()


def _chosen_command(arguments: Sequence[str], output: Output) -> int:
    from ._arguments import parse

    # What the core says of an option is said of an argument here.
    _core.spell_flags()
    chosen = parse(arguments)
    output.keep(chosen.log_file, chosen.verbose)
    command = importlib.import_module(f"._{chosen.command}", __name__)
    code: int = command.run(chosen, output)
    output.flush()
    return UNEXPECTED if output.is_incomplete and code == DONE and chosen.command in _PRINTING else code
