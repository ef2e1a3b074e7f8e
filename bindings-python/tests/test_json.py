"""The JSON corpus (tests/conformance/json) through the package: what is read, what is refused, and texts as Python reads them."""

import json
import pathlib
import re

import koodrive
import pytest

VECTORS = pathlib.Path(__file__).resolve().parents[2] / "tests" / "conformance"


def read(file):
    return json.loads((VECTORS / file).read_bytes())


def content(document):
    if isinstance(document, dict):
        return bytes.fromhex(document["hex"])
    parts = [document] if isinstance(document, str) else document
    return "".join(part if isinstance(part, str) else part["repeat"] * part["times"] for part in parts).encode()


CORPUS = {f"json/{path.name}": read(f"json/{path.name}") for path in (VECTORS / "json").iterdir()}
ACCEPTED, REFUSED = CORPUS["json/accepted.json"], CORPUS["json/refused.json"]
LEFT_OPEN = CORPUS["json/implementation-defined.json"]
DOCUMENTS = {
    **{f"accepted-{name}": content(document) for name, document in ACCEPTED.items()},
    **{f"refused-{name}": content(document) for name, document in REFUSED.items()},
    **{f"implementation-defined-{name}": content(entry["document"]) for name, entry in LEFT_OPEN.items()},
}
IS_READ = {
    *(f"accepted-{name}" for name in ACCEPTED),
    *(f"implementation-defined-{name}" for name, entry in LEFT_OPEN.items() if entry["ours"] == "read"),
}

CLIENT = koodrive.Client(endpoint=koodrive.CHINA, user_id="1505084218764547200", token="ABCDEFG-example-token")
CALL = koodrive.NotifyPackageExpire(carrier_user_id="1", package_id="2")


def parse(body):
    return CLIENT.parse(CALL, 200, {}, body)


def within(before, document):
    return before + document + b"}"


def test_the_corpus_is_what_the_index_says():
    assert {file: len(documents) for file, documents in CORPUS.items()} == read("index.json")["documents"]
    assert len(DOCUMENTS) == sum(len(documents) for documents in CORPUS.values())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_read_or_refused_as_the_corpus_says(name):
    read = "code is missing|is not a JSON object|is JSON, but"
    refused = "is not valid JSON at|UTF-8|is empty"
    with pytest.raises(koodrive.UnreadableReplyError, match=read if name in IS_READ else refused):
        parse(DOCUMENTS[name])

    member = within(b'{"code":0,"unknown":', DOCUMENTS[name])  # one that nobody reads
    if name in IS_READ:
        assert parse(member).code == "0"
    else:
        with pytest.raises(koodrive.UnreadableReplyError):
            parse(member)


def test_a_text_is_what_python_reads():
    texts = [name for name in IS_READ if DOCUMENTS[name].startswith(b'"')]
    assert len(texts) == 32
    for name in texts:
        expected = json.loads(DOCUMENTS[name])
        if re.search("[\ud800-\udfff]", expected):
            expected = None  # half of a surrogate pair is no text here; Python can hold it
        assert parse(within(b'{"code":0,"msg":', DOCUMENTS[name])).msg == expected, name


def test_an_integer_is_kept_digit_for_digit():
    integers = {name: DOCUMENTS[name].decode() for name in IS_READ if re.fullmatch(rb"-?\d+", DOCUMENTS[name])}
    assert len(integers) == 11
    for name, text in integers.items():
        if text == "0":
            assert parse(within(b'{"code":', DOCUMENTS[name])).code == "0"
            continue
        with pytest.raises(koodrive.ApiError) as refused:
            parse(within(b'{"code":', DOCUMENTS[name]))
        assert refused.value.code == text, name
