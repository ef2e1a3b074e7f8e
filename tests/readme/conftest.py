"""Tests here start the sandbox, and compile C."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "tests/sandbox"), str(ROOT / "bindings-ffi/tests")]


@pytest.fixture(scope="session")
def sandbox():
    from running import Sandbox

    with Sandbox() as sandbox:
        yield sandbox
