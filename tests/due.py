"""Tasks as a worker runs them."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Executable
from sqlalchemy.orm import Session

from shared.database import Database
from shared.trips import Question, ask


def run(database: Database, task: Callable[[Session, datetime], int], due: Executable, now: datetime) -> int:
    """Run the task, unless what is asked first says that it would find nothing."""
    [[[has_work]]] = database.look(ask, Question(due, {"now": now}))
    return database.write(task, now) if has_work else 0
