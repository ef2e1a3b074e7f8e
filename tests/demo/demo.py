"""The demo's Python part: over the standard library, with an app id and with a token, the safe call and then the
notification; last, a call that is refused for its secret. `cargo xtask demo` starts the sandbox for it."""

import os
import time

import koodrive
from koodrive.transports import standard_library

ENDPOINT = os.environ["KOODRIVE_ENDPOINT"]
USER_ID = os.environ["KOODRIVE_USER_ID"]
APP_ID = os.environ["KOODRIVE_APP_ID"]
CALL = koodrive.NotifyPackageExpire(carrier_user_id="189642158555241211", package_id="14")


def show(request, **limits):
    """Prints the request as it leaves, Authorization masked."""
    print(f"  {request.method} {request.url}")
    for name, value in request.headers:
        print(f"    {name}: {'***' if name == 'authorization' else value}")
    if request.body:
        print(f"    {request.body.decode()}")
    return standard_library(request, **limits)


for mode, credentials in (
    ("app id", {"app_id": APP_ID, "app_secret": os.environ["KOODRIVE_APP_SECRET"]}),
    ("token", {"token": os.environ["KOODRIVE_TOKEN"]}),
):
    print(f"\nPython, http.client, {mode}")
    client = koodrive.Client(endpoint=ENDPOINT, user_id=USER_ID, **credentials)
    usage = client.send(koodrive.GetSpaceUsageByOverview(), transport=show)
    print(f"  code {usage.code}, msg {usage.msg} ({usage.data.total_used} KB used)")
    reply = client.send(CALL, transport=show)
    print(f"  code {reply.code}, msg {reply.msg}")

print("\nPython, http.client, a wrong secret")
wrong = koodrive.Client(endpoint=ENDPOINT, user_id=USER_ID, app_id=APP_ID, app_secret="not-the-secret")
# A date of our own, so that it is the same in the request and in its explanation.
date = time.time() - 5
try:
    wrong.send(CALL, transport=show, date=date)
except koodrive.ApiError as refused:
    print(f"  {refused.kind}, {refused.outcome}:", str(refused).replace("\n", "\n  "))
    finding = wrong.explain(CALL, date=date, message=refused.msg).finding
    assert finding, "explain found nothing"
    print(f"  explain: {finding}")
else:
    raise SystemExit("a wrong secret was accepted")
