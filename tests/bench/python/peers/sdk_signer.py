"""The signer of huaweicloudsdkcore: SDK-HMAC-SHA256, over the same shape of canonical request as KooDrive's."""

import case
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

credentials = BasicCredentials(case.APP_ID, case.APP_SECRET)


def signed(user, package):
    request = SdkRequest(
        method="POST",
        schema="https",
        host=case.HOST,
        resource_path=case.PATH,
        query_params=[],
        header_params={"Content-Type": "application/json", "X-User-Id": case.USER_ID},
        body=f'{{"carrierUserId":"{user}","type":2,"packageId":"{package}"}}',
    )
    return Signer(credentials).sign(request)


user, package = case.CARRIER_USER_ID, case.PACKAGE_ID


def signature():
    request = signed(user, package)
    assert request.body == case.BODY and "Signature=" in request.header_params["Authorization"]
