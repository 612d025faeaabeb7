"""The door of a web server that ends: who stands in it is taken in, who comes after that is not let in half."""

import socket
from types import SimpleNamespace

import pytest

from shared.draining import _let_nobody_come


def test_a_door_that_is_shut_lets_nobody_in_and_cuts_off_nobody_who_stands_in_it():
    with socket.create_server(("127.0.0.1", 0)) as door:
        waiting = socket.create_connection(door.getsockname(), timeout=5)
        _let_nobody_come([SimpleNamespace(sock=door)])
        with pytest.raises(TimeoutError):
            socket.create_connection(door.getsockname(), timeout=0.3)
        door.settimeout(5)
        taken, _address = door.accept()
        waiting.sendall(b"a form")
        assert taken.recv(100) == b"a form"
        taken.sendall(b"thanks")
        assert waiting.recv(100) == b"thanks"
        taken.close()
        waiting.close()


def test_a_door_of_another_kind_stays_as_it_is(tmp_path):
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(tmp_path / "door"))
        door.listen()
        _let_nobody_come([SimpleNamespace(sock=door)])
        with socket.socket(socket.AF_UNIX) as visitor:
            visitor.connect(str(tmp_path / "door"))
