"""The literal types of fields of errors, outcomes and progress. ``koodrive.types`` exports them."""

from __future__ import annotations

from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["invalid_input", "not_sent", "outcome_unknown", "api", "unreadable_reply"]
"""The ``kind`` of an error."""

Outcome: TypeAlias = Literal["not_sent", "refused", "unknown"]
"""The ``outcome`` of an error: whether KooDrive acted on the call."""

Verdict: TypeAlias = Literal["delivered", "refused", "unknown", "given_up", "not_sent"]
"""The ``verdict`` of a ``CallOutcome``: the final result of the call."""

Slowed: TypeAlias = Literal["throttled", "failing", "draining"]
"""The ``slowed`` of a ``Progress``: why the job's pace is below its rate."""

HaltReason: TypeAlias = Literal["same_answer", "no_token"]
"""The ``reason`` of a ``HaltedError``: why the job halted."""
