"""The signals that ask a command to end."""

from __future__ import annotations

import signal

#: Ctrl-C, the end of a service or container, the end of a terminal. Windows knows no SIGHUP.
ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


def interrupt_on_all() -> None:
    """Has each of them raise KeyboardInterrupt: also in process 1 of a container, to which the kernel sends no SIGTERM without a
    handler. One that is ignored, as by nohup, stays so."""
    for number in ENDING:
        try:
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, signal.default_int_handler)
        except ValueError:
            # Not the main thread.
            return
