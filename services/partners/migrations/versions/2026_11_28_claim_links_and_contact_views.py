"""the links by which units' people claim their places can be changed; who was shown whose contact data."""

import sqlalchemy as sa
from alembic import op
from shared.database import UtcDateTime

revision = "245ddd944bfd"
down_revision = "16e0855b4243"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_views",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("community", sa.String(), nullable=False),
        sa.Column("organizer_id", sa.Uuid(), nullable=False),
        sa.Column("organizer", sa.String(), nullable=False),
        sa.Column("place", sa.Enum("page", "file", "api", name="place", native_enum=False, length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("people", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_views")),
    )
    with op.batch_alter_table("contact_views", schema=None) as batch_op:
        batch_op.create_index("ix_contact_views_community_at", ["community", "at"], unique=False)

    with op.batch_alter_table("pledges", schema=None) as batch_op:
        batch_op.add_column(sa.Column("claim_link", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("pledges", schema=None) as batch_op:
        batch_op.drop_column("claim_link")

    with op.batch_alter_table("contact_views", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_views_community_at")

    op.drop_table("contact_views")
