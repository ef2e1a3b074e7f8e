"""The request that every peer builds, and the reply that every peer reads."""

HOST = "intl.myhuaweicloud-koodrive.com"
ENDPOINT = "https://intl.myhuaweicloud-koodrive.com"
PATH = "/koodrive/ose/v1/carrier/users/notifyPackageExpire"
USER_ID = "1505084218764547200"
APP_ID = "example-app-id"
APP_SECRET = "example-app-secret-not-real"
TOKEN = "example-token-not-real"
CARRIER_USER_ID = "189642158555241211"
PACKAGE_ID = "14"
BODY = b'{"carrierUserId":"189642158555241211","type":2,"packageId":"14"}'

#: The signature's date, 2025-11-03T07:01:40Z, in seconds.
SIGNED_AT = 1762153300.0
X_DATE = "20251103T070140Z"

#: The signature, computed independently of every peer (docs/contract.md, section 4, and
#: ``tests/conformance/flagship/app-notify-minimal``).
SIGNATURE = "085bb07ec7b3ce3b9070986cdbbcf96406fc3dcc0288d33dacf9fd7c2fe35bac"

REPLY = b'{"code":0,"msg":"Success."}'

#: The headers of a reply, as servers send them and ``http.client`` returns them.
REPLY_HEADERS = [
    ("Date", "Mon, 03 Nov 2025 07:01:45 GMT"),
    ("Content-Type", "application/json"),
    ("Content-Length", "27"),
    ("Connection", "keep-alive"),
]

#: The number of requests in a batch. Their subscribers' ids have as many digits as the one above.
BATCH = 100_000


def carrier_user_ids():
    return [f"189642158555{number:06}" for number in range(BATCH)]
