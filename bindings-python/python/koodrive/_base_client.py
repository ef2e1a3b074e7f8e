"""``BaseClient``: requests and replies, credentials, explanations. It sends nothing: ``Client`` does."""

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
    """The half of ``koodrive.Client`` that does no I/O."""

    #: As it was made: endpoint, user id, margin of the clock, whether plain http is allowed, and the offset of the clock, which
    #: has been learned since.
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
        """Checks everything, and opens nothing."""
        try:
            made_of = (endpoint, user_id, clock_margin, allow_plain_http, 0.0)
            return cls._checked(made_of, app_id, app_secret, sign, token, authorization)
        finally:
            # Tracebacks may be shown with the variables of their frames.
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
        """A client as another process had it, which begins with the clock that one had learned."""
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
        """A client of what the environment says; nothing else in this package reads it.

        KOODRIVE_ENDPOINT and KOODRIVE_USER_ID, and either KOODRIVE_TOKEN or KOODRIVE_APP_ID with KOODRIVE_APP_SECRET. An
        empty variable counts as one that is not set. ``environ`` is ``os.environ`` by default.
        """
        from ._environ import read  # no environment, no cost

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
        """The same client with fresh credentials: tokens end while services run. Both share what they learn of the clock."""
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
        """For ``request``, which waits for nothing: what the function ``sign`` returns."""
        return text("sign", not_async("sign", self._sign(string_to_sign)))  # type: ignore[misc]

    @property
    def settings(self) -> Settings:
        """What this client is made of, its credentials apart; picklable."""
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
        """Every stage of the signature of a call; nothing is sent.

        ``date`` is the X-Date that was sent. ``message`` is what the service said when it refused the signature; if it holds
        a canonical request, the explanation names the first line that differs.
        """
        message = None if message is None else text("message", message)
        stages: Explanation = imported("koodrive._replies").explanation(self._stages(call, now, date, message))
        return stages

    def __repr__(self) -> str:
        return f"<koodrive.Client endpoint={self._made_of[0]!r} user_id={self._made_of[1]!r}>"

    def __copy__(self) -> Self:
        """Itself: a client never changes, and what it learns of the clock is shared."""
        return self

    def __deepcopy__(self, memo: object) -> Self:
        """Itself."""
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a koodrive.Client is not pickled, since it holds credentials: pickle client.settings, which has none, and "
            "make the client anew with Client.from_settings(settings, token=…)"
        )
