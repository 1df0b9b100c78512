"""The bare minimum: a grpc.aio server that sends unary requests back. Prints its port, and serves until it is ended."""

from __future__ import annotations

import asyncio

import grpc
import grpc.aio

__all__ = ["ECHO"]

ECHO = "/echo.Echo/Echo"
RECEIVE_LIMIT_BYTES = 16 << 20


class Echo(grpc.GenericRpcHandler):
    """Answers `ECHO` with what it was sent, unread."""

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[bytes, bytes] | None:
        """Return the handler of the one method."""
        if handler_call_details.method != ECHO:
            return None
        return grpc.unary_unary_rpc_method_handler(_echo)


async def _echo(request: bytes, _context: object) -> bytes:
    return request


async def main() -> None:
    """Serve on a free port."""
    server = grpc.aio.server(options=[("grpc.max_receive_message_length", RECEIVE_LIMIT_BYTES)])
    server.add_generic_rpc_handlers((Echo(),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(main())
