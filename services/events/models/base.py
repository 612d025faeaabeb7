"""What all tables of this service have in common."""

from enum import StrEnum

from sqlalchemy import Enum
from sqlalchemy.orm import DeclarativeBase

from shared.database import TYPES, new_metadata


class Base(DeclarativeBase):
    """All tables that this service owns."""

    metadata = new_metadata()
    type_annotation_map = TYPES


def one_of(kind: type[StrEnum], name: str) -> Enum:
    """Return the column type that holds one member of the enumeration, by its value."""
    return Enum(
        kind,
        native_enum=False,
        length=20,
        name=name,
        values_callable=lambda members: [member.value for member in members],
    )
