"""botocore's SigV4: AWS4-HMAC-SHA256, over the same shape of canonical request as KooDrive's."""

import case
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

signer = SigV4Auth(Credentials(case.APP_ID, case.APP_SECRET), "execute-api", "ap-southeast-1")


def signed(user, package):
    request = AWSRequest(
        method="POST",
        url=case.ENDPOINT + case.PATH,
        headers={"content-type": "application/json", "x-user-id": case.USER_ID},
        data=f'{{"carrierUserId":"{user}","type":2,"packageId":"{package}"}}',
    )
    signer.add_auth(request)
    return request.prepare()


user, package = case.CARRIER_USER_ID, case.PACKAGE_ID


def signature():
    request = signed(user, package)
    assert request.body.encode() == case.BODY and ", Signature=" in request.headers["Authorization"]
