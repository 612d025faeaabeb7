"""lists that do not grow with the years."""

import sqlalchemy as sa
from alembic import op

revision = "a8d3fcbb2d09"
down_revision = "f11c4894063d"
branch_labels = None
depends_on = None

PRESENT = sa.text("checked_in_at IS NOT NULL AND checked_out_at IS NULL")
TAKEN = sa.text("signup_id IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_shifts_starts_at", "shifts", ["starts_at", "id"])
    op.create_index("ix_signups_shift_id", "signups", ["shift_id", "status"])
    op.create_index("ix_signups_created_at", "signups", ["created_at", "id"])
    op.create_index("ix_signups_present", "signups", ["checked_in_at"], postgresql_where=PRESENT, sqlite_where=PRESENT)
    with op.batch_alter_table("places") as batch_op:
        batch_op.drop_constraint(op.f("uq_places_signup_id"), type_="unique")
    op.create_index(
        "uq_places_signup_id", "places", ["signup_id"], unique=True, postgresql_where=TAKEN, sqlite_where=TAKEN
    )


def downgrade() -> None:
    op.drop_index("uq_places_signup_id", "places")
    with op.batch_alter_table("places") as batch_op:
        batch_op.create_unique_constraint(op.f("uq_places_signup_id"), ["signup_id"])
    op.drop_index("ix_signups_present", "signups")
    op.drop_index("ix_signups_created_at", "signups")
    op.drop_index("ix_signups_shift_id", "signups")
    op.drop_index("ix_shifts_starts_at", "shifts")
