"""Inspects the published files. KOODRIVE_WHEELS and KOODRIVE_SDIST name them; KOODRIVE_PATHS are paths that must not appear."""

import base64
import csv
import hashlib
import io
import os
import pathlib
import re
import tarfile
import zipfile
from email.parser import Parser

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ROOT / "bindings-python" / "python"
WHEELS = [pathlib.Path(path) for path in os.environ["KOODRIVE_WHEELS"].split(os.pathsep)]
SDIST = pathlib.Path(os.environ["KOODRIVE_SDIST"])
PATHS = [path for path in os.environ["KOODRIVE_PATHS"].split(os.pathsep) if len(path) > 1]

#: `koodrive-0.1.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl`
NAME = re.compile(
    r"koodrive-(?P<version>[^-]+)-(?P<python>cp310-abi3|cp314-cp314t)-"
    r"(manylinux2014_(?P<gnu>\w+)\.manylinux_2_17_(?P=gnu)|musllinux_1_2_(?P<musl>\w+)|macosx_\w+|win_(amd64|arm64))\.whl"
)
MODULES = {"cp310-abi3": "_core.abi3.so", "cp314-cp314t": "_core.cpython-314t-"}


class Wheel:
    def __init__(self, path):
        self.path = path
        self.name = NAME.fullmatch(path.name)
        with zipfile.ZipFile(path) as archive:
            self.infos = archive.infolist()
            self.files = {name: archive.read(name) for name in archive.namelist()}
        (self.info,) = {name.split("/")[0] for name in self.files if ".dist-info/" in name}

    def text(self, name):
        return self.files[f"{self.info}/{name}"].decode("utf-8")


@pytest.fixture(params=WHEELS, ids=lambda path: path.name, scope="module")
def wheel(request):
    return Wheel(request.param)


def test_its_name_says_what_it_runs_on(wheel):
    assert wheel.name, wheel.path.name
    tags = re.findall(r"^Tag: (.*)$", wheel.text("WHEEL"), re.M)
    platforms = wheel.path.stem.split("-", 4)[4].split(".")
    assert sorted(tags) == sorted(f"{wheel.name['python']}-{platform}" for platform in platforms)


def test_it_holds_the_package_and_nothing_else(wheel):
    (module,) = {name for name in wheel.files if name.startswith("koodrive/_core.") and not name.endswith(".pyi")}
    if "win" not in wheel.path.name:
        assert module.startswith("koodrive/" + MODULES[wheel.name["python"]])
    sources = {path.relative_to(SOURCES).as_posix() for path in SOURCES.rglob("*.py*") if path.suffix in (".py", ".pyi")}
    info = ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "sboms/koodrive.cdx.json")
    licenses = ("LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-LICENSES")
    of_info = {f"{wheel.info}/{name}" for name in (*info, *(f"licenses/{name}" for name in licenses))}
    assert set(wheel.files) == sources | of_info | {module, "koodrive/py.typed"}


def test_its_record_is_right(wheel):
    rows = {name: (digest, size) for name, digest, size in csv.reader(io.StringIO(wheel.text("RECORD")))}
    assert rows.pop(f"{wheel.info}/RECORD") == ("", "")
    digests = {name: hashlib.sha256(content).digest() for name, content in wheel.files.items()}
    assert rows == {
        name: ("sha256=" + base64.urlsafe_b64encode(digests[name]).rstrip(b"=").decode(), str(len(content)))
        for name, content in wheel.files.items()
        if not name.endswith("/RECORD")
    }


def test_it_has_no_dependencies(wheel):
    metadata = Parser().parsestr(wheel.text("METADATA"))
    # Nothing but what an extra is named for.
    assert metadata.get_all("Requires-Dist") == ["rich ; extra == 'cli'"]
    assert metadata.get_all("Provides-Extra") == ["cli"]
    assert metadata["Requires-Python"] == ">=3.10"
    assert metadata["License-Expression"] == "Apache-2.0 OR MIT"
    assert set(metadata.get_all("License-File")) == {"LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-LICENSES"}


def test_the_system_needs_only_its_c_library(wheel):
    if not (wheel.name["gnu"] or wheel.name["musl"]):
        pytest.skip("an ELF file's names are read here")
    (module,) = (content for name, content in wheel.files.items() if name.endswith(".so"))
    libraries = set(re.findall(rb"\0((?:lib|ld-)[\w.+-]*\.so[\w.]*)(?=\0)", module))
    of_libc = rb"lib(c|m|dl|rt|pthread)\.so(\.6|\.2|\.0|\.1)?|ld-linux[\w.-]*\.so\.\d|libgcc_s\.so\.1"
    assert libraries and all(re.fullmatch(of_libc, library) for library in libraries), libraries


def test_it_has_no_timestamps_and_no_paths_of_the_build(wheel):
    assert {info.date_time for info in wheel.infos} == {(1980, 1, 1, 0, 0, 0)}
    for name, content in wheel.files.items():
        shown = [path for path in PATHS if path.encode() + b"/" in content]
        assert not shown, f"{name} shows {shown}"


def test_its_bill_of_materials(wheel):
    # That it names what is linked is held by the suite `supply-chain`.
    assert wheel.text("sboms/koodrive.cdx.json") == (ROOT / "bindings-python/koodrive.cdx.json").read_text("utf-8")


def test_the_sdist_holds_all_sources_and_no_path():
    with tarfile.open(SDIST) as archive:
        files = {member.name.split("/", 1)[1]: archive.extractfile(member).read() for member in archive if member.isfile()}
    sources = {f"python/{path.relative_to(SOURCES).as_posix()}" for path in SOURCES.rglob("*.py*") if path.suffix != ".pyc"}
    needed = {
        "Cargo.toml",
        "Cargo.lock",
        "pyproject.toml",
        "README.md",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "THIRD-PARTY-LICENSES",
        "core/src/lib.rs",
    }
    assert sources | needed <= set(files)
    assert b"[profile.release]" in files["Cargo.toml"]
    for name, content in files.items():
        shown = [path for path in PATHS if path.encode() + b"/" in content]
        assert not shown, f"{name} shows {shown}"
