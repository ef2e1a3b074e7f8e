"""``notify`` sends a call for each row of a Spark DataFrame, and gives their outcomes as another.

A lazy DataFrame that sends would do so again for each action. And one process sends thousands of calls a second
(``Client.adispatch``): for most carriers the service's rate is the limit.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from pkgutil import resolve_name

from . import _core
from ._client import Client
from ._defaults import CONNECT_TIMEOUT, TIMEOUT
from ._errors import InvalidInputError, KooDriveError
from ._core import NotifyPackageExpire
from ._values import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any, Optional

    from pyspark.sql import DataFrame
    from typing_extensions import Unpack

    from .types import DispatchOptions

    #: Rows as Spark gave them, and what became of each, by its number.
    _Batch = tuple[Any, dict[int, tuple[Any, ...]]]

__all__ = ["notify"]

#: From ``trace_id`` to ``msg``.
_NO_ANSWER = (None,) * 9

_IDS = ("carrier_user_id", "package_id")

#: What ``koodrive.CallOutcome`` says, of its error the kind and the text; Spark's types.
_COLUMNS = {
    "verdict": "string",
    "attempts": "integer",
    "trace_id": "string",
    "x_date": "string",
    "first_sent_at": "timestamp",
    "sent_at": "timestamp",
    "answered_at": "timestamp",
    "server_date": "timestamp",
    "status": "integer",
    "code": "string",
    "msg": "string",
    "kind": "string",
    "error": "string",
}

#: Calls a second for each task: their bursts together are a tenth of a second's worth.
_LEAST = 10

#: Batches, of 10,000 rows by default, before they must be written.
_MOST_WAITING = 30


def notify(
    dataframe: DataFrame,
    settings: Settings,
    *,
    path: str,
    credentials: Callable[[], Mapping[str, Any]],
    keys: Sequence[str] = (),
    tasks: Optional[int] = None,
    transport: Optional[Callable[[], Any]] = None,
    connect_timeout: float = CONNECT_TIMEOUT,
    timeout: float = TIMEOUT,
    **options: Unpack[DispatchOptions],
) -> DataFrame:
    """Sends a call for each row, writes the outcomes to ``path`` as Parquet, and returns them read from there.

    ``dataframe`` has ``carrier_user_id`` and ``package_id``, as text; ``keys`` are columns that go along. In each task
    ``credentials`` returns a mapping for ``Client.from_settings``, ``transport`` a transport. Only the names of both are sent, so
    executors must be able to import them.

    ``rate`` is that of all ``tasks``, by default one for 10 calls a second, but no more than run at once. ``path`` must not exist.

    Errors of this package are raised when all outcomes are there. If Spark fails, those of finished tasks are; other rows, in
    ``_koodrive/calls`` there, are unknown, as is a task that is tried again: it sends nothing.
    """
    try:
        import pandas  # noqa: F401  # for mapInArrow
        import pyarrow  # noqa: F401
        from pyspark.accumulators import AddingAccumulatorParam
        from pyspark.sql.types import StructType
    except ImportError as error:
        raise ImportError(f"pip install pyspark pandas pyarrow, which koodrive.spark needs: {error}") from error
    if not isinstance(settings, Settings):
        raise _core.refused("settings", f"of type {type(settings).__name__}; pass client.settings")
    functions = (_name("credentials", credentials), transport and _name("transport", transport))
    # Sends nothing, so it needs no token: it checks the numbers.
    limits: Any = {"connect_timeout": connect_timeout, "timeout": timeout}
    rate = Client.from_settings(settings, token=str).dispatch((), **limits, **options).progress.rate
    session: Any = dataframe.sparkSession
    context = session.sparkContext
    if context.getConf().get("spark.speculation", "false") != "false":
        raise _core.misused("spark.speculation runs a task twice at once; set it to false")
    rows = dataframe.select(*keys, *_IDS)
    for name in _IDS:
        of = rows.schema[name].dataType.simpleString()
        if not of.startswith("string"):
            raise _core.refused(name, f"a column of type {of}, where text is due; make it text where it comes from")
    schema = StructType(list(rows.schema))
    for name, of in _COLUMNS.items():
        schema.add(name, of)
    if len({name.lower() for name in schema.names}) < len(schema):
        raise _core.refused("keys", f"two columns have the same name ({', '.join(schema.names)}); rename the key")
    folder = context._jvm.org.apache.hadoop.fs.Path(path)
    if folder.getFileSystem(session._jsparkSession.sessionState().newHadoopConf()).exists(folder):
        raise _core.refused("path", f"{path} exists already; read it, and pass another for what is to be sent again")
    most = tasks or min(context.defaultParallelism, max(int(rate / _LEAST), 1))
    # From files: after a shuffle Spark may repeat the stage, and attemptNumber begins at 0.
    rows.repartition(most).write.parquet(f"{path}/_koodrive/calls")
    rows = session.read.schema(rows.schema).parquet(f"{path}/_koodrive/calls")
    number = max(min(most, rows.rdd.getNumPartitions()), 1)
    of_task = {**limits, **options, "rate": rate / number}
    nothing: Any = ()
    stopped = context.accumulator(nothing, AddingAccumulatorParam(nothing))
    sent = rows.coalesce(number).mapInArrow(partial(_send, settings, *functions, of_task, stopped), schema)
    # What a task has committed stays if the job fails.
    sent.write.mode("append").option("mapreduce.fileoutputcommitter.algorithm.version", "2").parquet(path)
    for why in stopped.value:
        raise why
    outcomes: DataFrame = session.read.schema(schema).parquet(path)
    return outcomes


def _name(what: str, function: Any) -> str:
    """The name by which an executor finds it. Pickled it would take along what it refers to, such as a token."""
    name = f"{getattr(function, '__module__', None)}:{getattr(function, '__qualname__', None)}"
    try:
        if not name.startswith("__main__:") and resolve_name(name) is function:
            return name
    except (ImportError, AttributeError, ValueError):
        pass
    raise _core.refused(what, "not a function that executors can import; define it in a module of yours")


def _calls(batches: Iterator[Any], read: deque[_Batch]) -> Iterator[Any]:
    """Good rows, as pairs for the dispatcher; None where so many bad ones were read that they must be written."""
    for rows in filter(len, batches):
        outcomes: dict[int, tuple[Any, ...]] = {}
        read.append((rows, outcomes))
        # Spark's text need not be UTF-8. Where it is not, the call refuses it.
        columns = (rows.column(name).cast("large_binary").to_pylist() for name in _IDS)
        for row, ids in enumerate(zip(*columns)):
            texts: Any = (None if value is None else value.decode("utf-8", "surrogateescape") for value in ids)
            try:
                call = NotifyPackageExpire(**dict(zip(_IDS, texts)))
            except InvalidInputError as error:
                outcomes[row] = ("not_sent", 0, *_NO_ANSWER, error.kind, str(error))
            else:
                yield (outcomes, row), call
        if len(read) > _MOST_WAITING:
            yield None


def _written(read: deque[_Batch]) -> Iterator[Any]:
    """Whole batches, their rows in order."""
    import pyarrow

    types = {"string": pyarrow.string(), "integer": pyarrow.int32(), "timestamp": pyarrow.timestamp("us", "UTC")}
    while read and len(read[0][0]) == len(read[0][1]):
        rows, outcomes = read.popleft()
        columns = rows.columns
        for values, of in zip(zip(*map(outcomes.get, range(len(rows)))), _COLUMNS.values()):
            columns.append(pyarrow.array(values, types[of]))
        yield pyarrow.RecordBatch.from_arrays(columns, [*rows.schema.names, *_COLUMNS])


def _send(
    settings: Settings, credentials: str, transport: Optional[str], options: Any, stopped: Any, batches: Iterator[Any]
) -> Iterator[Any]:
    """One try of one task."""
    from pyspark import TaskContext

    from ._dispatch import HaltedError

    read: deque[_Batch] = deque()
    source: Any = _calls(batches, read)
    context: Any = TaskContext.get()
    instead: Any = None
    client: Any = None
    session: Any = None
    if context.attemptNumber():
        text = "Spark has tried this task again: the try before may have sent it"
        instead = ("unknown", None, *_NO_ANSWER, "outcome_unknown", text)
    while source.gi_frame:
        calls: Iterator[tuple[Any, NotifyPackageExpire]] = iter(partial(next, source, None), None)
        if instead is None:
            not_sent = []
            try:
                name = credentials
                try:
                    client = client or Client.from_settings(settings, **resolve_name(name)())
                    name = transport or name
                    session = session or transport and resolve_name(name)()
                except KooDriveError:
                    raise
                except Exception as failed:
                    # Of its text nothing: it may hold a secret.
                    why = f"{name} failed on an executor with {type(failed).__name__}; call it there by itself"
                    raise _core.misused(why) from None
                with client.dispatch(calls, transport=session, **options) as run:
                    for it in run:
                        outcomes, row = it.key
                        if it.verdict == "not_sent":
                            not_sent.append(it.key)
                            continue
                        error = it.error
                        values = [getattr(it, name) for name in list(_COLUMNS)[:-2]]
                        outcomes[row] = (*values, error and error.kind, error and str(error))
                        yield from _written(read)
            except (HaltedError, KooDriveError) as why:
                stopped.add((why,))
                instead = ("not_sent", 0, *_NO_ANSWER, None, str(why))
                for outcomes, row in not_sent:
                    outcomes[row] = instead
        if instead is not None:
            for (outcomes, row), _ in calls:
                outcomes[row] = instead
                yield from _written(read)
        yield from _written(read)
