"""For PyInstaller, which asks the installed packages where their hooks are (the entry point `pyinstaller40` in pyproject.toml)."""

from __future__ import annotations

import os


def get_hook_dirs() -> list[str]:
    """Returns the folder of this package's hook."""
    return [os.path.dirname(__file__)]
