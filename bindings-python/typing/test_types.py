"""The types: that the package keeps its own, that programs see them, and that they say what the modules hold.

``right.py`` and ``patterns.py`` must pass, and so must ``wrong.py``, in which every wrong line says so: a comment that has
nothing to ignore is an error.
"""

import json
import os
import pathlib
import subprocess
import sys

import koodrive
import pytest

FOLDER = pathlib.Path(__file__).resolve().parent
PACKAGE = pathlib.Path(koodrive.__file__).parent
SAMPLES = ("right.py", "patterns.py", "wrong.py")

#: pyright takes the environment from the first python on PATH.
ENVIRONMENT = {**os.environ, "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])}


def run(*command, cwd=FOLDER):
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=ENVIRONMENT)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def mypy(*arguments):
    return run(sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--cache-dir", os.devnull, *arguments)


def pyright(*arguments, cwd=FOLDER):
    return run("node", str(FOLDER / "node_modules/pyright/index.js"), *arguments, cwd=cwd)


def test_the_package_is_the_installed_one():
    assert FOLDER.parent not in PACKAGE.parents
    assert (PACKAGE / "py.typed").exists()


# The oldest and the newest.
@pytest.mark.parametrize("version", ["3.10", "3.14"])
def test_mypy(version):
    mypy("--python-version", version, "-p", "koodrive")
    mypy("--python-version", version, *SAMPLES)


@pytest.mark.parametrize("version", ["3.10", "3.14"])
def test_pyright_of_the_package(version, tmp_path):
    # Away from pyrightconfig.json, which is for programs that only use it. Spark is elsewhere: see bindings-python/spark.
    config = {"include": [str(PACKAGE)], "ignore": [str(PACKAGE / "spark.py")]}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(config), encoding="utf-8")
    assert "0 errors" in pyright("--pythonversion", version, "--project", str(tmp_path), cwd=tmp_path)


@pytest.mark.parametrize("version", ["3.10", "3.14"])
def test_pyright_of_programs(version):
    pyright("--pythonversion", version, "--project", str(FOLDER))


def test_nothing_public_lacks_a_type():
    assert "Type completeness score: 100%" in pyright("--verifytypes", "koodrive", "--ignoreexternal")


def test_the_stubs_say_what_the_modules_hold(tmp_path):
    allowed = tmp_path / "allowed.txt"
    # Where Spark is, it is hidden, as whatever is imported for types. Of `Call` there are subclasses, but only in the package.
    # And stubtest takes an alias of literals for a union, a class in a function for one of the module, and reads no `lru_cache`.
    names = (
        "spark.DataFrame", "_core.Call", *(f"_literals.{name}" for name in ("HaltReason", "Kind", "Outcome", "Slowed", "Verdict")),
        r"transports._aiohttp.Sending@\d+", "transports._stdlib._kept", "_values.dataclass_of",
    )  # fmt: skip
    allowed.write_text("".join(f"koodrive.{name}\n" for name in names), encoding="utf-8")
    config = str(FOLDER.parent / "pyproject.toml")
    run(sys.executable, "-m", "mypy.stubtest", "koodrive", "--mypy-config-file", config, "--allowlist", str(allowed))
