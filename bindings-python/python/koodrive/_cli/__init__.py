"""The command line: how any command ends. Each command has a module of its own.

The result goes to stdout, everything else to stderr. With ``--json`` stdout is exactly one JSON object, also for an error.
"""

from __future__ import annotations

import importlib
import sys

from .. import _core
from .._errors import KooDriveError
from ._exit_codes import INTERRUPTED, exit_code

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Optional


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Runs one command. Gives its exit code."""
    from ._arguments import parse
    from ._output import Output

    arguments = sys.argv[1:] if arguments is None else arguments
    # What the core says of an option is said of an argument here.
    _core.spell_flags()
    output = Output(as_json="--json" in arguments)
    try:
        chosen = parse(arguments)
        command = importlib.import_module(f"._{chosen.command}", __name__)
        return command.run(chosen, output)  # type: ignore[no-any-return]
    except KooDriveError as error:
        output.error(error)
        return exit_code(error)
    except KeyboardInterrupt:
        output.interrupted()
        return INTERRUPTED
    finally:
        # Also after --help, which argparse prints and ends by itself.
        output.flush()

