"""Runs the code of the READMEs and of the npm package's declarations as it stands there, against the sandbox.

KOODRIVE_NPM names a folder from which the npm package and undici are found; compiler.py needs KOODRIVE_LIBRARY.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from compiler import compiled, need_libcurl
from pages import READMES, ROOT, of_readmes, python_programs, typescript

NPM = Path(os.environ["KOODRIVE_NPM"])
ESBUILD = ROOT / "bindings-wasm/node_modules/esbuild/bin/esbuild"


def each(programs):
    assert programs
    return pytest.mark.parametrize("block", programs, ids=lambda block: block.place)


def test_every_readme_has_code_that_runs():
    languages = ["js", "ts", "python", "c", "java"]
    assert {block.page for language in languages for block in of_readmes(language)} == set(READMES)


@each(of_readmes("js"))
def test_javascript(sandbox, block):
    in_node(sandbox, block, block.code)


@each(typescript())
def test_typescript(sandbox, block):
    command = ["node", ESBUILD, "--loader=ts", "--format=esm", "--log-level=warning"]
    stripped = subprocess.run(command, input=block.code.encode(), stdout=subprocess.PIPE, check=True)
    in_node(sandbox, block, stripped.stdout.decode())


def in_node(sandbox, block, code):
    file = NPM / "block.mjs"
    file.write_text(code, encoding="utf-8")
    block.run(["node", file], sandbox.environment)


@each(python_programs())
def test_python(sandbox, block):
    # `Client.from_env` takes the app or a token, and the sandbox knows both.
    environment = {name: value for name, value in sandbox.environment.items() if name != "KOODRIVE_TOKEN"}
    block.run([sys.executable, "-c", block.code], environment)


@each(of_readmes("c"))
def test_c(sandbox, block, tmp_path):
    need_libcurl()
    source = tmp_path / "readme.c"
    source.write_text(block.code, encoding="utf-8")
    block.run([compiled(tmp_path / "readme", source, "-lcurl")], sandbox.environment)
