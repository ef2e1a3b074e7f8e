"""The types of `koodrive.spark`, beside Spark's own: bindings-python/typing has none of these."""

import os
import pathlib
import subprocess
import sys

import koodrive.spark

FOLDER = pathlib.Path(__file__).resolve().parent
SAMPLE = str(FOLDER / "right.py")

#: pyright takes the environment from the first python on PATH.
ENVIRONMENT = {**os.environ, "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])}


def run(*command, cwd=FOLDER):
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=ENVIRONMENT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_mypy(tmp_path):
    # A cache, since Spark's types take long to read.
    mypy = (sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path))
    run(*mypy, "-m", "koodrive.spark")
    run(*mypy, SAMPLE)


def test_pyright(tmp_path):
    # Away from pyrightconfig.json, which is for programs that only use it.
    pyright = ("node", str(FOLDER.parent / "typing/node_modules/pyright/index.js"))
    run(*pyright, koodrive.spark.__file__, SAMPLE, cwd=tmp_path)
