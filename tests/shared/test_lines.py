"""The log is written some lines at a time, and none of them is lost or told twice."""

import io
import json
import os
import signal
import subprocess
import sys
import threading

from shared.lines import Lines

PROGRAM = """
import os
import signal
import structlog
from shared import logs

logs.configure(level="INFO", service="signups")
log = structlog.get_logger()
{does}
"""


class Counting(io.StringIO):
    """What counts how often it was written to."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0

    def write(self, text: str) -> int:
        self.writes += 1
        return super().write(text)


class Gone(io.StringIO):
    """What nobody reads any more."""

    def write(self, text: str) -> int:
        raise BrokenPipeError(text)


def what_remains_of(does: str, code: int = 0) -> list[str]:
    """What a process that does this and ends with the code has logged."""
    program = [sys.executable, "-c", PROGRAM.format(does=does)]
    run = subprocess.run(program, check=False, capture_output=True, text=True, timeout=60)
    assert run.returncode == code, run.stderr
    return [json.loads(line)["event"] for line in run.stderr.splitlines()]


def test_a_crowd_of_lines_is_written_together_and_in_order():
    file = Counting()
    lines = Lines(lambda: file)
    said = [f"line {number}" for number in range(1000)]
    for line in said:
        lines.info(line)
    lines.flush()
    assert file.getvalue().splitlines() == said
    assert file.writes < 500


def test_many_threads_lose_and_mix_nothing():
    file = Counting()
    lines = Lines(lambda: file)
    said = [[f"{thread} says {number}" for number in range(200)] for thread in range(8)]

    def say(words: list[str]) -> None:
        for line in words:
            (lines.warning if line.endswith("7") else lines.info)(line)

    threads = [threading.Thread(target=say, args=(words,)) for words in said]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines.flush()
    written = file.getvalue().splitlines()
    for thread, words in enumerate(said):
        assert [line for line in written if line.startswith(f"{thread} ")] == words
    assert len(written) == 1600


def test_what_is_noted_is_written_without_anybody_asking_for_it():
    asked, told = os.pipe()
    with os.fdopen(asked) as reader, os.fdopen(told, "w") as writer:
        lines = Lines(lambda: writer)
        for word in ("one", "another"):
            lines.info(word)
            assert reader.readline() == f"{word}\n"


def test_what_went_wrong_is_written_at_once_after_all_that_came_before():
    killed = 'log.info("begun"); log.error("failed"); os.kill(os.getpid(), signal.SIGKILL)'
    assert what_remains_of(killed, -signal.SIGKILL) == ["begun", "failed"]


def test_what_is_said_last_is_written_before_the_process_ends():
    assert what_remains_of('log.info("begun"); log.info("ended")') == ["begun", "ended"]


def test_a_signal_in_the_middle_of_writing_may_be_spoken_of():
    interrupted = """
import sys

class Interrupting:
    def write(self, text):
        sys.__stderr__.write(text)
        if "first" in text:
            os.kill(os.getpid(), signal.SIGUSR1)

    def flush(self):
        sys.__stderr__.flush()

signal.signal(signal.SIGUSR1, lambda *_: log.warning("told to end"))
sys.stderr = Interrupting()
log.warning("first")
log.warning("last")
"""
    assert what_remains_of(interrupted) == ["first", "told to end", "last"]


def test_a_process_and_its_child_say_each_line_once():
    forks = """
log.info("before")
child = os.fork()
log.info("in the child" if child == 0 else "in the parent")
if child:
    os.waitpid(child, 0)
"""
    said = what_remains_of(forks)
    assert said[0] == "before"
    assert sorted(said[1:]) == ["in the child", "in the parent"]


def test_who_can_tell_nobody_goes_on():
    files = iter([Gone(), heard := io.StringIO()])
    lines = Lines(lambda: next(files))
    lines.warning("to nobody")
    lines.warning("to somebody")
    assert heard.getvalue() == "to somebody\n"
