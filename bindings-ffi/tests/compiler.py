"""Compiles C and C++ programs against the static library, in the folder that KOODRIVE_LIBRARY names."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest


def need(program):
    """Skips the test on a machine without this program."""
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program}")


def need_libcurl():
    """Skips the test on a machine that cannot compile a program over libcurl."""
    need("cc")
    probe = ["cc", "-fsyntax-only", "-x", "c", "-"]
    if subprocess.run(probe, input=b"#include <curl/curl.h>\n", capture_output=True).returncode != 0:
        pytest.skip("libcurl's headers are missing (libcurl4-openssl-dev)")


def compiled(program, source, *flags, compiler="cc"):
    """Returns the program, compiled with every warning an error."""
    library = Path(os.environ["KOODRIVE_LIBRARY"])
    pkg_config = (library / "lib/pkgconfig/koodrive.pc").read_text(encoding="utf-8")
    private = re.search("^Libs.private: (.*)$", pkg_config, re.MULTILINE)[1].split()
    warnings = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
    libraries = [library / "lib/libkoodrive.a", *(flag for flag in flags if flag.startswith("-l")), *private]
    others = [flag for flag in flags if not flag.startswith("-l")]
    command = [compiler, *warnings, *others, "-I", library / "include", source, *libraries, "-o", program]
    subprocess.run(command, check=True)
    return program
