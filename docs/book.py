#!/usr/bin/env python3
"""Builds the pages that SUMMARY.md names as a book: target/book/html. Needs mdbook (`cargo install --locked mdbook`).

mdbook takes every file below one folder, so the pages are copied to target/book/src, each at its place in the
repository. A link to a file outside the book leads to the repository.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BOOK = ROOT / "target/book"
REPOSITORY = "https://github.com/koodrive/koodrive/blob/main/"
LINK = re.compile(r"\]\(([^)#:]+)(#[^):]*)?\)")
PICTURES = {".png", ".svg"}


def place(link, page):
    """Returns where ``link`` in ``page`` leads, from the root."""
    return Path(os.path.normpath(page.parent / link))


def copy(page, pages):
    def moved(match):
        link, anchor = match[1], match[2] or ""
        target = place(link, page)
        if target.suffix in PICTURES:
            (BOOK / "src" / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / target, BOOK / "src" / target)
            return match[0]
        if target / "README.md" in pages:
            target /= "README.md"
        if target not in pages:
            return f"]({REPOSITORY}{target.as_posix()}{anchor})"
        # mdbook makes index.html of a README.
        target = target.with_name(target.name.replace("README.md", "index.md"))
        return f"]({os.path.relpath(target, page.parent)}{anchor})"

    copied = BOOK / "src" / page
    copied.parent.mkdir(parents=True, exist_ok=True)
    copied.write_text(LINK.sub(moved, (ROOT / page).read_text("utf-8")), "utf-8")


def main():
    shutil.rmtree(BOOK, ignore_errors=True)
    summary = Path("docs/SUMMARY.md")
    text = (ROOT / summary).read_text("utf-8")
    pages = {place(match[1], summary) for match in LINK.finditer(text)}
    for page in pages:
        copy(page, pages)
    (BOOK / "src/SUMMARY.md").write_text(LINK.sub(lambda match: f"]({place(match[1], summary).as_posix()})", text), "utf-8")
    shutil.copy(ROOT / "docs/book.toml", BOOK)
    subprocess.run(["mdbook", "build", BOOK], check=True)


if __name__ == "__main__":
    main()
