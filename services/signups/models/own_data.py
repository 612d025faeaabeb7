"""What is remembered of how people's data were treated."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.signups.models.base import Base


class Erasure(Base):
    """Somebody whose data were erased: only the id, so that a backup from before is made to forget them as well."""

    __tablename__ = "erasures"

    volunteer_id: Mapped[UUID] = mapped_column(primary_key=True)
    erased_at: Mapped[datetime]
