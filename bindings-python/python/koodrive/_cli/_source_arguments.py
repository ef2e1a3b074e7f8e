"""The arguments for the source of a job and its rows."""

from __future__ import annotations

from .. import _core
from .._job.rows._csv import DELIMITERS
from .._job.source import Checks, Columns, Rules, Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def add(run: ArgumentParser) -> None:
    """Adds the arguments to the command ``run``."""
    run.add_argument("source", metavar="SOURCE", help="CSV with a header, or JSON lines, also compressed with gzip; - is stdin")
    source = run.add_argument_group("source", "By default detected from the beginning of the source.")
    source.add_argument("--format", choices=("csv", "jsonl"), help="format of the source")
    words = ", ".join(word for word in DELIMITERS if word.isalpha())
    source.add_argument("--delimiter", metavar="CHARACTER", help=f"between the fields of CSV; or a word: {words}")
    source.add_argument("--encoding", metavar="NAME", help="such as cp1252; default by the byte order mark, or UTF-8")
    source.add_argument("--user-column", metavar="NAME", help="column of the user's id; default carrier_user_id, in any spelling")
    source.add_argument(
        "--package-column", metavar="NAME", help="column of the package's id; default package_id, in any spelling"
    )
    rows = run.add_argument_group("rows", "If any row is bad, nothing is sent.")
    rows.add_argument("--skip-bad-rows", action="store_true", help="send the good rows in spite of bad ones")
    rows.add_argument("--show-bad-rows", metavar="NUMBER", type=int, default=20, help="how many to show; default %(default)s")
    rows.add_argument("--trim", action="store_true", help="remove white space from both ends of ids")
    rows.add_argument("--id-pattern", metavar="REGEX", help="pattern that every user's id must match as a whole")
    rows.add_argument("--package-pattern", metavar="REGEX", help="pattern that every package's id must match as a whole")
    rows.add_argument("--allow-unusual-ids", action="store_true", help="accept ids that look damaged, such as 1.89642E+17")
    rows.add_argument("--allow-missing-newline", action="store_true", help="accept a last line without a line break")
    rows.add_argument("--expect-rows", metavar="NUMBER", type=int, help="send nothing if there are more or fewer rows")
    rows.add_argument("--fail-if-empty", action="store_true", help="end with exit code 2 if there is no row")


def source(arguments: Namespace) -> Source:
    """Returns the source that ``arguments`` describe. Raises ``InvalidInputError``."""
    if arguments.source == "-" and "-" in (arguments.token_file, arguments.app_secret_file):
        raise _core.misused("both the source and a secret would be read from stdin; pass a file for one of them")
    return Source(
        arguments.source,
        arguments.format,
        arguments.delimiter,
        encoding=arguments.encoding,
        columns=Columns(arguments.user_column, arguments.package_column),
        checks=Checks(
            trim=arguments.trim,
            user_pattern=arguments.id_pattern,
            package_pattern=arguments.package_pattern,
            allow_unusual=arguments.allow_unusual_ids,
        ),
        rules=Rules(
            # A dry run sends nothing, so it shows the good rows in spite of bad ones.
            skip_bad=arguments.skip_bad_rows or arguments.dry_run,
            allow_missing_newline=arguments.allow_missing_newline,
            expected=arguments.expect_rows,
            fail_if_empty=arguments.fail_if_empty,
        ),
        shown=arguments.show_bad_rows,
    )
