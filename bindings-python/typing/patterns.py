"""As right.py, in the grammar of Python 3.10."""

from __future__ import annotations

import koodrive


def what(reply: koodrive.Acknowledgement | koodrive.RetentionPolicies) -> str | None:
    match reply:
        case koodrive.Acknowledgement(code="0", msg=msg, trace_id=None):
            return msg
        case koodrive.Acknowledgement(code=code):
            return code
        case koodrive.RetentionPolicies(policy_list=(koodrive.RetentionPolicy(policy_id=policy_id, priority=1),)):
            return policy_id
        case koodrive.RetentionPolicies():
            return None


def whose(call: koodrive.NotifyPackageExpire | koodrive.GetCurrentRetentionPolicy) -> str:
    match call:
        case koodrive.NotifyPackageExpire(carrier_user_id, package_id):
            return carrier_user_id + package_id
        case koodrive.GetCurrentRetentionPolicy():
            return ""


def what_now(error: koodrive.KooDriveError) -> str:
    match error.outcome:
        case "not_sent":
            return "send it again"
        case "refused":
            return "correct it"
        case "unknown":
            return "ask"
