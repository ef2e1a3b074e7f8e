"""koodrive, as its README uses it."""

from importlib.metadata import version

import case
import koodrive

NAME = "koodrive"
VERSIONS = {"koodrive": version("koodrive")}
STATEMENTS = {
    "bearer request": "bearer.request(call, now)",
    "signed request": "signing.request(call, now)",
    "parse": "signing.parse(call, 200, headers, body)",
}

signing = koodrive.Client(
    endpoint=koodrive.INTERNATIONAL, user_id=case.USER_ID, app_id=case.APP_ID, app_secret=case.APP_SECRET
)
bearer = koodrive.Client(endpoint=koodrive.INTERNATIONAL, user_id=case.USER_ID, token=case.TOKEN)
call = koodrive.NotifyPackageExpire(carrier_user_id=case.CARRIER_USER_ID, package_id=case.PACKAGE_ID)
# X-Date stays 5 seconds behind.
now = case.SIGNED_AT + 5
headers, body = case.REPLY_HEADERS, case.REPLY


def signature():
    request = signing.request(call, now)
    assert request.body == case.BODY
    return dict(request.headers)["authorization"].rpartition("=")[2]


def batch(ids):
    return [
        signing.request(koodrive.NotifyPackageExpire(carrier_user_id=id, package_id=case.PACKAGE_ID), now) for id in ids
    ]
