"""Writes a journal's report as one HTML page: the table, a plot over time, causes, and the unknown rows.

The page has no script and loads nothing from the network.
"""

from __future__ import annotations

import html
import time

from .journal import PERIOD
from .report import STATES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, Optional

    from .journal import Journal

#: The largest numbers of listed unknown rows and of listed causes.
_ROWS, _CAUSES = 1_000, 20

#: Widths of the plot's bins in seconds. The plot uses the first width that needs at most ``_BINS`` bins.
_WIDTHS = (10, 20, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400)
_BINS = 120

#: Coordinates in the view box of the plot: left, width and height of the area, and the tops of both panels.
_LEFT, _WIDTH, _HEIGHT, _TOPS = 64, 820, 150, (30, 240)

_SERIES = (
    ("delivered", 0, "Delivered", "calls that the service accepted"),
    ("throttled", 1, "Throttled", "answers with status 429"),
    ("failed", 1, "Failed", "no answer, or any other answer"),
)

_STYLE = """
:root { color-scheme: light dark; --text: #1b1f24; --soft: #57606a; --line: #d0d7de; --back: #ffffff; --panel: #f6f8fa;
  --delivered: #0a6640; --throttled: #8a4b00; --failed: #b3202c; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --soft: #9da7b3; --line: #3d444d; --back: #0d1117; --panel: #161b22;
  --delivered: #4ac28e; --throttled: #f0b35a; --failed: #ff8a80; } }
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); max-width: 62rem; margin: 0 auto; padding: 1.5rem }
h1 { font-size: 1.5rem; margin: 0 0 .25rem } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .75rem 0 } dt { color: var(--soft) }
dd { margin: 0; overflow-wrap: anywhere }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line) }
th { color: var(--soft); font-weight: 600 } td { unicode-bidi: isolate }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap } .id { font: .85em/1.6 ui-monospace, monospace }
caption { text-align: left; color: var(--soft); padding-bottom: .25rem }
.warning { border-left: .3rem solid var(--failed); background: var(--panel); padding: .75rem 1rem; margin: 1rem 0 }
figure { margin: 0 } svg { width: 100%; min-width: 38rem; height: auto; font: 13px system-ui, sans-serif } svg text { fill: var(--soft) } svg .name { fill: var(--text) }
.grid { stroke: var(--line); stroke-width: 1 } .curve { fill: none; stroke-width: 2 }
.delivered { stroke: var(--delivered) } .throttled { stroke: var(--throttled); stroke-dasharray: 7 3 } .failed { stroke: var(--failed) }
footer { color: var(--soft); margin-top: 2rem; font-size: .9rem }
@media print { body { max-width: none; padding: 0 } }
"""


def page(journal: Journal, *, warning: Optional[str], is_under_way: bool) -> Iterator[str]:
    """Yields the page of ``journal`` in pieces. ``warning`` says why the journal may be incomplete, or is None."""
    job, source, created_at, sha256 = journal.job or ("none", "nothing", 0.0, None)
    counts, heard = journal.counts(), journal.heard()
    title = f"KooDrive job {job}"
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{_text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{_text(title)}</h1>\n"
    )
    if warning is not None:
        yield f'<p class="warning" role="alert"><strong>Warning.</strong> {_text(warning)}</p>\n'
    if is_under_way:
        yield '<p class="warning">The job is running; the page shows its state when the page was made.</p>\n'
    begin, end = journal.span()
    facts = (
        ("Source", source),
        ("SHA-256", sha256 or "not known"),
        ("Read", _instant(created_at)),
        ("First request", _instant(begin)),
        ("Last answer", _instant(end)),
        ("Page made", _instant(time.time())),
    )
    yield "<dl>" + "".join(f"<dt>{name}</dt><dd>{_text(value)}</dd>" for name, value in facts) + "</dl>\n"
    yield from _states(counts, journal.forgotten)
    yield from _plot(heard)
    yield from _causes(journal)
    yield from _unknown(journal, counts.get("unknown", 0))
    yield "</main>\n<footer>Times are in UTC. <code>koodrive report --csv --all</code> lists every row.</footer>\n</body>\n</html>"


def _states(counts: dict[str, int], forgotten: int) -> Iterator[str]:
    total = sum(counts.values())
    rows: list[tuple[Any, ...]] = []
    for state, what in STATES.items():
        if state in counts:
            rows.append((state, counts[state], f"{counts[state] / total:.2%}", what))
    rows.append(("all", total, "", f"{forgotten} rows are forgotten: counted here, and no longer listed" if forgotten else ""))
    yield "<h2>Rows</h2>\n" + _table("Rows by state", ("State", "#Rows", "#Share", "What it means"), rows)


def _causes(journal: Journal) -> Iterator[str]:
    rows = [(count, state, status and str(status), *why) for count, state, status, *why in journal.causes(_CAUSES)]
    if rows:
        yield "<h2>Why rows were not delivered</h2>\n"
        most = f", the {_CAUSES} most frequent" if len(rows) == _CAUSES else ""
        yield _table(f"Rows by cause{most}", ("#Rows", "State", "#Status", "Code", "Reason"), rows)


def _unknown(journal: Journal, count: int) -> Iterator[str]:
    yield "<h2>Unknown rows</h2>\n"
    rows = [
        (str(line), _Id(user), _Id(package), _Id(trace_id), x_date, _instant(sent_at), reason)
        for line, user, package, trace_id, x_date, sent_at, reason in journal.unknown(_ROWS)
    ]
    if not count:
        yield "<p>None: for every row that was sent, the answer says whether the service acted on it.</p>\n"
        return
    about = f"{count} rows: the service may have acted on them; ask Huawei about the trace ids"
    if len(rows) < count:
        about += f". The first {len(rows)} are listed; koodrive report --csv lists all rows that are not forgotten"
    yield _table(about, ("#Line", "User", "Package", "Trace id", "X-Date", "Sent", "Reason"), rows)


class _Id(str):
    """Text for a monospaced font."""


def _table(caption: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> str:
    """Returns an HTML table. A column whose name begins with # has numbers."""
    kinds = [' class="number"' if name.startswith("#") else "" for name in columns]
    head = "".join(f'<th scope="col"{kind}>{_text(name.lstrip("#"))}</th>' for name, kind in zip(columns, kinds))
    body = []
    for row in rows:
        cells = (
            f"<td{' class=' + chr(34) + 'id' + chr(34) if isinstance(value, _Id) else kind}>{_text(value)}</td>"
            for value, kind in zip(row, kinds)
        )
        body.append(f"<tr>{''.join(cells)}</tr>\n")
    return (
        f'<div class="wide" tabindex="0"><table>\n<caption>{_text(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{''.join(body)}</tbody>\n</table></div>\n"
    )


# The plot


def _plot(heard: list[tuple[int, int, int, int]]) -> Iterator[str]:
    yield "<h2>Over time</h2>\n"
    if not heard:
        yield "<p>Nothing was sent.</p>\n"
        return
    begin, width, bins = _binned(heard)
    per_minute = [[count * 60 / width for count in series] for series in zip(*bins)]
    sums = [sum(series) for series in zip(*bins)]
    told = ", ".join(f"{total} {name}" for total, (name, *_) in zip(sums, _SERIES))
    about = f"Delivered, throttled and failed per minute from {_instant(begin)} to {_instant(begin + width * len(bins))}: {told} in all"
    yield f'<figure>\n<div class="wide" tabindex="0"><svg viewBox="0 0 900 440" role="img" aria-label="{_text(about)}">\n'
    yield from _times(begin, width * len(bins))
    for panel, top in enumerate(_TOPS):
        series = [values for values, (_, at, *_) in zip(per_minute, _SERIES) if at == panel]
        scale = _scale(max(map(max, series)))
        yield from _grid(top, scale)
        names = [(kind, name) for kind, at, name, _ in _SERIES if at == panel]
        for number, ((kind, name), values) in enumerate(zip(names, series)):
            x = _LEFT + 220 * number
            yield f'<path class="curve {kind}" d="M{x} {top - 14}h28"/><text class="name" x="{x + 34}" y="{top - 10}">{name} per minute</text>\n'
            yield f'<path class="curve {kind}" d="{_curve(values, top, scale[-1])}"/>\n'
    yield "</svg></div>\n<figcaption>" + "; ".join(f"{name}: {what}" for _, _, name, what in _SERIES) + ".</figcaption>\n"
    yield "<details><summary>The plot in numbers</summary>\n"
    rows = [(_instant(begin + width * number), *counts) for number, counts in enumerate(bins) if any(counts)]
    yield _table(
        f"Counts by {width} seconds; periods without answers are omitted", ("Begin", "#Delivered", "#Throttled", "#Failed"), rows
    )
    yield "</details>\n</figure>\n"


def _binned(heard: list[tuple[int, int, int, int]]) -> tuple[int, int, list[list[int]]]:
    """Returns the start of the first bin, the width of a bin in seconds, and the three counts of each bin."""
    first, last = heard[0][0], heard[-1][0] + PERIOD
    width = next(
        (width for width in _WIDTHS if last - first <= width * _BINS), (last - first) // _BINS // 86_400 * 86_400 + 86_400
    )
    begin = first // width * width
    bins = [[0, 0, 0] for _ in range((last - 1 - begin) // width + 1)]
    for at, *counts in heard:
        it = bins[(at - begin) // width]
        it[:] = [one + other for one, other in zip(it, counts)]
    return begin, width, bins


def _scale(most: float) -> list[float]:
    """Returns five round values from 0 to at least ``most``, for the vertical axis."""
    step = 1.0
    while step * 4 < most:
        # 1, 2, 5, 10, 20 …
        step *= 2.5 if str(step)[0] == "2" else 2
    return [step * number for number in range(5)]


def _curve(values: list[float], top: int, most: float) -> str:
    """Returns the path of a curve in steps, since a count holds for its whole bin."""
    each = _WIDTH / len(values)
    path = ["M"]
    for number, value in enumerate(values):
        y = top + _HEIGHT - value / most * _HEIGHT
        path.append(f"{_LEFT + each * number:.1f} {y:.1f}H{_LEFT + each * (number + 1):.1f}L")
    return "".join(path).rstrip("L")


def _grid(top: int, scale: list[float]) -> Iterator[str]:
    for value in scale:
        y = top + _HEIGHT - value / scale[-1] * _HEIGHT
        yield f'<path class="grid" d="M{_LEFT} {y:.1f}h{_WIDTH}"/><text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>\n'


def _times(begin: int, seconds: int) -> Iterator[str]:
    """Yields vertical lines at round times, with the date at the first line of each day."""
    step = next((step for step in (10, 30, *_WIDTHS[3:]) if seconds <= step * 8), seconds // 8 // 86_400 * 86_400 + 86_400)
    bottom, day = _TOPS[1] + _HEIGHT, ""
    for at in range(-(-begin // step) * step, begin + seconds + 1, step):
        x = _LEFT + (at - begin) / seconds * _WIDTH
        lines = "".join(f'<path class="grid" d="M{x:.1f} {top}v{_HEIGHT}"/>' for top in _TOPS)
        clock = time.strftime("%H:%M:%S" if step < 60 else "%H:%M", time.gmtime(at))
        text = f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{clock}</text>'
        if (date := time.strftime("%Y-%m-%d", time.gmtime(at))) != day:
            day = date
            text += f'<text x="{x:.1f}" y="{bottom + 36}" text-anchor="middle">{date}</text>'
        yield lines + text + "\n"


def _instant(seconds: Optional[float]) -> str:
    return "none" if seconds is None else time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds))


def _text(value: Any) -> str:
    """Returns ``value`` escaped for HTML. Invisible characters and those that change their neighbours are shown as numbers."""
    text = "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
    if not text.isprintable():
        text = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)
    return html.escape(text)
