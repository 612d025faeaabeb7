"""How the contacts of units can be reached is sealed: the rows that are there as well."""

from shared import sealed_rows

revision = "5be8d0c7431a"
down_revision = "bac626fa2b40"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sealed_rows.seal("contacts", ["phone", "email"])


def downgrade() -> None:
    sealed_rows.unseal("contacts", ["phone", "email"])
