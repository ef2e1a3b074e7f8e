"""Measures C, Go and the JVM, each where its tools are installed. `run.py` adds the rows.

`cargo xtask bench` sets the environment:

KOODRIVE_C       the folder with `include` and `lib` of the C library
KOODRIVE_WASM    koodrive.wasm for other languages
KOODRIVE_MAVEN   Maven and its arguments, as JSON; without a JDK it is not set
KOODRIVE_JAR     the jar, which has been built
"""

import json
import os
import re
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
GO, JAVA = ROOT / "bindings-go", ROOT / "bindings-java"

#: The functions of bench_test.go, and of RequestBenchmark.java.
BENCHMARKS = {
    "Signed": ("signed request", "koodrive"),
    "HandSigned": ("signed request", "hand"),
    "Bearer": ("bearer request", "koodrive"),
    "HandBearer": ("bearer request", "hand"),
    "Parse": ("parse", "koodrive"),
    "HandParse": ("parse", "hand"),
    "signedRequest": ("signed request", "koodrive"),
    "signedRequestByHand": ("signed request", "hand"),
    "bearerRequest": ("bearer request", "koodrive"),
    "parse": ("parse", "koodrive"),
    "parseByHand": ("parse", "hand"),
}


def is_there(program):
    if shutil.which(program):
        return True
    print(f"skipped: there is no {program}", file=sys.stderr)
    return False


def c(run, target):
    """Yields the row of the C library, linked statically."""
    if not is_there("cc"):
        return
    library, program = Path(os.environ["KOODRIVE_C"]), target / "signed"
    libraries = [library / "lib/libkoodrive.a", "-lpthread", "-ldl", "-lm"]
    run("cc", "-O2", "-I", library / "include", HERE / "c/signed.c", *libraries, "-o", program)
    yield json.loads(run(program)[0])


def go(run, target):
    """Yields times and allocations of one round, the start, and the growth of a program."""
    if not is_there("go"):
        return
    pattern = "^Benchmark(Hand)?(Signed|Bearer|Parse)$"
    printed = run("go", "test", "-run", "^$", "-bench", pattern, "-benchtime", "0.5s", ".", cwd=GO)[0]
    line = re.compile(r"^Benchmark(\w+)(?:-\d+)?\s.*?([\d.]+) cpu-ns/op.*?(\d+) allocs/op", re.MULTILINE)
    for name, time, allocations in line.findall(printed):
        operation, peer = BENCHMARKS[name]
        yield row(f"Go, {operation}", peer, "ns", time)
        yield row(f"Go, {operation}, allocations", peer, "allocations", allocations)
    sizes = {}
    for name in ("start", "bare"):
        program = target / f"go-{name}"
        run("go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, f"./{name}", cwd=GO / "internal/tests")
        sizes[name] = program.stat().st_size
    yield row("Go, growth of a program", "koodrive", "bytes", sizes["start"] - sizes["bare"])
    took, unit = re.fullmatch(r"([\d.]+)(µs|ms)\s*", run(target / "go-start")[0]).groups()
    yield row("Go, start to first signed request", "koodrive", "ns", float(took) * {"µs": 1e3, "ms": 1e6}[unit])


def jvm(run, address):
    """Yields times of JMH, of a start, and over java.net.http. It takes two minutes."""
    if "KOODRIVE_MAVEN" not in os.environ:
        print("skipped: there is no JDK for the package, or no Maven", file=sys.stderr)
        return
    printed = run(*json.loads(os.environ["KOODRIVE_MAVEN"]), "-Pbench", "test", cwd=JAVA, core=None)[0]
    for name, time in re.findall(r"^RequestBenchmark\.(\w+)\s+avgt\s+\d+\s+([\d.]+)", printed, re.MULTILINE):
        if name in BENCHMARKS:
            operation, peer = BENCHMARKS[name]
            yield row(f"JVM, {operation}", peer, "ns", time)
    jar = os.environ["KOODRIVE_JAR"]
    java = [Path(os.environ["JAVA_HOME"], "bin/java"), "--enable-native-access=ALL-UNNAMED"]
    java += ["-cp", os.pathsep.join([jar, str(JAVA / "target/test-classes")])]
    starts = sorted(int(run(*java, "koodrive.Start", core=None)[0]) for _ in range(5))
    yield row("JVM, start to first signed request", "koodrive", "ns", starts[2])
    for line in run(*java, "koodrive.EndToEnd", address, core=None)[0].splitlines():
        yield json.loads(line)
    yield row("JVM, jar", "koodrive", "bytes", os.path.getsize(jar))


def module():
    """Returns the row of koodrive.wasm, which other languages load."""
    return row("koodrive.wasm", "koodrive", "bytes", os.path.getsize(os.environ["KOODRIVE_WASM"]))


def row(operation, peer, unit, value):
    return {"operation": operation, "peer": peer, "unit": unit, "value": float(value)}
