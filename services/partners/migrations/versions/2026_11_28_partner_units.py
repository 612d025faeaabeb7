"""partner units: a directory with several contacts, invitations, and a ledger of supplies."""

import sqlalchemy as sa
from alembic import op
from shared.database import UtcDateTime

revision = "d9e4820563dd"
down_revision = "5be8d0c7431a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "supplies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_supplies_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplies")),
    )
    with op.batch_alter_table("supplies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supplies_event_id"), ["event_id"], unique=False)

    op.create_table(
        "unit_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_unit_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("organizer_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["work_unit_id"], ["work_units.id"], name=op.f("fk_unit_steps_work_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_steps")),
    )
    with op.batch_alter_table("unit_steps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_steps_work_unit_id"), ["work_unit_id"], unique=False)

    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("work_unit_id", sa.Uuid(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=True),
        sa.Column("declined_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_invitations_need_id")),
        sa.ForeignKeyConstraint(["work_unit_id"], ["work_units.id"], name=op.f("fk_invitations_work_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("need_id", "work_unit_id", name=op.f("uq_invitations_need_id_work_unit_id")),
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitations_work_unit_id"), ["work_unit_id"], unique=False)

    op.create_table(
        "invitation_links",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_invitation_links_contact_id")),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitations.id"], name=op.f("fk_invitation_links_invitation_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_invitation_links")),
    )
    with op.batch_alter_table("invitation_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_links_invitation_id"), ["invitation_id"], unique=False)

    op.create_table(
        "movements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=True),
        sa.Column("pledge_id", sa.Uuid(), nullable=True),
        sa.Column(
            "entry",
            sa.Enum(
                "needed",
                "pledged",
                "received",
                "short",
                "surplus",
                "returned",
                name="entry",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_movements_event_id")),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_movements_need_id")),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledges.id"], name=op.f("fk_movements_pledge_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movements")),
    )
    with op.batch_alter_table("movements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_movements_event_id"), ["event_id"], unique=False)

    op.create_table(
        "uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("community", sa.String(), nullable=False),
        sa.Column("organizer_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("checking", "checked", "writing", "done", "failed", name="state", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("records", sa.String(), nullable=False),
        sa.Column("unknown", sa.JSON(), nullable=False),
        sa.Column("findings", sa.String(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_uploads_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_uploads_state"), ["state"], unique=False)

    # Defaults are written as texts: with these SQLite adds a column in place. Other tables refer to these tables, so
    # that none of them could be dropped and built anew.
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("main", sa.Boolean(), server_default="1", nullable=False))
        batch_op.drop_index("uq_contacts_active")
        batch_op.create_index(batch_op.f("ix_contacts_work_unit_id"), ["work_unit_id"], unique=False)
        batch_op.create_index(
            "uq_contacts_main",
            ["work_unit_id"],
            unique=True,
            postgresql_where=sa.text("active AND main"),
            sqlite_where=sa.text("active AND main"),
        )

    with op.batch_alter_table("needs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("returnable", sa.Boolean(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("supply_id", sa.Uuid(), nullable=True))
        batch_op.create_index("uq_needs_supply_id", ["supply_id"], unique=True)

    with op.batch_alter_table("pledges", schema=None) as batch_op:
        batch_op.add_column(sa.Column("waits", sa.Boolean(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("arrives_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("returnable", sa.Boolean(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("returned", sa.Integer(), server_default="0", nullable=False))

    with op.batch_alter_table("work_units", schema=None) as batch_op:
        batch_op.add_column(sa.Column("address", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("offers", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("merged_into_id", sa.Uuid(), nullable=True))

    # What was asked for and promised before there was a ledger is its beginning.
    for entry, about, quantity, table, condition in (
        ("needed", "id, NULL", "quantity", "needs", "TRUE"),
        ("pledged", "need_id, id", "quantity", "pledges", "quantity > 0"),
        ("received", "need_id, id", "delivered", "pledges", "delivered > 0"),
        ("short", "need_id, id", "quantity - delivered", "pledges", "delivered < quantity"),
        ("surplus", "need_id, id", "delivered - quantity", "pledges", "delivered > quantity"),
    ):
        op.execute(
            f"INSERT INTO movements (event_id, need_id, pledge_id, entry, quantity, at, by) "
            f"SELECT event_id, {about}, '{entry}', {quantity}, created_at, 'organizer' FROM {table} "
            f"WHERE kind = 'supplies' AND {condition}"
        )


def downgrade() -> None:
    with op.batch_alter_table("work_units", schema=None) as batch_op:
        batch_op.drop_column("merged_into_id")
        batch_op.drop_column("offers")
        batch_op.drop_column("address")

    with op.batch_alter_table("pledges", schema=None) as batch_op:
        batch_op.drop_column("returned")
        batch_op.drop_column("returnable")
        batch_op.drop_column("arrives_at")
        batch_op.drop_column("waits")

    with op.batch_alter_table("needs", schema=None) as batch_op:
        batch_op.drop_index("uq_needs_supply_id")
        batch_op.drop_column("supply_id")
        batch_op.drop_column("returnable")

    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_contacts_main", postgresql_where=sa.text("active AND main"), sqlite_where=sa.text("active AND main")
        )
        batch_op.drop_index(batch_op.f("ix_contacts_work_unit_id"))
        batch_op.create_index(
            "uq_contacts_active",
            ["work_unit_id"],
            unique=True,
            postgresql_where=sa.text("active"),
            sqlite_where=sa.text("active"),
        )
        batch_op.drop_column("main")

    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_uploads_state"))
        batch_op.drop_index(batch_op.f("ix_uploads_expires_at"))

    op.drop_table("uploads")
    with op.batch_alter_table("movements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_movements_event_id"))

    op.drop_table("movements")
    with op.batch_alter_table("invitation_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_links_invitation_id"))

    op.drop_table("invitation_links")
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitations_work_unit_id"))

    op.drop_table("invitations")
    with op.batch_alter_table("unit_steps", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_steps_work_unit_id"))

    op.drop_table("unit_steps")
    with op.batch_alter_table("supplies", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_supplies_event_id"))

    op.drop_table("supplies")
