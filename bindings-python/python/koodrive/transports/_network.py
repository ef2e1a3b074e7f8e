"""Network settings of the command line: a proxy, a CA file and a client certificate."""

from __future__ import annotations

import base64
import re
import ssl
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from .. import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Optional

#: The longest status line and headers of a proxy's answer, in bytes.
_LONGEST_HEAD = 64 * 1024


class ProxyAnswered(OSError):
    """A proxy refused to open a tunnel. The request never left."""

    def __init__(self, proxy: Proxy, status: int, reason: str) -> None:
        super().__init__(f"the proxy {proxy.name} answered {status} {reason}".rstrip())
        self.proxy = proxy
        self.status = status


class Proxy(NamedTuple):
    """A proxy that is reached without TLS."""

    host: str
    port: int
    #: ``user:password``, or None.
    credentials: Optional[str]

    @property
    def name(self) -> str:
        """Host and port, without credentials."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL, without credentials."""
        return f"http://{self.name}"

    @property
    def authorization(self) -> Optional[str]:
        """The value of Proxy-Authorization, or None."""
        if self.credentials is None:
            return None
        return "Basic " + base64.b64encode(self.credentials.encode()).decode()

    def tunnel(self, sock: Any, host: str, port: int, remaining: Callable[[], float]) -> None:
        """Makes the proxy connect ``sock`` to ``host`` and ``port``. Raises ``OSError`` if the proxy refuses.

        ``remaining`` returns the seconds that are left.
        """
        target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
        if self.authorization is not None:
            lines.append(f"Proxy-Authorization: {self.authorization}")
        sock.settimeout(remaining())
        sock.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        head = b""
        while b"\r\n\r\n" not in head:
            sock.settimeout(remaining())
            piece = sock.recv(4096)
            head += piece
            if not piece or len(head) > _LONGEST_HEAD:
                raise OSError(f"the proxy {self.name} did not answer CONNECT")
        status = re.match(rb"HTTP/1\.[01] (\d{3}) ?([ -~]*)", head)
        if status is None:
            raise OSError(f"{self.name} answered CONNECT with something other than HTTP; is it a proxy?")
        if not status[1].startswith(b"2"):
            raise ProxyAnswered(self, int(status[1]), status[2].decode())
        if not head.endswith(b"\r\n\r\n"):
            raise OSError(f"the proxy {self.name} sent data before the tunnel was used")


def proxy_of(field: str, url: str, credentials: Optional[str] = None) -> Proxy:
    """Returns the proxy of ``url``. ``field`` is the name in messages. Raises ``InvalidInputError``."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    try:
        port = parts.port or 80
    except ValueError:
        raise _core.refused(field, "the port is not a number from 0 to 65535; pass http://host:port") from None
    if parts.scheme != "http":
        raise _core.refused(field, f"unsupported proxy scheme {parts.scheme}; pass http://host:port")
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise _core.refused(field, "not the URL of a proxy; pass http://host:port")
    if credentials is None and parts.username is not None:
        credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return Proxy(parts.hostname, port, credentials)


class Network:
    """The settings of connections: ``proxy``, or None, and the TLS context ``context``, or None for the default."""

    def __init__(self, proxy: Optional[Proxy], context: Optional[Any]) -> None:
        self.proxy = proxy
        self.context = context


def environment_proxy(url: str) -> Optional[Proxy]:
    """Returns the environment's proxy for ``url``, or None for a direct connection."""
    # urllib obeys NO_PROXY, and ignores an HTTP_PROXY that a web server made of a request's header Proxy.
    from urllib import request

    parts = urlsplit(url)
    proxies = request.getproxies_environment()
    for scheme in (parts.scheme, "all"):
        if proxies.get(scheme) and not request.proxy_bypass_environment(parts.netloc, proxies):  # type: ignore[attr-defined]
            return proxy_of(f"{scheme.upper()}_PROXY", proxies[scheme])
    return None


def tls(ca_file: Optional[str], certificate: Optional[str], key: Optional[str]) -> Any:
    """Returns a TLS context that trusts ``ca_file``, or the system's CAs, and presents the client certificate, if any.

    Raises ``InvalidInputError`` for a file that cannot be read.
    """
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except (OSError, ValueError) as error:
        raise _core.refused("--ca-file", f"cannot be read ({_why(error)}); pass a file of certificates in PEM") from None
    context.set_alpn_protocols(["http/1.1"])
    if certificate is not None:
        try:
            # Without a password function, OpenSSL would ask the terminal for the password of an encrypted key.
            context.load_cert_chain(certificate, key, password=lambda: b"")
        except (OSError, ValueError) as error:
            problem = f"cannot be read ({_why(error)}); pass files in PEM, with an unencrypted key"
            raise _core.refused("--client-cert", problem) from None
    return context


def _why(error: Exception) -> str:
    return getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error) or type(error).__name__
