"""A pytest plugin, for tests of code that calls KooDrive. It is asked for by name, in the root ``conftest.py``::

    pytest_plugins = ["koodrive.testing"]

``koodrive_sandbox`` is a ``koodrive.sandbox.Sandbox``, ``koodrive_sandbox_server`` the same one behind a port on loopback, and
``koodrive_client`` a ``koodrive.Client`` of that server. Each test has its own. A marker configures the sandbox::

    @pytest.mark.koodrive_sandbox(faults=[429, "cut"])
    def test_...(koodrive_client, koodrive_sandbox): ...

Its keywords are those of ``Sandbox``; the one that is closest to the test wins. For whatever a marker cannot hold, override
the fixture ``koodrive_sandbox``.
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
    """A stand-in for the service that accepts every well-formed call, or what the marker says."""
    configuration: dict[str, Any] = {}
    for marker in reversed(list(request.node.iter_markers("koodrive_sandbox"))):
        if marker.args:
            raise pytest.UsageError("the marker koodrive_sandbox takes keywords: those of koodrive.sandbox.Sandbox")
        configuration.update(marker.kwargs)
    return Sandbox(**configuration)


@pytest.fixture
def koodrive_sandbox_server(koodrive_sandbox: Sandbox) -> Iterator[SandboxServer]:
    """That sandbox behind a port on loopback: ``url``, ``settings``, ``credentials``, ``environ``."""
    with koodrive_sandbox.serve() as server:
        yield server


@pytest.fixture
def koodrive_client(koodrive_sandbox_server: SandboxServer) -> Client:
    """A client that this server accepts."""
    return Client.from_settings(koodrive_sandbox_server.settings, **koodrive_sandbox_server.credentials)
