"""The signals that ask a command to end."""

from __future__ import annotations

import signal

#: Ctrl-C, the end of a service or container, and the end of a terminal. Windows lacks SIGHUP.
ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


def interrupt_on_all() -> None:
    """Makes each signal of ``ENDING`` raise KeyboardInterrupt. An ignored signal stays ignored, as nohup needs.

    Process 1 of a container gets SIGTERM only if it has a handler.
    """
    for number in ENDING:
        try:
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, signal.default_int_handler)
        except ValueError:
            # Only the main thread may set handlers.
            return
