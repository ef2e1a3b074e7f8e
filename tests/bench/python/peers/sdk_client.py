"""The part of a typed client that huaweicloudsdkcore implements.

It turns a model into a signed request, and a response into a model. The models are those of the
publisher's generator, reduced to the members that the core reads.
"""

import sys

import case
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.client import Client, ClientBuilder
from huaweicloudsdkcore.sdk_response import SdkResponse


class NotifyBody:
    sensitive_list = []
    openapi_types = {"carrier_user_id": "str", "type": "int", "package_id": "str"}
    attribute_map = {"carrier_user_id": "carrierUserId", "type": "type", "package_id": "packageId"}

    def __init__(self, carrier_user_id, package_id):
        self.carrier_user_id = carrier_user_id
        self.type = 2
        self.package_id = package_id


class NotifyResponse(SdkResponse):
    sensitive_list = []
    openapi_types = {"code": "str", "msg": "str"}
    attribute_map = {"code": "code", "msg": "msg"}

    def __init__(self, code=None, msg=None):
        super().__init__()
        self.code = code
        self.msg = msg


client = (
    ClientBuilder(Client)
    .with_credentials(BasicCredentials(case.APP_ID, case.APP_SECRET, "project"))
    .with_endpoints([case.ENDPOINT])
    .build()
)
client.model_package = sys.modules[__name__]


def signed(user, package):
    return client.build_future_request(
        method="POST",
        resource_path=case.PATH,
        path_params={},
        query_params=[],
        header_params={"X-User-Id": case.USER_ID},
        request_body=NotifyBody(user, package),
        post_params={},
        cname=None,
        response_type="NotifyResponse",
        collection_formats={},
        progress_callback=None,
    ).result()


class Response:
    """A response in the form of requests, with a charset."""

    status_code = 200
    headers = dict(case.REPLY_HEADERS)
    content = case.REPLY

    @property
    def text(self):
        return self.content.decode()


def parse(status, response):
    reply = client.sync_response_handler(response, "NotifyResponse", None, None)
    if status != 200 or reply.code != "0":
        raise RuntimeError(f"HTTP {status}, code {reply.code}")
    return reply


user, package, response = case.CARRIER_USER_ID, case.PACKAGE_ID, Response()


def signature():
    request = signed(user, package)
    assert "Signature=" in request.header_params["Authorization"]
    assert parse(200, response).msg == "Success."
