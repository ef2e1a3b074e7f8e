"""The arguments for a proxy and certificates."""

from __future__ import annotations

from urllib.parse import urlsplit

from .. import _core
from ..transports._network import Network, environment_proxy, proxy_of, tls
from ._settings import secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace, _ArgumentGroup
    from typing import Optional


def add(group: _ArgumentGroup) -> None:
    """Adds the arguments to ``group``."""
    group.add_argument("--proxy", metavar="URL", help="http://host:port, or env for HTTPS_PROXY and NO_PROXY; default none")
    group.add_argument("--proxy-credentials-file", metavar="FILE", help="a file with user:password for --proxy; - is stdin")
    group.add_argument("--ca-file", metavar="FILE", help="trusted CAs in PEM; default SSL_CERT_FILE or the system's")
    group.add_argument("--client-cert", metavar="FILE", help="a client certificate in PEM")
    group.add_argument("--client-key", metavar="FILE", help="the private key of --client-cert; default the same file")


def network(arguments: Namespace, endpoint: str) -> Optional[Network]:
    """Returns the network settings of ``arguments`` for ``endpoint``, or None for the defaults."""
    context = None
    if arguments.client_key is not None and arguments.client_cert is None:
        raise _core.misused("--client-key is given without --client-cert; pass both")
    if arguments.ca_file is not None or arguments.client_cert is not None:
        context = tls(arguments.ca_file, arguments.client_cert, arguments.client_key)
    file = arguments.proxy_credentials_file
    if file is not None and arguments.proxy in (None, "env"):
        raise _core.misused("--proxy-credentials-file is given without the URL of a proxy; pass --proxy http://host:port too")
    proxy = None
    if arguments.proxy == "env":
        proxy = environment_proxy(endpoint)
    elif arguments.proxy is not None:
        if urlsplit(arguments.proxy).password is not None or "@" in arguments.proxy:
            raise _core.refused(
                "--proxy", "credentials are not accepted here, since every user of this machine could read them; pass "
                "--proxy-credentials-file, or --proxy env"
            )  # fmt: skip
        credentials = None if file is None else secret("--proxy-credentials-file", file, "user:password of the proxy: ")
        proxy = proxy_of("--proxy", arguments.proxy, credentials)
    return None if proxy is context is None else Network(proxy, context)


def curl(arguments: Namespace) -> list[list[str]]:
    """Returns the options of curl for ``arguments``, without credentials. curl itself uses the environment's proxies."""
    options = {
        "--proxy": arguments.proxy,
        "--cacert": arguments.ca_file,
        "--cert": arguments.client_cert,
        "--key": arguments.client_key,
    }
    if arguments.proxy == "env":
        del options["--proxy"]
    return [[option, value] for option, value in options.items() if value is not None]
