"""Sheets on their way into a service: kept, checked row by row, shown, and written all or nothing."""

from shared.imports.importing import (
    AT_ONCE,
    DUE,
    Finding,
    Importer,
    Owner,
    RowRefused,
    by_column,
    confirm,
    continuing,
    find,
    findings_of,
    forget_uploads,
    records_of,
    take_in,
)
from shared.imports.tables import Base, Upload, UploadState

__all__ = [
    "AT_ONCE",
    "DUE",
    "Base",
    "Finding",
    "Importer",
    "Owner",
    "RowRefused",
    "Upload",
    "UploadState",
    "by_column",
    "confirm",
    "continuing",
    "find",
    "findings_of",
    "forget_uploads",
    "records_of",
    "take_in",
]
