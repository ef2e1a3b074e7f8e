"""A pytest plugin for tests of code that calls KooDrive. Enable it in the root ``conftest.py``::

    pytest_plugins = ["koodrive.testing"]

The fixture ``koodrive_sandbox`` is a ``koodrive.sandbox.Sandbox``. ``koodrive_sandbox_server`` serves that sandbox on a port of
loopback. ``koodrive_client`` is a ``koodrive.Client`` of that server. Each test has its own fixtures. A marker configures the
sandbox::

    @pytest.mark.koodrive_sandbox(faults=[429, "cut"])
    def test_...(koodrive_client, koodrive_sandbox): ...

The keywords are those of ``Sandbox``; the marker closest to the test wins. For anything that a marker cannot hold, override the
fixture ``koodrive_sandbox``.
"""

from __future__ import annotations

import pytest

from ._client import Client
from .sandbox import Sandbox, SandboxServer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

__all__ = ["koodrive_client", "koodrive_sandbox", "koodrive_sandbox_server"]


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker."""
    config.addinivalue_line("markers", "koodrive_sandbox(**configuration): arguments of koodrive.sandbox.Sandbox")


@pytest.fixture
def koodrive_sandbox(request: pytest.FixtureRequest) -> Sandbox:
    """A sandbox that accepts every well-formed call, unless the marker configures it otherwise."""
    configuration: dict[str, Any] = {}
    for marker in reversed(list(request.node.iter_markers("koodrive_sandbox"))):
        if marker.args:
            raise pytest.UsageError("the marker koodrive_sandbox takes keywords: those of koodrive.sandbox.Sandbox")
        configuration.update(marker.kwargs)
    return Sandbox(**configuration)


@pytest.fixture
def koodrive_sandbox_server(koodrive_sandbox: Sandbox) -> Iterator[SandboxServer]:
    """A server on loopback for ``koodrive_sandbox``, with ``url``, ``settings``, ``credentials`` and ``environ``."""
    with koodrive_sandbox.serve() as server:
        yield server


@pytest.fixture
def koodrive_client(koodrive_sandbox_server: SandboxServer) -> Client:
    """A client that ``koodrive_sandbox_server`` accepts."""
    return Client.from_settings(koodrive_sandbox_server.settings, **koodrive_sandbox_server.credentials)
