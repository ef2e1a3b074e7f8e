"""Writes the report: every budget with its figures, and every table with koodrive's ratio to each peer.

A budget is a goal of the product. The budgets of sizes and start-up times are those of a plain
build: a missed one needs an explanation, and does not justify changes of the code. A missed budget
fails no test.
"""

import platform
import statistics
import subprocess

KOODRIVE = "koodrive"
RAW = "koodrive, raw call"
CONSTANT = "constant bytes"
OFFICIAL = "@huaweicloud/huaweicloud-sdk-core"

#: Table, operation, peer, limit, and the other peer. The limit is a multiple of the other peer's
#: figure. Without another peer it is in bytes or nanoseconds.
BUDGETS = [
    ("rust", "bearer request", KOODRIVE, 1.9, "bare strings"),
    ("rust", "signed request", KOODRIVE, 1.10, "bare strings"),
    ("rust", "parse", KOODRIVE, 1.8, "serde_json struct"),
    ("rust", "call", RAW, 1.3, KOODRIVE),
    ("python", "bearer request", KOODRIVE, 0.30, "tuned"),
    ("python", "signed request", KOODRIVE, 0.33, "tuned"),
    ("python", "signed request", KOODRIVE, 1 / 18, "huaweicloudsdkcore signer"),
    ("python", "signed request", KOODRIVE, 1 / 60, "huaweicloudsdkcore client"),
    ("python", "parse", KOODRIVE, 0.45, "tuned"),
    ("python", "batch of 100,000", KOODRIVE, 0.9, "tuned"),
    ("python", "call", RAW, 1.3, KOODRIVE),
    ("node", "bearer request", KOODRIVE, 1.25, "tuned"),
    ("node", "bearer request", KOODRIVE, 0.7, "hand"),
    ("node", "signed request", KOODRIVE, 0.5, "tuned"),
    ("node", "signed request", KOODRIVE, 0.15, OFFICIAL),
    ("node", "parse", KOODRIVE, 3, "tuned"),
    ("node", "call", RAW, 1.3, KOODRIVE),
    ("browser", "signed request", KOODRIVE, 1 / 12, "WebCrypto"),
    ("end to end", "Rust, hyper", KOODRIVE, 1.12, CONSTANT),
    ("end to end", "Python, aiohttp", KOODRIVE, 1.12, CONSTANT),
    ("end to end", "Python, a row of a job, 256 at once", KOODRIVE, 1.15, CONSTANT),
    # At least 0.6 of the peer's requests per second.
    ("end to end", "Python, a row of a job, 64 at once", KOODRIVE, 1 / 0.6, CONSTANT),
    ("end to end", "Node, undici", KOODRIVE, 1.25, CONSTANT),
    ("end to end", "Node, undici", "koodrive, dispatched", 1.5, CONSTANT),
    ("size", "npm .wasm, gzip", KOODRIVE, 96e3, None),
    ("size", "npm bundle, gzip", KOODRIVE, 112e3, None),
    ("size", "pip installed", KOODRIVE, 4e6, None),
    ("start", "Node, import to first signed request", KOODRIVE, 20e6, None),
    ("start", "Python, import", KOODRIVE, 4e6, None),
    ("other runtimes", "C, signed request", KOODRIVE, 1.15, "Rust"),
    ("other runtimes", "Go, signed request", KOODRIVE, 3, "hand"),
    ("other runtimes", "Go, signed request, allocations", KOODRIVE, 8, None),
    ("other runtimes", "Go, bearer request", KOODRIVE, 1500, None),
    ("other runtimes", "Go, parse", KOODRIVE, 1, "hand"),
    ("other runtimes", "Go, growth of a program", KOODRIVE, 2e6, None),
    ("other runtimes", "Go, start to first signed request", KOODRIVE, 2e6, None),
    ("other runtimes", "JVM, signed request", KOODRIVE, 6, "hand"),
    ("other runtimes", "JVM, signed request", KOODRIVE, 15e3, None),
    ("other runtimes", "JVM, parse", KOODRIVE, 6e3, None),
    ("other runtimes", "JVM, java.net.http", KOODRIVE, 1.1, CONSTANT),
    ("other runtimes", "JVM, start to first signed request", KOODRIVE, 150e6, None),
    ("other runtimes", "JVM, jar", KOODRIVE, 600e3, None),
    ("other runtimes", "koodrive.wasm", KOODRIVE, 250e3, None),
    *(("growth", f"{of}, {what}", "1,000,000", 1.1, "1,000") for of in ("Rust", "Python", "Node") for what in ("time", "memory")),
]

median = statistics.median


def figure(value, unit):
    """Returns a time with three significant digits, more than a second run repeats, and bytes exactly."""
    if unit in ("bytes", "allocations"):
        return f"{value:,.0f} {unit}"
    for most, divisor, unit in ((1e4, 1, "ns"), (1e6, 1e3, "µs"), (float("inf"), 1e6, "ms")):
        if value < most:
            value /= divisor
            return f"{value:,.{0 if value >= 100 else 1 if value >= 10 else 2}f} {unit}"


def times(ratio):
    return f"1/{1 / ratio:.0f} ×" if 0 < ratio < 0.1 else f"{ratio:.2f} ×"


def table(heads, lines):
    rule = ["---" if head in ("what", "operation", "peer", "against", "verdict") else "--:" for head in heads]
    return "".join(f"| {' | '.join(line)} |\n" for line in (heads, rule, *lines))


def budgets(rows):
    """Returns the table of the budgets with both figures."""
    found = {(row["table"], row["operation"], row["peer"]): row for row in rows}
    lines = []
    for of, operation, name, most, peer in BUDGETS:
        ours, other = found.get((of, operation, name)), found.get((of, operation, peer))
        if not ours or (peer and not other):
            continue
        value, unit = ours["value"], ours["unit"]
        against, ratio, limit, share = "", "", figure(most, unit), value / most
        if other:
            against, ratio, limit = f"{peer}, {figure(other['value'], unit)}", times(value / other["value"]), times(most)
            share /= other["value"]
        verdict = "met" if share <= 1 else f"**missed by {(share - 1) * 100:.0f} %**"
        lines.append(
            [
                f"{of}: {operation}" + (", raw" if name == RAW else ", dispatched" if "dispatched" in name else ""),
                figure(value, unit),
                against,
                ratio,
                f"≤ {limit}",
                verdict,
            ]
        )
    return table(["what", "koodrive", "against", "ratio", "budget", "verdict"], lines)


def ratios(rows):
    """Returns one table, with the rows of an operation together."""
    lines = []
    for operation in dict.fromkeys(row["operation"] for row in rows):
        peers = [row for row in rows if row["operation"] == operation]
        ours = [row["value"] for row in peers if row["peer"] == KOODRIVE]
        for row in peers:
            ratio = times(ours[0] / row["value"]) if ours and row["value"] else ""
            lines.append([operation, row["peer"], figure(row["value"], row["unit"]), ratio])
    return table(["operation", "peer", "median", "koodrive ÷ peer"], lines)


def machine():
    """Returns processor, system and compilers, as far as they are known."""
    words = [f"{platform.system()} {platform.machine()}"]
    try:
        with open("/proc/cpuinfo") as file:
            models = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
        words = [models[0], f"{len(models)} cores", *words]
    except (OSError, IndexError):
        pass
    for command in (["rustc", "--version"], ["node", "--version"]):
        words.append(" ".join(subprocess.run(command, capture_output=True, text=True).stdout.split()[:2]))
    return ", ".join(words).replace(", v", ", Node ") + f", Python {platform.python_version()}"


def markdown(rows):
    parts = [f"{machine()}.\n\n## Budgets\n\n{budgets(rows)}"]
    for name in dict.fromkeys(row["table"] for row in rows):
        parts.append(f"\n## {name}\n\n{ratios([row for row in rows if row['table'] == name])}")
    return "".join(parts)
