"""The README's commands and its tests, run as they stand there. Its programs run in the suites `readme` and
`python-spark`."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

README = pathlib.Path(__file__).resolve().parents[1] / "README.md"


def blocks():
    """Language, line and text of every fenced block."""
    for block in re.finditer(r"^```([\w ]*)\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        yield block[1], README.read_text(encoding="utf-8")[: block.start()].count("\n") + 1, block[2]


def of(*languages, files=False):
    found = [block for block in blocks() if block[0] in languages and bool(re.match(r"# \w+\.py\n", block[2])) == files]
    return pytest.mark.parametrize("text", [pytest.param(text, id=f"line {line}") for _, line, text in found])


@pytest.fixture
def environ(koodrive_sandbox_server):
    """A shell that finds what is installed, and no registry."""
    programs = os.path.dirname(sys.executable)
    return {
        "PATH": programs + os.pathsep + os.environ["PATH"],
        "HOME": os.environ.get("HOME", ""),
        "PIP_NO_INDEX": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        **koodrive_sandbox_server.environ,
    }


def test_every_block_is_of_a_kind_that_runs():
    assert {language for language, _, _ in blocks()} == {"python", "python spark", "sh", "console"}


@of("sh")
def test_a_script(environ, tmp_path, text):
    done = subprocess.run(["sh", "-eux", "-c", text], env=environ, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@of("console")
def test_a_session_prints_what_is_shown(environ, tmp_path, text):
    commands = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE)
    assert len(commands) == text.count("$ ") > 0
    for command, shown in commands:
        done = subprocess.run(
            ["sh", "-c", command], env=environ, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        # An ellipsis stands for what differs from run to run.
        expected = ".*".join(map(re.escape, shown.rstrip("\n").split("…")))
        assert re.fullmatch(expected, done.stdout.rstrip("\n"), re.DOTALL), f"$ {command}\n{done.stdout}"


def test_its_tests_pass(tmp_path):
    """All in one folder, as a user has them."""
    names = []
    for language, _, text in blocks():
        name = re.match(r"# (\w+\.py)\n", text)
        if language == "python" and name:
            names.append(name[1])
            (tmp_path / name[1]).write_text(text, encoding="utf-8")
    options = ("-v", "-W", "error", "--strict-markers", "-p", "no:cacheprovider")
    done = subprocess.run([sys.executable, "-m", "pytest", *options], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    names.remove("conftest.py")
    assert names
    for name in names:
        assert f"{name}::test_" in done.stdout, f"{name} holds no test"
