"""Imports modules of this package on first use."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_modules: dict[str, Any] = {}


def imported(name: str) -> Any:
    """Returns the module with the full ``name``. An import statement in every call would cost as much as building the request."""
    module = _modules.get(name)
    if module is None:
        # __import__ waits for another thread that is importing the module.
        __import__(name)
        module = _modules[name] = sys.modules[name]
    return module
