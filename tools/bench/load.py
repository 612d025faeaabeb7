"""A crowd of clients, each of which asks again as soon as it is answered, on connections that stay open.

They read no more of an answer than its status and its length, so that the crowd takes little of the processors that it
shares with what it measures. It runs in a process of its own.
"""

import asyncio
import re
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import count
from multiprocessing import get_context
from typing import Final

LENGTH: Final = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
END: Final = b"\r\n\r\n"
PATIENCE: Final = 30.0


@dataclass(frozen=True, slots=True)
class Crowd:
    """What a crowd met: how many were answered as wished in how many seconds, and how long each waited, sorted."""

    answered: int
    refused: int
    seconds: float
    waits: list[float]

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return self.answered / self.seconds

    def wait(self, share: float) -> float:
        """Return the milliseconds within which this share of them was answered."""
        return self.waits[min(int(len(self.waits) * share), len(self.waits) - 1)] * 1000 if self.waits else 0.0


def together(crowds: Iterable[Crowd]) -> Crowd:
    """Return several crowds, one after the other, as one."""
    met = list(crowds)
    waits = sorted(wait for one in met for wait in one.waits)
    return Crowd(
        sum(one.answered for one in met), sum(one.refused for one in met), sum(one.seconds for one in met), waits
    )


def ask(
    port: int, make: Callable[[int], bytes], *, clients: int, seconds: float, wished: int, rate: float | None = None
) -> Crowd:
    """Let the clients ask for so many seconds, each once at least.

    ``make`` writes the request of a number, ``wished`` is its status. With a ``rate`` they ask so often a second
    together, instead of as often as they can.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as elsewhere:
        return elsewhere.submit(_ask, port, make, clients, seconds, wished, rate).result(seconds + 4 * PATIENCE)


def _ask(
    port: int, make: Callable[[int], bytes], clients: int, seconds: float, wished: int, rate: float | None
) -> Crowd:
    return asyncio.run(_crowd(port, make, clients, seconds, wished, rate))


async def _crowd(
    port: int, make: Callable[[int], bytes], clients: int, seconds: float, wished: int, rate: float | None
) -> Crowd:
    numbers, waits, refused = count(), [], 0
    began = time.perf_counter()
    status = str(wished).encode()

    async def client() -> None:
        nonlocal refused
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        moment = began  # opening may take longer than all of it on a busy machine
        while moment < began + seconds:
            moment = time.perf_counter()
            number = next(numbers)
            if rate is not None:
                await asyncio.sleep(max(began + number / rate - moment, 0))
                moment = time.perf_counter()
            writer.write(make(number))
            head = await asyncio.wait_for(reader.readuntil(END), PATIENCE)
            length = LENGTH.search(head)
            if length is not None and not head.startswith(b"HTTP/1.1 304"):
                await reader.readexactly(int(length[1]))
            waits.append(time.perf_counter() - moment)
            refused += head[9:12] != status
            moment = time.perf_counter()
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    passed = time.perf_counter() - began
    return Crowd(len(waits) - refused, refused, passed, sorted(waits))
