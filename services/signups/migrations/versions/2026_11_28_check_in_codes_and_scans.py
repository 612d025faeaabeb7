"""check-in codes and scans."""

import secrets
from itertools import islice

import sqlalchemy as sa
from alembic import op
from shared.database import UtcDateTime

revision = "76ce9c06a375"
down_revision = "f968e5c6a22b"
branch_labels = None
depends_on = None

CHUNK = 1000


def upgrade() -> None:
    codes = op.create_table(
        "check_in_codes",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("signup_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["signup_id"], ["signups.id"], name=op.f("fk_check_in_codes_signup_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "code", name=op.f("pk_check_in_codes")),
        sa.UniqueConstraint("signup_id", name=op.f("uq_check_in_codes_signup_id")),
    )
    op.create_table(
        "scans",
        sa.Column("nonce", sa.Uuid(), nullable=False),
        sa.Column("signup_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "check-in",
                "check-out",
                "undo-check-in",
                "undo-check-out",
                name="kind",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("organizer_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Enum("done", "refused", name="outcome", native_enum=False, length=20), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["signup_id"], ["signups.id"], name=op.f("fk_scans_signup_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_scans")),
    )
    with op.batch_alter_table("scans", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scans_signup_id"), ["signup_id"], unique=False)
    _give_codes(codes)


def _give_codes(codes: sa.Table) -> None:
    """Give everybody who signed up before a code, too."""
    signups = sa.table("signups", sa.column("id", sa.Uuid()), sa.column("event_id", sa.Uuid()))
    taken = {}
    rows = []
    for signup_id, event_id in op.get_bind().execute(sa.select(signups.c.id, signups.c.event_id)):
        of_event = taken.setdefault(event_id, set())
        code = next(code for code in iter(lambda: f"{secrets.randbelow(10**6):06}", None) if code not in of_event)
        of_event.add(code)
        rows.append({"event_id": event_id, "code": code, "signup_id": signup_id})
    left = iter(rows)
    while chunk := list(islice(left, CHUNK)):
        op.bulk_insert(codes, chunk)


def downgrade() -> None:
    with op.batch_alter_table("scans", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scans_signup_id"))
    op.drop_table("scans")
    op.drop_table("check_in_codes")
