"""Reads settings from the environment, for ``Client.from_env``. Messages name variables and omit their values."""

from __future__ import annotations

from . import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

ENDPOINT = "KOODRIVE_ENDPOINT"
USER_ID = "KOODRIVE_USER_ID"
APP_ID = "KOODRIVE_APP_ID"
APP_SECRET = "KOODRIVE_APP_SECRET"
TOKEN = "KOODRIVE_TOKEN"

#: The variable of each argument of a client.
VARIABLES = {"endpoint": ENDPOINT, "user_id": USER_ID, "app_id": APP_ID, "app_secret": APP_SECRET, "token": TOKEN}

_EITHER = f"{TOKEN} (or {APP_ID} with {APP_SECRET})"

_MEANINGS = {
    ENDPOINT: "the service's base URL",
    USER_ID: "the user id on KooDrive, which is sent as X-User-Id",
    APP_ID: "the app id that the secret belongs to",
    APP_SECRET: "the secret of that app id",
    _EITHER: "the credentials, of one kind",
}


def read(environ: Mapping[str, str]) -> dict[str, str]:
    """Returns the arguments for a client: endpoint, user id and credentials. Raises ``InvalidInputError``."""
    given = {name: environ[name] for name in VARIABLES.values() if environ.get(name)}
    app = [name for name in (APP_ID, APP_SECRET) if name in given]
    if TOKEN in given and app:
        names = _joined([TOKEN, *app])
        raise _core.misused(f"{names} are set; set the token or the app, since a call authenticates in one way")
    needed = [ENDPOINT, USER_ID, *((APP_ID, APP_SECRET) if app else () if TOKEN in given else (_EITHER,))]
    missing = [name for name in needed if name not in given]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        meanings = _joined([_MEANINGS[name] for name in missing])
        raise _core.misused(f"{_joined(missing)} {verb} not set; set {meanings}")
    return {argument: given[name] for argument, name in VARIABLES.items() if name in given}


def _joined(names: list[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
