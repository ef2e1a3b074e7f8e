"""Answers every request on a port of loopback with the same reply, for as little as asyncio can. Prints the port."""

import asyncio

import case

HEAD = "".join(f"{name}: {value}\r\n" for name, value in case.REPLY_HEADERS)
REPLY = f"HTTP/1.1 200 OK\r\n{HEAD}\r\n".encode() + case.REPLY
#: How a request ends: koodrive's and the constant one have the same body.
END = case.BODY[-1:]


class Answering(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        # Head and body may come apart. One request at a time is on a connection.
        if data.endswith(END):
            self.transport.write(REPLY)


async def main():
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Until whoever started it has gone.
    await asyncio.get_running_loop().run_in_executor(None, __import__("sys").stdin.read)


asyncio.run(main())
