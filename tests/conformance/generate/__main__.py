"""Writes all generated files of `tests/conformance`: the vectors and the JSON corpus.

    python3 tests/conformance/generate            write the files, remove those that are gone
    python3 tests/conformance/generate --check    write nothing; exit with 1 and name what differs

Puts together what the other files decide. `cases.py` and `raw_cases.py` list the cases with their
replies and errors, and `table.py` says how a case is written. `messages.py` has the texts of the
errors, `rules.py` computes the requests, and `corpus.py` lists the JSON documents.

Needs Python 3.10 or later and only its standard library.
"""

import json
import pathlib
import re
import sys

sys.dont_write_bytecode = True

import corpus
import messages
import rules
from table import GROUPS

# These two fill GROUPS.
import cases
import raw_cases

FOLDER = pathlib.Path(__file__).resolve().parents[1]
# The rest of the folder is written by hand.
GENERATED = ("*.json", "json/*", "flagship/*/*")

# For readers, with a file for each stage: a signed POST and GET, a token, an error, a raw call.
FLAGSHIP = (
    "app-get-minimal",
    "app-notify-minimal",
    "error-401-gateway",
    "raw-query-of-a-reconciliation",
    "token-notify-minimal",
)
STAGE_FILES = {
    "canonicalRequest": "canonical-request.txt",
    "stringToSign": "string-to-sign.txt",
    "signature": "signature.txt",
}
# A text in JSON.
TEXT = r'"(?:[^"\\]|\\.)*"'


# --- a case ---------------------------------------------------------------------------------------


def vector(case):
    """Returns a case as its file has it."""
    parts = ("client", "observed", "call", "options", "response")
    given = {part: case[part] for part in parts if part in case}
    expected = {} if is_refused(case) else request_of(case)
    if is_refused(case):
        confirm_refusal(case)
    if "reply" in case:
        expected["reply"] = case["reply"]
    if "error" in case:
        expected["error"] = case["error"]
    return {"name": case["name"], "about": case["about"], "given": given, "expected": expected}


def is_refused(case):
    """Returns whether the client refuses `case` before it sends anything."""
    return "error" in case and "response" not in case


def request_of(case):
    """Returns the stages of the signature and the request."""
    try:
        request, stages = rules.build(case)
    except rules.Refused as reason:
        sys.exit(f"{case['name']}: allowed by the table, refused by the rules: {reason}")
    confirm_stated(case, request, stages)
    return {**stages, "request": request}


def confirm_refusal(case):
    """Stops unless the rules refuse `case` too, for the same field.

    The rules do not cover credentials, trace ids, and most malformed endpoints.
    """
    error = case["error"]
    if error["stage"] == "client" and error["message"] != "{endpoint}: " + messages.PATH_OF_A_CALL:
        return
    if error["field"] == "trace_id":
        return
    try:
        rules.build(case)
    except rules.Refused as reason:
        if reason.field != error["field"]:
            sys.exit(f"{case['name']}: refused by the rules for another field: {reason}")
        return
    sys.exit(f"{case['name']}: refused by the table, allowed by the rules")


def confirm_stated(case, request, stages):
    """Compares the parts of a request that a case states by hand with what the rules give."""
    made = {"url": request["url"], "body": request.get("body"), **request["headers"], **stages}
    for part, text in case["stated"].items():
        if made.get(part) != text:
            given = made.get(part)
            sys.exit(f"{case['name']}: {part} was stated as {text!r}, the rules give {given!r}")


def flagship_files(case):
    """Returns the files of a flagship case, name to text. No text ends in a line feed."""
    expected = case["expected"]
    files = {file: expected[stage] for stage, file in STAGE_FILES.items() if stage in expected}
    if "request" in expected:
        request = expected["request"]
        files["request.txt"] = head(f"{request['method']} {request['url']}", request["headers"].items())
        if "body" in request:
            files["body.txt"] = request["body"]
    if "response" in case["given"]:
        response = case["given"]["response"]
        files["response.txt"] = head(str(response["status"]), response["headers"])
        files["response-body.txt"] = response["body"]
    if "error" in expected:
        files["error.txt"] = expected["error"]["message"]
    return files


def head(first, headers):
    return "\n".join([first, *(f"{name}: {value}" for name, value in headers)])


# --- what must hold before anything is written ----------------------------------------------------


def confirm_tables():
    """Stops at a slip in the tables that would make a vector useless and still let it pass."""
    listed = [case for _, _, group in GROUPS for case in group]
    names = [case["name"] for case in listed]
    for name in [*names, *(group for group, _, _ in GROUPS)]:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
            sys.exit(f"{name}: names are kebab-case")
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        sys.exit(f"names of more than one case: {sorted(twice)}")
    errors = {(case["error"]["kind"], case["error"]["outcome"]) for case in listed if "error" in case}
    words = {("invalid_input", "not_sent"), ("api", "refused"), ("api", "unknown"), ("unreadable_reply", "unknown")}
    if errors != words:  # not_sent and outcome_unknown are a transport's: they have no vector
        sys.exit(f"kinds and outcomes: {sorted(errors ^ words)}")
    for case in listed:
        if len({"appId", "token", "authorization"} & set(case["client"])) != 1:
            sys.exit(f"{case['name']}: exactly one kind of credentials")
        if ("response" in case) != ("reply" in case or case.get("error", {}).get("stage") == "parse"):
            sys.exit(f"{case['name']}: a response belongs to a reply or to an error in reading it")
        if re.search(r" \(docs/contract\.md, (section|sections [2-8](, [2-8])* and) [2-8]\)\.$", case["about"]) is None:
            sys.exit(f"{case['name']}: `about` ends with its section of the contract")
        for name, value in case.get("response", {}).get("headers", []):
            if name.lower() != "date":
                continue
            if value != f"{rules.http_date(value):%a, %d %b %Y %H:%M:%S GMT}":
                sys.exit(f"{case['name']}: {value} is not an HTTP date")


def confirm_readme(index):
    """Stops unless the README states the numbers of cases in `index`."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    for stated in (f"are {sum(index['cases'].values())} cases", f"| {len(index['flagship'])} of the cases"):
        if stated not in text:
            sys.exit(f"README.md does not say: {stated}")


# --- the files ------------------------------------------------------------------------------------


def pretty(value):
    """Writes `value` as JSON: indent 2, pairs on a line, escapes for invisible characters."""
    text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    text = re.sub(rf"\[\n +({TEXT}),\n +({TEXT})\n +\]", r"[\1, \2]", text)
    return re.sub(r"[^\n -~]", lambda match: match[0] if match[0].isprintable() else json.dumps(match[0])[1:-1], text)


def tree():
    """Returns all generated files, path below `tests/conformance` to bytes."""
    groups = {f"{name}.json": {"about": about, "cases": [vector(case) for case in group]} for name, about, group in GROUPS}
    documents = corpus.documents()
    index = {
        "cases": {name: len(group["cases"]) for name, group in sorted(groups.items())},
        "documents": {name: len(by_name) for name, by_name in sorted(documents.items())},
        "flagship": list(FLAGSHIP),
    }
    confirm_readme(index)
    files = {name: pretty(content) for name, content in {"index.json": index, **groups, **documents}.items()}
    by_name = {case["name"]: case for group in groups.values() for case in group["cases"]}
    for name in FLAGSHIP:
        for file, text in flagship_files(by_name[name]).items():
            files[f"flagship/{name}/{file}"] = text
    return {path: text.encode("utf-8") for path, text in files.items()}  # half a surrogate pair would fail here


def on_disk():
    """Returns the generated files that are on disk, path below `tests/conformance` to bytes."""
    files = (path for pattern in GENERATED for path in FOLDER.glob(pattern))
    return {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in files}


def main(arguments):
    if arguments not in ([], ["--check"]):
        sys.exit(__doc__)
    rules.confirm_published_examples()
    confirm_tables()
    corpus.confirm_tables()
    wanted, present = tree(), on_disk()
    changed = sorted(path for path in {*wanted, *present} if wanted.get(path) != present.get(path))
    if arguments and changed:
        sys.exit("tests/conformance/generate would write other files:\n  " + "\n  ".join(changed))
    for name in changed:
        path = FOLDER / name
        if name in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(wanted[name])
        else:
            path.unlink()
            if not any(path.parent.iterdir()):
                path.parent.rmdir()


if __name__ == "__main__":
    main(sys.argv[1:])
