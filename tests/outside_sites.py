"""Sites outside for tests: names with addresses, and one server of our own to which every public address leads."""

import socket
import threading
from contextlib import contextmanager

from articles import fetching

PUBLIC = "93.184.216.34"


class Site:
    """A server that answers each connection with `answer(request, number)`, an iterable of pieces; keeps what was
    asked.
    """

    def __init__(self, answer):
        self.answer, self.asked = answer, []
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _from = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self.reply, args=(connection,), daemon=True).start()

    def reply(self, connection):
        with connection:
            self.asked.append(connection.recv(65536).decode("latin-1"))
            try:
                for piece in self.answer(self.asked[-1], len(self.asked)):
                    connection.sendall(piece)
            except OSError:
                pass


class Net:
    """What the outside is for these tests: names with addresses, and where a connection to a public address really
    goes.
    """

    def __init__(self):
        self.names, self.connected, self.resolved, self.site = {}, [], [], None

    def getaddrinfo(self, host, port, **_facts):
        self.resolved.append(host)
        addresses = self.names.get(host, [host])
        if callable(addresses):
            addresses = addresses()
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
            for one in addresses
        ]


@contextmanager
def outside_network(monkeypatch):
    """All host names that `fetching` resolves are looked up in the yielded Net, and all connections go to its site."""
    net = Net()

    class Socket(socket.socket):
        def connect(self, place):
            net.connected.append(place[0])
            super().connect(("127.0.0.1", net.site.port))

    monkeypatch.setattr(fetching.socket, "getaddrinfo", net.getaddrinfo)
    monkeypatch.setattr(fetching.socket, "socket", Socket)
    yield net
    if net.site:
        net.site.listening.close()


def site(net, answer, **names):
    """Let a server answer under site.example, and under these names with their addresses."""
    net.site = Site(answer)
    net.names = {"site.example": [PUBLIC], **names}
    return net.site
