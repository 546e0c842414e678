"""A mail server that takes every message and keeps nothing, in a process of its own."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

#: Seconds; a process that takes longer has gone wrong.
STARTS_WITHIN = 60.0


class _Session(socketserver.StreamRequestHandler):
    """One connection, as much of RFC 5321 as a sender needs."""

    def handle(self) -> None:
        """Say yes to everything, and read each message to its final dot."""
        self.wfile.write(b"220 sink\r\n")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while self.rfile.readline() != b".\r\n":
                    pass
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


def _serve(said: "Connection[int, None]") -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session) as server:
        server.daemon_threads = True
        said.send(server.server_address[1])
        server.serve_forever()


@contextmanager
def mail_sink() -> Iterator[int]:
    """Start one; gives its port on the loopback address."""
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        if not ours.poll(STARTS_WITHIN):
            raise RuntimeError("the mail server for measuring did not start")
        yield ours.recv()
    finally:
        process.terminate()
        process.join()
