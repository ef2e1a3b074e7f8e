from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final, Generic, Literal, Optional, TypeVar, Union, final

from typing_extensions import Self, disjoint_base

from ._errors import KooDriveError

_Reply = TypeVar("_Reply")
_Reply_co = TypeVar("_Reply_co", covariant=True)
_Instant = Union[datetime, float]
_Text = Union[str, bytes]
_Fault = Literal["pass", "delay", "drip", "cut", "cut-in-headers", "cut-after-headers"]
_Headers = Union[Mapping[str, str], Mapping[bytes, bytes], Iterable[tuple[_Text, _Text]]]

__all__ = [
    "CHINA",
    "CLOCK_MARGIN_DEFAULT",
    "INTERNATIONAL",
    "Acknowledgement",
    "Call",
    "Client",
    "Request",
    "Sandbox",
    "X_DATE",
    "check_type",
    "error",
    "trace_id_from_random",
]

CHINA: Final[str]
INTERNATIONAL: Final[str]
CLOCK_MARGIN_DEFAULT: Final[int]
X_DATE: Final[str]

# Known to type checkers as a generic: of what the call is answered with.
@disjoint_base
class Call(Generic[_Reply_co]):
    def __new__(cls, ids: Optional[tuple[str, str]], undocumented_type: Optional[int]) -> Self: ...

@final
class Acknowledgement:
    __match_args__: tuple[str, ...]
    def __new__(cls, code: str, msg: Optional[str], trace_id: Optional[str]) -> Acknowledgement: ...
    @property
    def code(self) -> str: ...
    @property
    def msg(self) -> Optional[str]: ...
    @property
    def trace_id(self) -> Optional[str]: ...
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Request:
    @property
    def method(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def headers(self) -> list[tuple[str, str]]: ...
    @property
    def body(self) -> bytes: ...

@disjoint_base
class Client:
    def __new__(cls, of: Any, way: str, texts: list[str]) -> Self: ...
    def request(
        self,
        call: Call[Any],
        now: Optional[_Instant] = None,
        trace_id: Optional[str] = None,
        date: Optional[_Instant] = None,
    ) -> Request: ...
    # The fifth argument is not for users, so that its name is not theirs to see.
    def parse(
        self,
        call: Call[_Reply],
        status: int,
        headers: _Headers,
        body: Union[bytes, bytearray, memoryview, str],
    ) -> _Reply: ...
    def observe_clock(self, headers: _Headers, sent_at: _Instant, received_at: _Instant) -> None: ...
    @property
    def clock_offset(self) -> float: ...
    def _stages(
        self,
        call: Call[Any],
        now: Optional[_Instant],
        date: Optional[_Instant],
        message: Optional[str],
    ) -> str: ...

@final
class Sandbox:
    EXAMPLE_APP_ID: ClassVar[str]
    EXAMPLE_APP_SECRET: ClassVar[str]
    def __new__(cls, config: str) -> Sandbox: ...
    def handle(
        self, method: str, url: str, headers: Sequence[tuple[bytes, bytes]], body: bytes, now: float
    ) -> tuple[_Fault, float, int, list[tuple[str, bytes]], bytes]: ...
    def accepted(self) -> str: ...

def trace_id_from_random(random: bytes) -> str: ...
def check_type(number: int) -> None: ...
def error(name: str, first: str, second: str) -> KooDriveError: ...
