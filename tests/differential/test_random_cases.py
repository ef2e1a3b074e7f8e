"""Random cases have the same results in Rust, Python, Node, Chromium, Java and Go.

`cargo xtask differential` builds the programs and names them in the environment: a host without a program is skipped.
`KOODRIVE_CASES` holds the seed, the first case and the number of cases.
"""

import json
import os
import pathlib
import subprocess
import sys
from collections import Counter, defaultdict

import pytest

FOLDER = pathlib.Path(__file__).resolve().parent
#: Cases at a time: a page takes its cases in one message.
BATCH = 10_000
#: Fewer cases need not reach every stage.
MANY = 5_000
#: Cases that are shown when they differ.
SHOWN = 5
#: How the options are spelled in the results of a host. Rust gives both.
SPELLINGS = {"python": "snake", "node": "camel", "chromium": "camel", "java": "camel"}
#: The variable that names the program of a host, and what is missing without one.
NEEDS = {
    "chromium": ("KOODRIVE_CHROMIUM", "there is no Chromium"),
    "java": ("KOODRIVE_MAVEN", "there is no JDK 22 or later, or no Maven (mvn)"),
    "go": ("KOODRIVE_GO", "there is no Go 1.26 or later"),
}


def is_there(host):
    return host not in NEEDS or NEEDS[host][0] in os.environ


def need(host):
    if not is_there(host):
        pytest.skip(NEEDS[host][1])


def commands(cases, results):
    """The program of each host. It reads the file `cases`, and writes the file `results / host`."""
    rust = os.environ["KOODRIVE_RUST"]
    programs = {
        "snake": [rust, cases, results / "snake", "snake"],
        "camel": [rust, cases, results / "camel", "camel"],
        "python": [sys.executable, FOLDER / "python.py", cases, results / "python"],
        "node": ["node", pathlib.Path(os.environ["KOODRIVE_NPM"], "node.mjs"), cases, results / "node"],
    }
    if is_there("chromium"):
        programs["chromium"] = ["node", FOLDER / "chromium.mjs", cases, results / "chromium"]
    if is_there("java"):
        maven = json.loads(os.environ["KOODRIVE_MAVEN"])
        files = [f"-Dkoodrive.cases={cases}", f"-Dkoodrive.results={results / 'java'}"]
        programs["java"] = [*maven, *files, "-Dtest=RandomCases", "test"]
    return programs


def run_all(programs):
    """Runs them at the same time."""
    folder = {"java": FOLDER.parents[1] / "bindings-java"}
    running = {
        host: subprocess.Popen(program, cwd=folder.get(host), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for host, program in programs.items()
    }
    for host, process in running.items():
        printed, _ = process.communicate()
        assert process.returncode == 0, f"{host}: {printed.decode()}"


def go_printed(cases, expected):
    """Go compares by itself, since it tells no empty text from an absent one. Returns what it printed of a difference."""
    go = subprocess.run(
        [os.environ["KOODRIVE_GO"], "test", "-count=1", "-v", "-run", "RandomCases", "."],
        cwd=FOLDER.parents[1] / "bindings-go",
        env={**os.environ, "KOODRIVE_CASES": str(cases), "KOODRIVE_EXPECTED": str(expected)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    passed = go.returncode == 0 and "--- PASS: TestRandomCases" in go.stdout
    return "" if passed else go.stdout


class Findings:
    def __init__(self):
        self.compared = 0
        #: The cases of a host that differ from Rust's, as texts.
        self.differing = defaultdict(list)
        #: How many cases a host has no words for.
        self.unsaid = Counter()
        #: How often each stage was reached, and how often it was refused.
        self.reached, self.refused = Counter(), Counter()
        self.go = ""

    def compare(self, cases, results):
        for number, case in enumerate(cases):
            for stage, found in results["snake"][number].items():
                self.reached[stage] += 1
                self.refused[stage] += isinstance(found, dict) and "kind" in found
            for host in SPELLINGS.keys() & results.keys():
                expected, found = results[SPELLINGS[host]][number], results[host][number]
                if "unsaid" in found:
                    self.unsaid[host] += 1
                elif not same(expected, found):
                    self.differing[host].append(difference(host, case, expected, found))
        self.compared += len(cases)


def same(one, other):
    """A number may be 1 in one language and 1.0 in another; true is not a number."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def difference(host, case, expected, found):
    lines = [case]
    for stage in sorted(expected.keys() | found.keys()):
        if not same(expected.get(stage), found.get(stage)) or (stage in expected) != (stage in found):
            lines += [f"  {stage}", f"    rust: {expected.get(stage)}", f"    {host}: {found.get(stage)}"]
    return "\n".join(lines)


@pytest.fixture(scope="session")
def findings(tmp_path_factory):
    seed, first, count = os.environ["KOODRIVE_CASES"].split()
    end = int(first) + int(count)
    folder = tmp_path_factory.mktemp("differential")
    found = Findings()
    for start in range(int(first), end, BATCH):
        cases = folder / "cases"
        size = min(BATCH, end - start)
        with cases.open("wb") as file:
            subprocess.run([sys.executable, FOLDER / "generate.py", seed, str(start), str(size)], stdout=file, check=True)
        programs = commands(cases, folder)
        run_all(programs)
        results = {host: [json.loads(line) for line in (folder / host).open(encoding="utf-8")] for host in programs}
        assert {host: len(lines) for host, lines in results.items()} == dict.fromkeys(programs, size)
        found.compare(cases.read_text(encoding="utf-8").splitlines(), results)
        if is_there("go"):
            found.go += go_printed(cases, folder / "snake")
    return found


@pytest.mark.parametrize("host", SPELLINGS)
def test_results_are_those_of_rust(host, findings):
    need(host)
    differing = findings.differing[host]
    shown = "\n".join(differing[:SHOWN])
    assert not differing, f"{len(differing)} of {findings.compared} cases differ from Rust:\n{shown}"
    assert findings.unsaid[host] <= findings.compared / 20


def test_results_in_go_are_those_of_rust(findings):
    need("go")
    assert not findings.go, findings.go


@pytest.mark.parametrize("stage", ["client", "call", "request", "explanation", "reply"])
def test_cases_pass_a_stage_and_are_refused_there(stage, findings):
    if findings.compared < MANY:
        pytest.skip(f"fewer than {MANY} cases")
    refused = findings.refused[stage]
    assert refused >= findings.compared / 100
    assert findings.reached[stage] - refused >= findings.compared / 10
