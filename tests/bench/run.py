"""Measures the cost of a request beside its peers, section by section, and writes the report.

`cargo xtask bench` starts this program and sets its environment:

KOODRIVE_PYTHON     a Python with the wheel and python/requirements.txt installed
KOODRIVE_NPM        a folder with the npm package installed
KOODRIVE_CHROMIUM   the browser's program, for the section `browser`
KOODRIVE_TOOLS      the folder of browser.mjs, for the section `browser`
KOODRIVE_C and others  for the section `runtimes`, see runtimes.py
CARGO_TARGET_DIR    the folder whose subfolder `bench` gets all builds and results

criterion, pyperf and mitata measure. This program starts theirs on one core, for each operation one
peer after the other, in several rounds, and collects the figures. ``--check`` times nothing: it
compiles the programs and compares the requests and replies of the peers.
"""

import argparse
import contextlib
import functools
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import report
import runtimes

HERE = Path(__file__).resolve().parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent.parent / "target")).absolute() / "bench"
RUST, PYTHON = HERE / "rust", HERE / "python"

OPERATIONS = ["bearer request", "signed request", "parse", "call", "batch of 100,000"]
NODE_PEERS = ["tuned", "koodrive", "hand", "one-shot", "official", "aws4", "smithy", "webcrypto", "noble"]

#: The measured program has the last core, and the server the first one. None on systems other than
#: Linux.
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None

#: Rounds of every section, so that a disturbance of the machine hits all peers. A figure is the
#: median of the rounds.
ROUNDS = 5

#: The figures of all rounds, by table, operation, peer and unit.
found = {}


def add(table, operation, peer, unit, value):
    found.setdefault((table, operation, peer, unit), []).append(value)


def start(command, core=-1, **options):
    """Starts a program on one core, or on all cores if ``core`` is None."""
    pin = CORES and core is not None and (lambda: os.sched_setaffinity(0, {CORES[core]}))
    return subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True, preexec_fn=pin or None, **options)


def run(*command, env=(), **options):
    """Returns a program's output and its peak memory in bytes.

    The peak is at least this process's own memory, because the program is forked from it.
    """
    with start(command, env={**os.environ, **dict(env)}, **options) as process:
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed: {process.returncode}\n{printed}")
    return printed, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def cargo(command, *arguments, **env):
    words = [os.environ.get("CARGO", "cargo"), command, *arguments]
    return run(*words, cwd=RUST, env={"CARGO_TARGET_DIR": str(TARGET / "rust"), **env}, core=None)[0]


@functools.cache
def built(package, kind, name, **env):
    """Builds one package alone, and returns the path of its program.

    In a common build cargo would give each package the features that any of them asks for.
    """
    words = ["--quiet", "--locked", "--release", "--package", package, kind, name, "--message-format=json-render-diagnostics"]
    artifacts = map(json.loads, cargo("build", *words, **env).splitlines())
    return next(it["executable"] for it in artifacts if it.get("executable") and it["target"]["name"] == name)


def criterion(table, program, operation, names=None, **env):
    """Runs one operation of a criterion program, if it has it, and adds its figures.

    ``names`` are the operation and the peer in the table, if they are not those of the program.
    """
    home = TARGET / "criterion" / Path(program).name / operation
    shutil.rmtree(home, ignore_errors=True)
    options = ["--noplot", "--quiet", "--warm-up-time=0.5", "--measurement-time=1"]
    _, peak = run(program, "--bench", *options, operation, env={"CRITERION_HOME": str(home), **env})
    for file in sorted(home.glob("**/new/benchmark.json")):
        name = json.loads(file.read_text())
        estimates = json.loads(file.with_name("estimates.json").read_text())
        add(table, *(names or (name["group_id"], name["function_id"])), "ns", estimates["median"]["point_estimate"])
        if operation.startswith("batch"):
            add("memory", f"Rust, {operation}", name["function_id"], "bytes", peak)


def pyperf(name, *options, **more):
    """Runs a pyperf program. Returns nanoseconds and the process's memory in bytes, by operation and
    peer."""
    file = TARGET / f"{name}.json"
    file.unlink(missing_ok=True)
    options = ["--processes=1", "--values=5", "--warmups=1", "--copy-env", *options]
    run(os.environ["KOODRIVE_PYTHON"], "-B", PYTHON / f"{name}.py", "--quiet", f"--output={file}", *options, **more)
    measured = {}
    for benchmark in json.loads(file.read_text())["benchmarks"]:
        [worker] = [process for process in benchmark["runs"] if process.get("values")]
        # pyperf moves the metadata that all processes share to the benchmark.
        metadata = benchmark["metadata"] | worker.get("metadata", {})
        memory = metadata.get("command_max_rss", metadata.get("mem_max_rss"))
        key = tuple(metadata["name"].split(": "))
        measured[key] = report.median(worker["values"]) * 1e9, memory
    return measured


def printed(table, *command, **options):
    """Adds the rows that a program prints."""
    for line in run(*command, **options)[0].splitlines():
        row = json.loads(line)
        add("memory" if row["unit"] == "bytes" and table != "size" else table, **row)


def node(table, file, *arguments):
    printed(table, "node", node_folder() / file, *arguments)


@functools.cache
def node_folder():
    """Returns a copy of the folder `node`, with its peers and koodrive's tarball installed."""
    folder, modules = TARGET / "node", TARGET / "node/node_modules"
    lock = folder / "package-lock.json"
    same = modules.exists() and lock.read_bytes() == (HERE / "node/package-lock.json").read_bytes()
    shutil.copytree(HERE / "node", folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
    if not same:
        run(shutil.which("npm"), "ci", "--loglevel=error", "--ignore-scripts", cwd=folder, core=None)
    shutil.rmtree(modules / "koodrive", ignore_errors=True)
    shutil.copytree(Path(os.environ["KOODRIVE_NPM"], "node_modules/koodrive"), modules / "koodrive")
    return folder


def measure_rust():
    benches = [("peers", "bare"), ("bench-koodrive", "requests"), ("peers", "hand"), ("bench-aws-sigv4", "signer")]
    programs = [built(package, "--bench", name) for package, name in benches]
    for operation in OPERATIONS:
        for program in programs:
            criterion("rust", program, operation)


def measure_limits():
    portable = {"RUSTFLAGS": '--cfg sha2_backend="soft"', "CARGO_TARGET_DIR": str(TARGET / "portable")}
    criterion("limits", built("peers", "--bench", "limits"), "")
    criterion("limits", built("peers", "--bench", "limits", **portable), "SHA-256")


def measure_node():
    for operation in OPERATIONS:
        for peer in NODE_PEERS:
            node("node", "operations.mjs", peer, operation)


def measure_python():
    for (operation, peer), (value, memory) in pyperf("operations").items():
        add("python", operation, peer, "ns", value)
        if operation.startswith("batch") and memory:
            add("memory", f"Python, {operation}", peer, "bytes", memory)


def measure_browser():
    node("browser", "browser.mjs")


def measure_size():
    printed("size", os.environ["KOODRIVE_PYTHON"], "-B", PYTHON / "size.py", "koodrive", "huaweicloudsdkcore", "botocore")
    node("size", "size.mjs")
    env = {"KOODRIVE_BENCH_NODE": str(node_folder())}
    printed("memory", os.environ["KOODRIVE_PYTHON"], "-B", PYTHON / "start.py", "--memory", env=env)
    # One start of each peer after the other: the start of the bare interpreter is subtracted, and
    # the machine's speed changes. On all cores, since Node compiles modules on several threads.
    for _ in range(5):
        measured = pyperf("start", "--values=1", "--warmups=0", env=env, core=None)
        for (operation, peer), (value, _) in measured.items():
            if peer != "nothing":
                add("start", operation, peer, "ns", value - measured[operation, "nothing"][0])


@contextlib.contextmanager
def serving():
    """Runs the server, and gives its address."""
    server = start([built("bench-server", "--bin", "bench-server")], core=0)
    try:
        yield server.stdout.readline().strip()
    finally:
        server.kill()
        server.wait()


def measure_end_to_end():
    hyper = built("end-to-end", "--bench", "hyper")
    with serving() as address:
        criterion("end to end", hyper, "Rust, hyper", KOODRIVE_SERVER=address)
        measured = pyperf("end_to_end", env={"KOODRIVE_SERVER": address})
        # The journal has a thread of its own, so the job gets all cores. One job per value is long
        # enough.
        measured |= pyperf("job", "--loops=1", "--values=1", core=None, env={"KOODRIVE_SERVER": address})
        for (operation, peer), (value, _) in measured.items():
            add("end to end", operation, peer, "ns", value)
        for path in ["constant", "koodrive", "dispatch", "fetch"]:
            node("end to end", "end-to-end.mjs", path, address)


def measure_runtimes():
    table = "other runtimes"
    criterion(table, built("bench-koodrive", "--bench", "requests"), "signed request", names=("C, signed request", "Rust"))
    rows = [*runtimes.c(run, TARGET), *runtimes.go(run, TARGET), runtimes.module()]
    # JMH has repeats of its own, in several processes.
    if not any(operation.startswith("JVM") for _, operation, _, _ in found):
        with serving() as address:
            rows += runtimes.jvm(run, address)
    for row in rows:
        add(table, **row)


def measure_growth():
    programs = {
        "Rust": [built("bench-koodrive", "--bin", "growth")],
        "Python": [os.environ["KOODRIVE_PYTHON"], "-B", PYTHON / "growth.py"],
        # V8 lets a process with much garbage have more memory before it collects: at most 1 MB of
        # young objects and 8 MB of old ones here, of which 5 MB are in use after a collection.
        "Node": ["node", "--max-semi-space-size=1", "--max-old-space-size=8", node_folder() / "growth.mjs"],
    }
    for language, command in programs.items():
        for count in (1, 1_000, 1_000_000):
            printed, _ = run(*command, count)
            add("growth", f"{language}, time", f"{count:,}", "ns", float(printed.split("\n")[0]))
            if most := re.search(r"VmHWM:\s+(\d+) kB", printed):
                add("growth", f"{language}, memory", f"{count:,}", "bytes", int(most[1]) * 1024)


SECTIONS = {
    "rust": measure_rust,
    "limits": measure_limits,
    "node": measure_node,
    "python": measure_python,
    "browser": measure_browser,
    "size": measure_size,
    "end-to-end": measure_end_to_end,
    "growth": measure_growth,
    "runtimes": measure_runtimes,
}


def check():
    packages = ["--package=case", "--package=cpu-time", "--package=peers", "--package=bench-koodrive"]
    cargo("fmt", "--all", "--check")
    cargo("clippy", "--quiet", "--locked", "--all-targets", *packages, "--", "--deny", "warnings")
    # Leaves out the packages that take long to build. Without `--bench` a criterion program
    # compares its peer and then runs each operation once.
    cargo("test", "--quiet", "--locked", "--benches", *packages)
    print(run(os.environ["KOODRIVE_PYTHON"], "-B", PYTHON / "operations.py", "--check")[0], end="")
    for peer in NODE_PEERS:
        node("node", "operations.mjs", peer, "check")
    print(f"{len(NODE_PEERS)} peers of Node sign and read as they should")


def write_report():
    rows = [
        dict(zip(("table", "operation", "peer", "unit"), key), value=report.median(of), rounds=of) for key, of in found.items()
    ]
    (TARGET / "bench.json").write_text(json.dumps(rows, indent=1, ensure_ascii=False))
    (TARGET / "bench.md").write_text(report.markdown(rows))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=SECTIONS)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    TARGET.mkdir(parents=True, exist_ok=True)
    if arguments.check:
        return check()
    for name in [arguments.only] if arguments.only else SECTIONS:
        print(f"=== {name}", file=sys.stderr)
        started = time.monotonic()
        for _ in range(ROUNDS):
            SECTIONS[name]()
        print(f"({time.monotonic() - started:.0f} s)", file=sys.stderr)
        # After each section, so that one that fails loses nothing of those before it.
        write_report()
    print((TARGET / "bench.md").read_text())


if __name__ == "__main__":
    main()
