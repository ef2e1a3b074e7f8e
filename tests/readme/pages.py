"""The code in the READMEs, and the examples in the npm package's declarations.

`pages.py FOLDER` writes all TypeScript of both into the folder: the suite `node-types` compiles it.
"""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READMES = ["README.md", "bindings-wasm/README.md", "bindings-python/README.md", "bindings-java/README.md"]

#: The first line of a block says what it is.
RUN_HERE = {"js", "ts", "python", "c"}
#: Blocks that run elsewhere: as doc tests, in bindings-wasm/tests/runtimes/readme.test.mjs, in
#: bindings-python/spark/test_readme.py, as the examples of bindings-go/example_test.go, and in test_java.py.
RUN_ELSEWHERE = {"rust", "js workerd", "js browser", "http", "python spark", "go", "java"}
#: Commands for a person, what they print, and settings of a build.
NO_PROGRAM = {"", "sh", "console", "json", "xml"}

#: The imports and variables that examples in the declarations may use, so that an example can be short.
AT_HAND = """
import { ApiError, Client, dispatch, getSpaceUsageByOverview, INTERNATIONAL, isKooDriveError, notifyPackageExpire, rawCall } from "koodrive";
import { Sandbox } from "koodrive/sandbox";
import { overUndici } from "koodrive/undici";
import { Agent, request } from "undici";
const { KOODRIVE_ENDPOINT = "", KOODRIVE_USER_ID = "", KOODRIVE_APP_ID = "", KOODRIVE_APP_SECRET = "" } = process.env;
const client = new Client({ endpoint: KOODRIVE_ENDPOINT, userId: KOODRIVE_USER_ID, appId: KOODRIVE_APP_ID, appSecret: KOODRIVE_APP_SECRET });
const call = notifyPackageExpire({ carrierUserId: "189642158555241211", packageId: "14" });
"""


@dataclass
class Block:
    page: str
    line: int
    language: str
    code: str

    @property
    def place(self):
        return f"{self.page}, line {self.line}"

    def run(self, command, environment, folder=None):
        """Runs the block as this program. `// → text` after a line says that the line prints this text."""
        ended = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True)
        printed = iter(ended.stdout.split("\n"))
        missing = [text for text in re.findall("// → (.*)", self.code) if text not in printed]
        assert ended.returncode == 0 and not missing, f"{self.place}: {missing}\n{ended.stdout}{ended.stderr}"
        return ended


def blocks_of(page, text):
    """Returns the fenced blocks. A word that no suite knows is a mistake: the block would not run."""
    fenced = re.finditer(r"^```(.*)\n((?:(?!```).*\n)*)```", text, re.MULTILINE)
    blocks = [Block(page, text.count("\n", 0, block.start()) + 1, block[1], block[2]) for block in fenced]
    for block in blocks:
        assert block.language in RUN_HERE | RUN_ELSEWHERE | NO_PROGRAM, f"{block.place}: nothing runs {block.language!r}"
    return blocks


def of_readmes(language):
    """Returns the blocks of this language."""
    blocks = [block for page in READMES for block in blocks_of(page, (ROOT / page).read_text(encoding="utf-8"))]
    return [block for block in blocks if block.language == language]


def python_programs():
    """Returns one program per README, each block of which builds on those before."""
    programs = {}
    for block in of_readmes("python"):
        program = programs.setdefault(block.page, Block(block.page, block.line, "python", ""))
        program.code += block.code + "\n"
    return list(programs.values())


def of_declarations():
    """Returns the examples in the comments of the npm package's sources, as programs."""
    examples = []
    for file in sorted((ROOT / "bindings-wasm/js").rglob("*.ts")):
        lines = file.read_text(encoding="utf-8").splitlines()
        # Comment by comment, without the asterisks.
        comments = "\n".join(found[1] if (found := re.match(r"\s*\* ?(.*)", line)) else "" for line in lines)
        for block in blocks_of(file.name, comments):
            assert block.language == "ts", f"{block.place}: an example is TypeScript"
            # A block, so that it may have names of its own.
            block.code = f"{AT_HAND}{{\n{block.code}}}\nexport {{}};\n"
            examples.append(block)
    return examples


def typescript():
    return [*of_declarations(), *of_readmes("ts")]


if __name__ == "__main__":
    for number, program in enumerate(typescript()):
        Path(sys.argv[1], f"documented-{number}.mts").write_text(f"// {program.place}\n{program.code}", encoding="utf-8")
