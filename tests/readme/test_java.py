"""Compiles the Java of the READMEs, and runs it against the sandbox with the jar alone: KOODRIVE_JAR on the JDK in JAVA_HOME."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from pages import of_readmes

JAR = os.environ["KOODRIVE_JAR"]
JDK = Path(os.environ["JAVA_HOME"], "bin")
PROGRAMS = of_readmes("java")
assert {block.page for block in PROGRAMS} == {"README.md", "bindings-java/README.md"}


@pytest.mark.parametrize("block", PROGRAMS, ids=lambda block: block.place)
def test_on_the_class_path(sandbox, block, tmp_path):
    name = write(tmp_path, block.code)
    compile_and_run(sandbox, block, tmp_path, "-cp", [name], "--enable-native-access=ALL-UNNAMED")


@pytest.mark.parametrize("block", PROGRAMS, ids=lambda block: block.place)
def test_on_the_module_path(sandbox, block, tmp_path):
    name = write(tmp_path, "package program;\n" + block.code)
    (tmp_path / "module-info.java").write_text("module program { requires koodrive; }\n", encoding="utf-8")
    compile_and_run(sandbox, block, tmp_path, "-p", ["-m", f"program/program.{name}"], "--enable-native-access=koodrive")


def write(folder, code):
    """Writes the program. Returns the name of its class."""
    name = re.search(r"^class (\w+)", code, re.MULTILINE)[1]
    (folder / f"{name}.java").write_text(code, encoding="utf-8")
    return name


def compile_and_run(sandbox, block, folder, path, main, access):
    sources = sorted(folder.glob("*.java"))
    subprocess.run([JDK / "javac", "-Xlint:all", "-Werror", "-d", ".", path, JAR, *sources], cwd=folder, check=True)
    ended = block.run([JDK / "java", access, path, f"{JAR}{os.pathsep}.", *main], sandbox.environment, folder)
    assert ended.stderr == ""
