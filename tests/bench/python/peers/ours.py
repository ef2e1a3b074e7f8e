"""koodrive, as its README uses it."""

import case
import koodrive

signing = koodrive.Client(endpoint=koodrive.INTERNATIONAL, user_id=case.USER_ID, app_id=case.APP_ID, app_secret=case.APP_SECRET)
bearer = koodrive.Client(endpoint=koodrive.INTERNATIONAL, user_id=case.USER_ID, token=case.TOKEN)
call = koodrive.NotifyPackageExpire(carrier_user_id=case.CARRIER_USER_ID, package_id=case.PACKAGE_ID)
# X-Date is 5 seconds behind the clock.
now = case.SIGNED_AT + 5
headers, body = case.REPLY_HEADERS, case.REPLY
user, package = case.CARRIER_USER_ID, case.PACKAGE_ID


def typed(user, package, now):
    call = koodrive.NotifyPackageExpire(carrier_user_id=user, package_id=package)
    return signing.request(call, now), signing.parse(call, 200, headers, body)


def raw(user, package, now):
    call = koodrive.RawCall("POST", case.PATH, json={"carrierUserId": user, "type": 2, "packageId": package})
    return signing.request(call, now), signing.parse(call, 200, headers, body)


def signature():
    request = signing.request(call, now)
    assert request.body == case.BODY
    return dict(request.headers)["authorization"].rpartition("=")[2]


def batch(ids):
    return [signing.request(koodrive.NotifyPackageExpire(carrier_user_id=id, package_id=case.PACKAGE_ID), now) for id in ids]
