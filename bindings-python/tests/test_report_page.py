"""``koodrive report --html``: one page that is complete, escaped, and says what the journal says."""

import html.parser
import json
import re
import signal

import pytest

from conftest import USER_ID, reply
from jobs import IN_A_HURRY, Process, command, lapsed

from koodrive._job import page
from koodrive._job.journal import PERIOD

VOID = {"meta", "path"}


@pytest.fixture
def job(tmp_path):
    return str(tmp_path / "night.db")


class Page(html.parser.HTMLParser):
    """Reads a page, which must be well nested and must not refer to anything."""

    def __init__(self, text):
        super().__init__()
        self._open, self.tables, self.text, self.labels = [], [], "", []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag, attributes):
        names = {name for name, _ in attributes}
        assert tag not in ("script", "link", "img", "iframe", "object", "a", "form", "image", "use")
        assert not any(name.startswith("on") or name in ("src", "href", "style") for name in names)
        self.labels += [value for name, value in attributes if name == "aria-label"]
        if tag not in VOID:
            self._open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_startendtag(self, tag, attributes):
        assert tag in VOID

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] in ("td", "th"):
            self.tables[-1][-1][-1] += data
        elif "style" not in self._open:
            self.text += data


def page_of(job):
    done = command("report", "--job", job, "--html")
    assert done.code == 0, done.stderr
    assert "url(" not in done.stdout and "http:" not in done.stdout and "https:" not in done.stdout
    return Page(done.stdout)


@pytest.mark.koodrive_sandbox(faults=["pass", 429, 503, 400, "cut-after-headers"])
def test_the_page_has_the_facts_of_the_journal(job, tmp_path, koodrive_sandbox_server):
    done = command(
        "run", lapsed(tmp_path, 30), "--job", job, "--concurrency", "1", "--json", environ=koodrive_sandbox_server.environ
    )
    assert done.json["rows"] == {"delivered": 28, "refused": 1, "unknown": 1}
    it = page_of(job)
    assert done.json["job"] in it.text and done.json["source_sha256"] in it.text
    states, causes, unknown, plot = (
        next(t for t in it.tables if head in t[0]) for head in ("Share", "Reason", "Trace id", "Begin")
    )
    assert [row[:3] for row in states[1:]] == [
        ["delivered", "28", "93.33%"], ["unknown", "1", "3.33%"], ["refused", "1", "3.33%"], ["all", "30", ""]
    ]  # fmt: skip
    assert sorted(row[:3] for row in causes[1:]) == [["1", "refused", "400"], ["1", "unknown", ""]] or len(causes) == 3
    (row,) = unknown[1:]
    (known,) = (
        it for it in map(json.loads, command("report", "--job", job, "--jsonl").stdout.splitlines()) if it["state"] == "unknown"
    )
    assert row[:5] == [str(known["line"]), known["carrier_user_id"], "14", known["trace_id"], known["x_date"]]
    # Three failed: 503, 400, and the one that was cut.
    assert [sum(int(row[at]) for row in plot[1:]) for at in (1, 2, 3)] == [28, 1, 3]
    (label,) = it.labels
    assert label.endswith("28 delivered, 1 throttled, 3 failed in all")


def test_ids_and_answers_are_shown_as_text(job, tmp_path, server):
    ids = ["<script>alert(1)</script>", '"><img src=x onerror=y>', "a\u202eb&amp;"]
    source = tmp_path / "<b>.jsonl"
    source.write_text("".join(json.dumps({"carrier_user_id": it, "package_id": "</td>"}) + "\n" for it in ids), encoding="utf-8")
    server.answers = [reply(500, b'{"code":"<i>","msg":"</table><script>"}')] * 3
    environ = {"KOODRIVE_ENDPOINT": server.url, "KOODRIVE_USER_ID": USER_ID, "KOODRIVE_TOKEN": "t"}
    assert command("run", str(source), "--job", job, "--allow-unusual-ids", environ=environ).code == 5
    it = page_of(job)
    unknown = next(table for table in it.tables if "Trace id" in table[0])
    assert [row[1] for row in unknown[1:]] == [*ids[:2], r"a\u202eb&amp;"] and {row[2] for row in unknown[1:]} == {"</td>"}
    assert "<b>.jsonl" in it.text


def test_a_journal_that_sent_nothing_or_forgot_all_has_a_page(job, tmp_path, koodrive_sandbox_server):
    environ = koodrive_sandbox_server.environ
    nowhere = {**environ, "KOODRIVE_ENDPOINT": "http://127.0.0.1:1"}
    code, _, err = Process("run", lapsed(tmp_path, 3), "--job", job, environ=nowhere, code=IN_A_HURRY).end()
    assert code == 3, err
    assert "None: for every row" in page_of(job).text
    assert command("resume", "--job", job, environ=environ).code == 0
    assert command("forget", "--job", job, "--older-than", "0").code == 0
    it = page_of(job)
    assert (
        "First request" in it.text
        and ["all", "3", "", "3 rows are forgotten: counted here, and no longer listed"] in it.tables[0]
    )
    # Counts by time hold no subscriber, and stay.
    assert "3 delivered" in it.labels[0]


def test_a_page_while_the_job_is_under_way(job, tmp_path, koodrive_sandbox, koodrive_sandbox_server):
    run = Process("run", lapsed(tmp_path, 500), "--job", job, "--rate", "50", environ=koodrive_sandbox_server.environ)
    assert run.until(lambda: len(koodrive_sandbox.accepted()) > 100)
    it = page_of(job)
    assert "The job is running" in it.text
    # The counts are written once a second, with the next transaction.
    assert int(re.search(r"(\d+) delivered", it.labels[0])[1]) >= 1
    run.signal(signal.SIGINT)
    run.end()


@pytest.mark.parametrize("seconds", [10, 600, 30_000, 400_000, 40_000_000])
def test_bins_hold_every_count(seconds):
    begin = 1_795_000_020
    heard = [(begin + at // PERIOD * PERIOD, 1, 2, 3) for at in range(0, seconds, max(seconds // 500, PERIOD))]
    first, width, bins = page._binned(heard)
    assert first <= begin and len(bins) <= page._BINS + 1 and width % PERIOD == 0
    assert [sum(it) for it in zip(*bins)] == [len(heard) * number for number in (1, 2, 3)]
    text = "".join(page._plot(heard))
    x = [float(at) for at in re.findall(r"[MHL]\s?([\d.]+)", text)]
    assert min(x) >= page._LEFT and max(x) <= page._LEFT + page._WIDTH + 0.05
    assert 2 <= text.count('text-anchor="middle"') <= 22


@pytest.mark.parametrize("most, top", [(0, 4), (3, 4), (5, 8), (17, 20), (3000, 4000), (4001, 8000), (9e6, 2e7)])
def test_scales_are_round_and_hold_the_highest_value(most, top):
    assert page._scale(most)[-1] == top and page._scale(most)[0] == 0
