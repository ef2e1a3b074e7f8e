"""The package as such: what it imports, where it is."""

import json
import os
import pathlib
import re
import runpy
import subprocess
import sys
import zipfile
from importlib import metadata

import koodrive

TESTS = pathlib.Path(__file__).resolve().parent

#: The modules that building a request needs.
PLAIN = ("_base_client", "_client", "_convert", "_core", "_defaults", "_errors", "_redact", "_imported")


def python(*arguments, **options):
    command = [sys.executable, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=TESTS, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_importing_it_imports_no_transport():
    loaded = python("-c", "import sys; before = set(sys.modules); import koodrive; print(*(set(sys.modules) - before))").split()
    allowed = {"__future__", "koodrive", *(f"koodrive.{name}" for name in PLAIN)}
    assert {"koodrive", "koodrive._core", "koodrive._client"} <= set(loaded) <= allowed


def test_the_frequent_replies_import_no_dataclasses():
    code = """
import sys, koodrive
client = koodrive.Client(endpoint=koodrive.CHINA, user_id="1", token="t")
call = koodrive.NotifyPackageExpire(carrier_user_id="1", package_id="2")
for it in (call, koodrive.RawCall("POST", "/a", json={"a": 1})):
    client.request(it)
    assert client.parse(it, 200, [], b'{"code":0}').code == "0"
print(*sys.modules)
"""
    assert not set(python("-c", code).split()) & {"dataclasses", "json", "koodrive._values"}


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


def test_a_zipapp_names_the_reason(tmp_path):
    package = pathlib.Path(koodrive.__file__).parent
    with zipfile.ZipFile(tmp_path / "koodrive.pyz", "w") as archive:
        for path in [*package.rglob("*.py"), *package.glob("_core.*")]:
            archive.write(path, path.relative_to(package.parent))
        archive.writestr("__main__.py", "from koodrive._cli import main\n")
    done = subprocess.run([sys.executable, "-I", "-S", str(tmp_path / "koodrive.pyz")], capture_output=True, text=True)
    assert done.returncode == 1 and "which Python cannot import from a zip archive; ship a folder" in done.stderr


def test_pyinstaller_is_told_every_module_that_is_imported_by_name():
    """Its analysis sees import statements alone. The programs that it makes of the package were tried by hand."""
    package = pathlib.Path(koodrive.__file__).parent
    told = set(runpy.run_path(str(package / "__pyinstaller" / "hook-koodrive.py"))["hiddenimports"])
    sources = "".join(path.read_text() for path in package.rglob("*.py"))
    named = set(re.findall(r'imported\("([\w.]+)"\)', sources))
    assert "koodrive.transports._stdlib" in named and named <= told
    commands = {
        f"koodrive._cli._{name}" for name in ("check", "explain", "forget", "notify", "report", "request", "resume", "run")
    }
    assert commands <= told
    assert not any("testing" in name or "spark" in name for name in told)


def test_the_image_has_what_the_command_line_knows():
    """docs/container: variables, flags and the entry point, held to the package."""
    folder = TESTS.parents[1] / "docs" / "container"
    recipe, text = ((folder / name).read_text(encoding="utf-8") for name in ("Containerfile", "README.md"))
    help_text = subprocess.run(
        [sys.executable, "-m", "koodrive", "run", "--help"], capture_output=True, text=True, check=True
    ).stdout
    variables = set(re.findall(r"KOODRIVE_\w+", recipe + text)) - {"KOODRIVE_VERSION"}
    assert variables and all(variable in help_text for variable in variables)
    command = re.search(r"^  koodrive (run .*)$", text, re.MULTILINE)[1]
    assert all(flag in help_text for flag in re.findall(r"--[a-z-]+", command))
    (entry,) = json.loads(re.search(r"^ENTRYPOINT (.*)$", recipe, re.MULTILINE)[1])
    assert entry in {script.name for script in metadata.entry_points(group="console_scripts")}
    assert f"KOODRIVE_VERSION={metadata.version('koodrive')}" in recipe
