"""Taking a sheet in, checking it in steps, and writing all of its rows or none; it knows no web.

A short sheet is checked and written in the request that asks for it. A long one is worked on by the service's worker,
so that its page can say how far it is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import structlog
from sqlalchemy import bindparam, delete, exists, or_, select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from shared.database import change, planned
from shared.errors import Conflict, FieldErrors, Invalid, NotFound, field_error
from shared.imports.tables import Upload, UploadState
from shared.sheets.layout import Arranged, Layout, Record
from shared.texts import Text
from shared.texts import text as _

AT_ONCE: Final = 200
"""Rows that a request does by itself."""
MOST: Final = 2000
"""Rows that are written in one transaction: about ten seconds, and writers on SQLite wait no longer than fifteen."""
BATCH: Final = 250
"""Rows that are checked in one transaction."""
KEPT: Final = timedelta(days=1)
"""How long an upload waits to be confirmed; rows may name people, so it is not longer."""
UNREADABLE: Final = _("This list could not be read to the end. Please upload it again.")

log = structlog.get_logger()


@dataclass(slots=True)
class Finding:
    """What was found of a row: errors by column ("" for the row as a whole), else what would become of it."""

    errors: dict[str, list[str]] = field(default_factory=dict)
    note: Text | None = None


class RowRefused(Exception):
    """A row could not be written after all; nothing of the sheet is."""

    def __init__(self, position: int, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__(position)
        self.position = position
        self.errors = {column: list(texts) for column, texts in errors.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """How one kind of sheet is read, checked and written.

    ``check`` looks at a row alone and returns its errors by column. ``compare`` looks at all rows that are right so
    far, by position, together and against what the service knows; it may add to what is wrong with the others.
    ``write`` writes them all and returns how many became what; it raises RowRefused.
    """

    kind: str
    layouts: Sequence[Layout]
    check: Callable[[Record], dict[str, list[str]]]
    compare: Callable[[Session, Upload, Mapping[int, Record], datetime], Mapping[int, Finding]]
    write: Callable[[Session, Upload, Sequence[Record], datetime], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose upload it is, and for which subject; nobody else may know of it."""

    organizer_id: UUID
    community: str
    subject_id: UUID | None = None


def take_in(
    session: Session, importer: Importer, arranged: Arranged, *, owner: Owner, language: str, now: datetime
) -> Upload:
    """Keep the rows, and check them at once where they are few; nothing else is written.

    Raises Invalid where there are too many.
    """
    if len(arranged.records) > MOST:
        raise Invalid(
            field_error("file", _("Please import at most %(n)s rows at once, and split longer lists.", n=MOST))
        )
    upload = Upload(
        id=uuid4(),
        kind=importer.kind,
        community=owner.community,
        organizer_id=owner.organizer_id,
        subject_id=owner.subject_id,
        language=language,
        state=UploadState.CHECKING,
        total=len(arranged.records),
        done=0,
        records=[[record.sheet, record.row, dict(record.cells)] for record in arranged.records],
        unknown=list(arranged.unknown),
        findings={},
        outcome={},
        created_at=now,
        expires_at=now + KEPT,
    )
    session.add(upload)
    session.flush()
    while upload.total <= AT_ONCE and upload.state is UploadState.CHECKING:
        _check_on(session, importer, upload, now)
    planned(session)
    return upload


def find(session: Session, importer: Importer, upload_id: UUID, owner: Owner, now: datetime) -> Upload:
    """Return the owner's upload; raises NotFound to all others, and once its day is over."""
    return _found(session, importer, upload_id, owner, now, lock=False)


def confirm(session: Session, importer: Importer, upload_id: UUID, owner: Owner, now: datetime) -> Upload:
    """Write all rows, at once where they are few; confirming twice writes nothing the second time.

    A row that cannot be written after all is marked, and nothing is written. Raises NotFound, and Conflict while rows
    are being checked or wrong, and where they could not be checked.
    """
    upload = _found(session, importer, upload_id, owner, now, lock=True)
    if upload.state in {UploadState.WRITING, UploadState.DONE}:
        return upload
    if upload.state is UploadState.CHECKING:
        raise Conflict(_("The rows are still being checked. Please wait a moment."))
    if upload.state is UploadState.FAILED:
        raise Conflict(UNREADABLE)
    if any(finding.errors for finding in findings_of(upload).values()):
        raise Conflict(_("Some rows need a correction. Please correct them in your file and upload it again."))
    upload.state = UploadState.WRITING
    if upload.total <= AT_ONCE:
        _write(session, importer, upload, now)
    planned(session)
    return upload


def records_of(upload: Upload) -> list[Record]:
    """Return the upload's rows."""
    return [Record(sheet, row, cells) for sheet, row, cells in upload.records]


def findings_of(upload: Upload) -> dict[int, Finding]:
    """Return position -> what was found of the row there; nothing where it is simply right."""
    return {int(position): _unpacked(found) for position, found in upload.findings.items()}


def by_column(errors: FieldErrors, detail: str, layout: Layout, called: Mapping[str, str]) -> dict[str, list[str]]:
    """Return what an operation found wrong beside the columns that say it; the rest concerns the row as a whole.

    ``called``: what the operation calls a field -> its column, where they differ. ``detail`` is said of what has no
    words of its own.
    """
    found: dict[str, list[str]] = {}
    known = {column.key for column in layout.columns}
    for name, texts in (errors or {"": [detail]}).items():
        column = called.get(name, name)
        said = [detail] if isinstance(texts, Mapping) else texts
        found.setdefault(column if column in known else "", []).extend(said)
    return found


OPEN: Final = or_(Upload.state == UploadState.CHECKING, Upload.state == UploadState.WRITING)
DUE: Final = select(exists().where(OPEN, Upload.expires_at > bindparam("now")))
"""Whether there is an upload to go on with."""


def continuing(importers: Sequence[Importer]) -> Callable[[Session, datetime], int]:
    """Return a worker's task: the next step of the oldest upload that is too long for a request.

    One whose step fails is given up, so that those behind it go on; only while the database is away it is tried again.
    """
    known = {importer.kind: importer for importer in importers}

    def continue_uploads(session: Session, now: datetime) -> int:
        upload = session.scalars(
            select(Upload)
            .where(OPEN, Upload.expires_at > now)
            .order_by(Upload.created_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if upload is None:
            return 0
        step = _check_on if upload.state is UploadState.CHECKING else _write
        try:
            with session.begin_nested():
                step(session, known[upload.kind], upload, now)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001  (whatever a list makes fail, the lists behind it go on)
            # The type alone: what an error says may hold what stands in the rows.
            log.error("import.failed", upload_id=str(upload.id), error=type(error).__name__)
            upload.state = UploadState.FAILED
            upload.records, upload.findings = [], {}
        return 1

    return continue_uploads


def forget_uploads(session: Session, now: datetime) -> int:
    """Forget the uploads whose day is over; return how many."""
    return change(session, delete(Upload).where(Upload.expires_at <= now))


def _check_on(session: Session, importer: Importer, upload: Upload, now: datetime) -> None:
    """Check the next rows alone, or once all were, all together."""
    records = records_of(upload)
    found = findings_of(upload)
    if upload.done < upload.total:
        end = min(upload.done + BATCH, upload.total)
        for position in range(upload.done, end):
            if errors := importer.check(records[position]):
                found[position] = Finding(errors)
        upload.done = end
    else:
        right = {position: record for position, record in enumerate(records) if position not in found}
        for position, finding in importer.compare(session, upload, right, now).items():
            found.setdefault(position, finding).errors |= finding.errors
        upload.state = UploadState.CHECKED
    upload.findings = {str(position): _packed(finding) for position, finding in sorted(found.items())}


def _write(session: Session, importer: Importer, upload: Upload, now: datetime) -> None:
    try:
        with session.begin_nested():
            outcome = importer.write(session, upload, records_of(upload), now)
    except RowRefused as refusal:
        upload.findings = {**upload.findings, str(refusal.position): _packed(Finding(refusal.errors))}
        upload.state = UploadState.CHECKED
        return
    upload.state = UploadState.DONE
    upload.outcome = dict(outcome)
    upload.records, upload.findings = [], {}


def _found(session: Session, importer: Importer, upload_id: UUID, owner: Owner, now: datetime, *, lock: bool) -> Upload:
    query = select(Upload).where(
        Upload.id == upload_id,
        Upload.kind == importer.kind,
        Upload.organizer_id == owner.organizer_id,
        Upload.community == owner.community,
        Upload.subject_id.is_not_distinct_from(owner.subject_id),
        Upload.expires_at > now,
    )
    upload = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if upload is None:
        raise NotFound(_("This list is no longer here; lists are kept for a day. Please upload it again."))
    return upload


def _packed(finding: Finding) -> dict[str, Any]:
    """Return the finding as JSON, its texts still to be translated."""
    errors = {column: [_text(text) for text in texts] for column, texts in finding.errors.items()}
    return {"errors": errors, "note": _text(finding.note) if finding.note else None}


def _unpacked(packed: Mapping[str, Any]) -> Finding:
    errors = {column: [_again(text) for text in texts] for column, texts in packed["errors"].items()}
    return Finding(errors, _again(packed["note"]) if packed["note"] else None)


def _text(text: str) -> Any:
    if not isinstance(text, Text):
        return str(text)
    params = {
        name: value if isinstance(value, int) else _text(str(value) if not isinstance(value, str) else value)
        for name, value in text.params.items()
    }
    return {"msgid": text.msgid, "params": params}


def _again(packed: Any) -> Any:
    if not isinstance(packed, Mapping):
        return packed
    return Text(packed["msgid"], {name: _again(value) for name, value in packed["params"].items()})
