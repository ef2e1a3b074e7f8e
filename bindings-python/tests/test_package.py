"""The package as such: what it imports, where it is."""

import os
import pathlib
import re
import runpy
import subprocess
import sys

import koodrive

TESTS = pathlib.Path(__file__).resolve().parent

#: The modules that building a request needs.
PLAIN = ("_base_client", "_client", "_convert", "_core", "_defaults", "_errors", "_hidden", "_imported")


def python(*arguments, **options):
    command = [sys.executable, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=TESTS, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_importing_it_imports_no_transport():
    loaded = python("-c", "import sys; before = set(sys.modules); import koodrive; print(*(set(sys.modules) - before))").split()
    allowed = {"__future__", "koodrive", *(f"koodrive.{name}" for name in PLAIN)}
    assert {"koodrive", "koodrive._core", "koodrive._client"} <= set(loaded) <= allowed


def test_sending_imports_no_session():
    code = """
import sys, koodrive
client = koodrive.Client(endpoint="http://127.0.0.1:1", user_id="1", token="t")
try:
    client.send(koodrive.GetSpaceUsageByOverview())
except koodrive.NotSentError:
    print(*sys.modules)
"""
    loaded = set(python("-c", code).split())
    assert "koodrive.transports._stdlib" in loaded
    assert not loaded & {"aiohttp", "httpx", "requests", "asyncio", "koodrive.transports._httpx"}


def test_dispatching_in_threads_imports_no_event_loop():
    code = """
import sys, koodrive
client = koodrive.Client(endpoint="http://127.0.0.1:1", user_id="1", token="t")
assert list(client.dispatch([])) == []
print(*sys.modules)
"""
    loaded = set(python("-c", code).split())
    assert "koodrive._dispatch._blocking" in loaded
    assert not loaded & {"asyncio", "koodrive._dispatch._asynchronous", "aiohttp", "httpx"}


def test_without_spark_it_says_what_to_install():
    code = """
import sys, koodrive.spark
assert not {"pyspark", "pandas", "pyarrow"} & set(sys.modules)
for name in ("pyspark", "pandas", "pyarrow"):
    sys.modules[name] = None
try:
    koodrive.spark.notify(None, None, path="", credentials=dict)
except ImportError as error:
    print(error)
"""
    assert python("-c", code).startswith("pip install pyspark pandas pyarrow, which koodrive.spark needs: ")


def test_it_is_installed_with_its_types():
    package = pathlib.Path(koodrive.__file__).parent
    # `maturin develop` leaves the package in the sources; `cargo xtask test` installs the wheel.
    if os.environ.get("KOODRIVE_INSTALLED") == "wheel":
        assert TESTS.parent not in package.parents
    assert (package / "py.typed").exists() and (package / "_core.pyi").exists()


def test_pyinstaller_is_told_every_module_that_is_imported_by_name():
    """Its analysis sees import statements alone. The programs that it makes of the package were tried by hand."""
    package = pathlib.Path(koodrive.__file__).parent
    told = set(runpy.run_path(str(package / "__pyinstaller" / "hook-koodrive.py"))["hiddenimports"])
    sources = "".join(path.read_text() for path in package.rglob("*.py"))
    named = set(re.findall(r'imported\("([\w.]+)"\)', sources))
    assert "koodrive.transports._stdlib" in named and named <= told
    commands = {f"koodrive._cli._{name}" for name in ("check", "explain", "forget", "notify", "report", "request", "resume", "run")}
    assert commands <= told
    assert not any("testing" in name or "spark" in name for name in told)
