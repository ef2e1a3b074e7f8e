"""Makes replies and explanations from the core's fields. ``_core`` calls these functions."""

from __future__ import annotations

import json

from ._core import Acknowledgement, RawReply
from ._values import (
    Difference,
    Explanation,
    RetentionPolicies,
    RetentionPolicy,
    SpaceUsage,
    SpaceUsageData,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def reply(operation: str, fields: str) -> Any:
    """Returns the reply to a call of ``operation``. ``fields`` is a JSON object with the service's names."""
    return _REPLIES[operation](json.loads(fields))


def explanation(fields: str) -> Explanation:
    """Returns the explanation of ``fields``, a JSON object."""
    given = json.loads(fields)
    difference = given["difference"]
    return Explanation(
        canonical_request=given["canonicalRequest"],
        canonical_request_hash=given["canonicalRequestHash"],
        string_to_sign=given["stringToSign"],
        signature=given["signature"],
        signed_headers=given["signedHeaders"],
        difference=None if difference is None else Difference(**difference),
        finding=given["finding"],
    )


def _acknowledgement(given: dict[str, Any]) -> Acknowledgement:
    return Acknowledgement(code=given["code"], msg=given["msg"], trace_id=given["traceId"])


def _policies(given: dict[str, Any]) -> RetentionPolicies:
    policies = (
        RetentionPolicy(
            policy_id=policy["policyId"],
            policy_name=policy["policyName"],
            description=policy["description"],
            priority=policy["priority"],
            status=policy["status"],
        )
        for policy in given["policyList"]
    )
    return RetentionPolicies(
        code=given["code"],
        msg=given["msg"],
        trace_id=given["traceId"],
        policy_list=tuple(policies),
        body=given["body"],
    )


def _space_usage(given: dict[str, Any]) -> SpaceUsage:
    data = given["data"]
    return SpaceUsage(
        code=given["code"],
        msg=given["msg"],
        trace_id=given["traceId"],
        data=SpaceUsageData(
            total_allocation=data["totalAllocation"],
            total_capacity=data["totalCapacity"],
            total_used=data["totalUsed"],
            quota=data["quota"],
        ),
        body=given["body"],
    )


def _raw(given: dict[str, Any]) -> RawReply:
    return RawReply(
        status=given["status"],
        code=given["code"],
        msg=given["msg"],
        trace_id=given["traceId"],
        body=given["body"],
    )


_REPLIES = {
    "getSpaceUsageByOverview": _space_usage,
    "getCurrentRetentionPolicy": _policies,
    "getCarrierRetentionPolicy": _policies,
    "setRetentionPolicy": _acknowledgement,
    "reverseOrder": _raw,
}
