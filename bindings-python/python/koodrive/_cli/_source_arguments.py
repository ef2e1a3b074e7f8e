"""The arguments that say how a source is read, and what its rows must be."""

from __future__ import annotations

from .. import _core
from .._job.rows._csv import DELIMITERS
from .._job.source import Checks, Columns, Rules, Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def add(run: ArgumentParser) -> None:
    """Adds them to the command."""
    run.add_argument("source", metavar="SOURCE", help="CSV with a header, or JSON lines, also compressed with gzip; - is stdin")
    source = run.add_argument_group("source", "By default found out from the source's beginning.")
    source.add_argument("--format", choices=("csv", "jsonl"), help="of the source")
    words = ", ".join(word for word in DELIMITERS if word.isalpha())
    source.add_argument("--delimiter", metavar="CHARACTER", help=f"between the fields of CSV; or a word: {words}")
    source.add_argument("--encoding", metavar="NAME", help="such as cp1252; default by the byte order mark, or UTF-8")
    source.add_argument("--user-column", metavar="NAME", help="holds the user's id; default carrier_user_id, in any spelling")
    source.add_argument("--package-column", metavar="NAME", help="holds the package's id; default package_id, in any spelling")
    rows = run.add_argument_group("rows", "With any bad row nothing is sent.")
    rows.add_argument("--skip-bad-rows", action="store_true", help="send the rows that are good")
    rows.add_argument("--show-bad-rows", metavar="NUMBER", type=int, default=20, help="how many to show; default %(default)s")
    rows.add_argument("--trim", action="store_true", help="remove white space from both ends of ids")
    rows.add_argument(
        "--id-pattern", metavar="REGEX", help="what every user's id must match, from its first to its last character"
    )
    rows.add_argument("--package-pattern", metavar="REGEX", help="the same for the package's id")
    rows.add_argument(
        "--allow-unusual-ids", action="store_true", help="take ids that look damaged, such as 1.89642E+17, as they are"
    )
    rows.add_argument("--allow-missing-newline", action="store_true", help="take a last line that has no line break as whole")
    rows.add_argument("--expect-rows", metavar="NUMBER", type=int, help="send nothing if there are more or fewer rows")
    rows.add_argument("--fail-if-empty", action="store_true", help="end with exit code 2 if there is no row")


def source(arguments: Namespace) -> Source:
    """The source that they describe."""
    if arguments.source == "-" and "-" in (arguments.token_file, arguments.app_secret_file):
        raise _core.misused("both the source and a secret are to be read from stdin; name a file for one of them")
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
            # A dry run shows what there is, and sends nothing anyway.
            skip_bad=arguments.skip_bad_rows or arguments.dry_run,
            allow_missing_newline=arguments.allow_missing_newline,
            expected=arguments.expect_rows,
            fail_if_empty=arguments.fail_if_empty,
        ),
        shown=arguments.show_bad_rows,
    )
