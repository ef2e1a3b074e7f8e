"""The half of ``Client`` without I/O: credentials, requests, replies and explanations."""

from __future__ import annotations

import os

from . import _core
from ._convert import not_async, text
from ._hidden import hiding
from ._imported import imported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, NoReturn

    from typing_extensions import Self

    from ._core import Call
    from ._values import Explanation, Settings
    from .types import AsyncSign, AsyncToken, Instant


class BaseClient(_core.Client):
    """Builds requests and reads replies for ``koodrive.Client``."""

    #: The constructor's endpoint, user id, clock margin, whether plain http is allowed, and the clock offset at that time.
    _made_of: tuple[str, str, int, bool, float]
    _token: Callable[[], Any] | None
    _sign: Callable[[str], Any] | None

    def __new__(
        cls,
        *,
        endpoint: str,
        user_id: str,
        app_id: str | None = None,
        app_secret: str | None = None,
        sign: AsyncSign | None = None,
        token: str | AsyncToken | None = None,
        authorization: str | None = None,
        clock_margin: int = _core.CLOCK_MARGIN_DEFAULT,
        allow_plain_http: bool = False,
    ) -> Self:
        """Checks the arguments. Raises ``InvalidInputError``."""
        try:
            made_of = (endpoint, user_id, clock_margin, allow_plain_http, 0.0)
            return cls._checked(made_of, app_id, app_secret, sign, token, authorization)
        finally:
            # Test runners and error trackers show the local variables of a traceback's frames.
            del app_secret, token, authorization

    @classmethod
    @hiding
    def from_settings(
        cls,
        settings: Settings,
        *,
        app_id: str | None = None,
        app_secret: str | None = None,
        sign: AsyncSign | None = None,
        token: str | AsyncToken | None = None,
        authorization: str | None = None,
    ) -> Self:
        """Returns a client with ``settings`` and new credentials. Its clock offset starts at that of ``settings``."""
        made_of = (
            settings.endpoint,
            settings.user_id,
            settings.clock_margin,
            settings.allow_plain_http,
            settings.clock_offset,
        )
        return cls._checked(made_of, app_id, app_secret, sign, token, authorization)

    @classmethod
    @hiding
    def _checked(cls, made_of: Any, *credentials: Any) -> Self:
        endpoint, user_id, clock_margin, allow_plain_http, clock_offset = made_of
        if type(clock_margin) is not int or not 0 <= clock_margin < 2**32:
            raise _core.not_a_margin()
        endpoint, user_id = text("endpoint", endpoint), text("user_id", user_id)
        checked = (endpoint, user_id, clock_margin, bool(allow_plain_http), clock_offset)
        return cls._make(checked, checked, *credentials)

    @classmethod
    @hiding
    def from_env(
        cls,
        environ: Mapping[str, str] | None = None,
        *,
        clock_margin: int = _core.CLOCK_MARGIN_DEFAULT,
        allow_plain_http: bool = False,
    ) -> Self:
        """Returns a client configured by ``environ``, by default ``os.environ``.

        The variables are KOODRIVE_ENDPOINT, KOODRIVE_USER_ID, and either KOODRIVE_TOKEN or KOODRIVE_APP_ID with
        KOODRIVE_APP_SECRET. An empty variable counts as unset. A missing variable raises ``InvalidInputError``. Only this
        method and the command line read the environment.
        """
        from ._environ import read  # imported here, since most programs do not use it

        of: dict[str, Any] = {**read(os.environ if environ is None else environ)}
        return cls(**of, clock_margin=clock_margin, allow_plain_http=allow_plain_http)

    @hiding
    def with_credentials(
        self,
        *,
        app_id: str | None = None,
        app_secret: str | None = None,
        sign: AsyncSign | None = None,
        token: str | AsyncToken | None = None,
        authorization: str | None = None,
    ) -> Self:
        """Returns this client with new credentials, for a token that has expired. Both clients share the learned clock offset."""
        return self._make(self, self._made_of, app_id, app_secret, sign, token, authorization)

    @classmethod
    def _make(cls, origin: Any, made_of: Any, app_id: Any, app_secret: Any, sign: Any, token: Any, authorization: Any) -> Self:
        function = token if callable(token) else None
        if sign is not None and not callable(sign):
            raise _core.refused("sign", f"of type {type(sign).__name__}; pass a function of the string to sign")
        given = {
            "app_id": app_id,
            "app_secret": app_secret,
            "token": None if function is not None else token,
            "authorization": authorization,
        }
        given = {name: text(name, value) for name, value in given.items() if value is not None}
        self = _core.Client.__new__(cls, origin, **given, signs_elsewhere=sign is not None, token_later=function is not None)
        self._made_of = made_of
        self._token = function
        self._sign = sign
        return self

    def _signature(self, string_to_sign: str) -> str:
        """Returns the result of the function ``sign``, for ``request``, which cannot await. Raises for an async function."""
        return text("sign", not_async("sign", self._sign(string_to_sign)))  # type: ignore[misc]

    @property
    def settings(self) -> Settings:
        """Returns the settings of this client without its credentials. The value can be pickled."""
        endpoint, user_id, clock_margin, allow_plain_http, _ = self._made_of
        made: Settings = imported("koodrive._values").Settings(
            endpoint=endpoint,
            user_id=user_id,
            clock_margin=clock_margin,
            allow_plain_http=allow_plain_http,
            clock_offset=self.clock_offset,
        )
        return made

    def explain(
        self,
        call: Call[Any],
        *,
        now: Instant | None = None,
        date: Instant | None = None,
        message: str | None = None,
    ) -> Explanation:
        """Returns every stage of the signature of ``call``. Sends nothing.

        ``date`` is the X-Date of the refused request. ``now`` is this machine's clock by default. ``message`` is the
        service's error message about the signature. If the message contains a canonical request, the explanation names the
        first line that differs.
        """
        message = None if message is None else text("message", message)
        stages: Explanation = imported("koodrive._replies").explanation(self._stages(call, now, date, message))
        return stages

    def __repr__(self) -> str:
        return f"<koodrive.Client endpoint={self._made_of[0]!r} user_id={self._made_of[1]!r}>"

    def __copy__(self) -> Self:
        """Returns this client, which is immutable except for the clock offset that copies share."""
        return self

    def __deepcopy__(self, memo: object) -> Self:
        """Returns this client."""
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a koodrive.Client cannot be pickled, since it holds credentials; pickle client.settings, and create the client "
            "with Client.from_settings(settings, token=…)"
        )
