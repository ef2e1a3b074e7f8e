"""``python -m koodrive``, which is also installed as ``koodrive``."""

if __name__ == "__main__":
    import sys

    from ._cli import main

    sys.exit(main())
