"""lists that do not grow with the years."""

import sqlalchemy as sa
from alembic import op

revision = "a8d3fcbb2d09"
down_revision = "f11c4894063d"
branch_labels = None
depends_on = None

PRESENT = sa.text("checked_in_at IS NOT NULL AND checked_out_at IS NULL")


def upgrade() -> None:
    op.create_index("ix_shifts_starts_at", "shifts", ["starts_at", "id"])
    op.create_index("ix_signups_shift_id", "signups", ["shift_id"])
    op.create_index("ix_signups_created_at", "signups", ["created_at", "id"])
    op.create_index("ix_signups_present", "signups", ["checked_in_at"], postgresql_where=PRESENT, sqlite_where=PRESENT)


def downgrade() -> None:
    op.drop_index("ix_signups_present", "signups")
    op.drop_index("ix_signups_created_at", "signups")
    op.drop_index("ix_signups_shift_id", "signups")
    op.drop_index("ix_shifts_starts_at", "shifts")
