"""Runs the command line for ``python -m koodrive``. The command ``koodrive`` is the same."""

if __name__ == "__main__":
    import sys

    from ._cli import main

    sys.exit(main())
