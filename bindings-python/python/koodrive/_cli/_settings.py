"""Creates the client from arguments and the environment. Secrets come from files, the environment or a prompt."""

from __future__ import annotations

import os
import sys

from .. import _core
from .._client import Client
from .._environ import APP_ID, APP_SECRET, ENDPOINT, TOKEN, USER_ID, VARIABLES

#: Variables that name files with secrets, as containers have.
APP_SECRET_FILE = "KOODRIVE_APP_SECRET_FILE"
TOKEN_FILE = "KOODRIVE_TOKEN_FILE"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace


class Settings:
    """The client of a command, and the source of its credentials. Arguments override the environment."""

    def __init__(self, arguments: Namespace) -> None:
        environ = {name: os.environ[name] for name in VARIABLES.values() if os.environ.get(name)}
        files = {name: os.environ[name] for name in (APP_SECRET_FILE, TOKEN_FILE) if os.environ.get(name)}
        by_app = arguments.app_id is not None or arguments.app_secret_file is not None
        if by_app and arguments.token_file is not None:
            raise _core.misused("both an app and a token are given; pass --app-id with --app-secret-file, or --token-file")
        # An argument for one kind of credentials overrides the environment's other kind.
        by_token = arguments.token_file is not None
        for name in (TOKEN, TOKEN_FILE) if by_app else (APP_ID, APP_SECRET, APP_SECRET_FILE, TOKEN) if by_token else ():
            environ.pop(name, None)
            files.pop(name, None)
        if arguments.app_secret_file is not None:
            environ.pop(APP_SECRET, None)
            files.pop(APP_SECRET_FILE, None)
        for name, value in ((ENDPOINT, arguments.endpoint), (USER_ID, arguments.user_id), (APP_ID, arguments.app_id)):
            if value is not None:
                environ[name] = value
        for name, file in ((TOKEN, TOKEN_FILE), (APP_SECRET, APP_SECRET_FILE)):
            if name in environ and file in files:
                raise _core.misused(f"{name} and {file} are set; set one of them")
        #: The file with the token, or None, and the argument or variable that named the file.
        self.token_file, self.token_file_name = arguments.token_file, "--token-file"
        if not by_token and TOKEN_FILE in files:
            self.token_file, self.token_file_name = files[TOKEN_FILE], TOKEN_FILE
        if self.token_file is not None:
            environ[TOKEN] = secret(self.token_file_name, self.token_file, "token: ")
        if arguments.app_secret_file is not None:
            environ[APP_SECRET] = secret("--app-secret-file", arguments.app_secret_file, "app secret: ")
        elif APP_SECRET_FILE in files:
            environ[APP_SECRET] = secret(APP_SECRET_FILE, files[APP_SECRET_FILE], "app secret: ")
        elif APP_ID in environ and APP_SECRET not in environ and TOKEN not in environ and sys.stdin.isatty():
            environ[APP_SECRET] = _ask(f"secret of app {environ[APP_ID]}: ")
        #: The app id; empty for a token.
        self.app_id = environ.get(APP_ID, "")
        self.client = Client.from_env(environ, clock_margin=arguments.clock_margin, allow_plain_http=arguments.allow_plain_http)


def secret(argument: str, file: str, prompt: str) -> str:
    """Returns the secret in ``file``. For ``-`` on a terminal, asks with ``prompt``. ``argument`` is the name in messages."""
    if file == "-" and sys.stdin.isatty():
        return _ask(prompt)
    text = read(argument, file)
    if len(text.splitlines()) > 1:
        raise _core.refused(argument, f"{file} has several lines; pass a file with the secret alone")
    return text


def read(argument: str, file: str) -> str:
    """Returns the text of ``file`` without its final line break. ``-`` is stdin. ``argument`` is the name in messages."""
    try:
        if file == "-":
            data = sys.stdin.buffer.read()
        else:
            with open(file, "rb") as opened:
                data = opened.read()
        # Some editors begin a file with a byte order mark.
        return data.decode("utf-8-sig").rstrip("\r\n")
    except OSError as error:
        raise _core.refused(argument, f"{file} cannot be read ({error.strerror}); pass a file, or - for stdin") from None
    except UnicodeDecodeError:
        raise _core.refused(argument, f"{file} is not UTF-8; save the file as UTF-8") from None


def _ask(prompt: str) -> str:
    import getpass

    try:
        return getpass.getpass(prompt)
    except EOFError:
        raise _core.misused("no secret was entered; enter the secret, or pass a file") from None
