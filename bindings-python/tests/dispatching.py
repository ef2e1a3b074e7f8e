"""Shared by the tests of `dispatch` and `adispatch`: calls, both drivers as functions, and a transport for either."""

import asyncio
import itertools

import koodrive
import pytest


#: So that a test waits for nothing but what it is about.
FAST = {"rate": 100_000, "backoff": 0.01}


def calls(count=None, first=0):
    for number in itertools.count(first) if count is None else range(first, first + count):
        yield koodrive.NotifyPackageExpire(carrier_user_id=f"user {number}", package_id="14")


async def later(items):
    for item in items:
        await asyncio.sleep(0)
        yield item


def client_of(sandbox, **credentials):
    return koodrive.Client.from_settings(sandbox.settings, **(credentials or sandbox.credentials))


def blocking(client, source, **options):
    return list(client.dispatch(source, **options))


def asynchronous(client, source, **options):
    return asyncio.run(gathered(client, source, **options))


async def gathered(client, source, **options):
    async with client.adispatch(source, **options) as run:
        return [outcome async for outcome in run]


both = pytest.mark.parametrize("drive", [blocking, asynchronous])


def function(answer):
    """A transport for either driver: ``answer`` gets the request."""

    class Transport:
        def __call__(self, request, **limits):
            if asyncio._get_running_loop() is not None:
                return self.later(request)
            return answer(request)

        async def later(self, request):
            await asyncio.sleep(0)
            return answer(request)

    return Transport()


class Broken(Exception):
    pass
