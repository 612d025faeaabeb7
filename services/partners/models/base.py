"""What all tables of the partners service share."""

from sqlalchemy.orm import DeclarativeBase

from shared.database import TYPES, new_metadata


class Base(DeclarativeBase):
    """All tables that this service owns."""

    metadata = new_metadata()
    type_annotation_map = TYPES
