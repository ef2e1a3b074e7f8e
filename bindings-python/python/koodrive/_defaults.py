"""Constants of the core, the default limits of an exchange, and ``new_trace_id``."""

from __future__ import annotations

import os

from . import _core

_names = _core.names()
INTERNATIONAL, CHINA = _names.international, _names.china
X_DATE, AUTHORIZATION = _names.x_date, _names.authorization

#: Seconds to connect, seconds for the whole exchange, and bytes of a reply after decompression.
CONNECT_TIMEOUT = 5.0
TIMEOUT = 30.0
REPLY_LIMIT = _core.REPLY_LIMIT_DEFAULT


def new_trace_id() -> str:
    """Returns a random trace id of 58 characters, the hex of 29 bytes."""
    return _core.trace_id_from_random(os.urandom(29))
