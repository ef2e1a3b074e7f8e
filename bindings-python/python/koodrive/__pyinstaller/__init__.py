"""Tells PyInstaller where the hook is, through the entry point `pyinstaller40` of pyproject.toml."""

from __future__ import annotations

import os


def get_hook_dirs() -> list[str]:
    """Returns the folder of this package's hook."""
    return [os.path.dirname(__file__)]
