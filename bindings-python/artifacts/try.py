"""Installs what pip finds for this Python among the wheels of a folder, and runs the tests that need nothing else::

    python try.py FOLDER

For systems on which nothing is built: see .github/workflows/release.yml.
"""

import pathlib
import subprocess
import sys
import tempfile
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]
TESTS = [
    *(
        ROOT / "bindings-python" / "tests" / f"test_{name}.py"
        for name in ("client", "values", "properties", "sharing", "send", "documented")
    ),
    ROOT / "tests" / "conformance" / "runner.py",
]


def main(folder):
    links = [f"--find-links={path}" for path in sorted({wheel.parent for wheel in pathlib.Path(folder).rglob("*.whl")})]
    with tempfile.TemporaryDirectory() as environment:
        venv.create(environment, with_pip=True)
        (python,) = [path for name in ("bin/python", "Scripts/python.exe") if (path := pathlib.Path(environment, name)).exists()]
        run(python, "-m", "pip", "install", "--quiet", "pytest", "hypothesis")
        run(python, "-m", "pip", "install", "--no-index", "--no-deps", "--only-binary=:all:", *links, "koodrive")
        run(python, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", *TESTS)


def run(*command):
    subprocess.run([str(word) for word in command], check=True, cwd=ROOT)


if __name__ == "__main__":
    main(*sys.argv[1:])
