"""What concerns one person goes before what goes to many, and what is sent a second time is counted."""

import sqlalchemy as sa
from alembic import op

revision = 'fd070302f335'
down_revision = 'd016a7648a98'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('notices', schema=None) as batch_op:
        batch_op.add_column(sa.Column('repeated', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.drop_index('ix_notices_mailing_id')
        batch_op.create_index('ix_notices_mailing_id', ['mailing_id'], unique=False, postgresql_where=sa.text('mailing_id IS NOT NULL'), sqlite_where=sa.text('mailing_id IS NOT NULL'))
        batch_op.drop_index('ix_notices_open')
        batch_op.create_index('ix_notices_bulk', ['next_at'], unique=False, postgresql_where=sa.text("state IN ('queued', 'sending') AND mailing_id IS NOT NULL"), sqlite_where=sa.text("state IN ('queued', 'sending') AND mailing_id IS NOT NULL"))
        batch_op.create_index('ix_notices_alone', ['next_at'], unique=False, postgresql_where=sa.text("state IN ('queued', 'sending') AND mailing_id IS NULL"), sqlite_where=sa.text("state IN ('queued', 'sending') AND mailing_id IS NULL"))


def downgrade() -> None:
    with op.batch_alter_table('notices', schema=None) as batch_op:
        batch_op.create_index('ix_notices_open', ['next_at'], unique=False, postgresql_where=sa.text("state IN ('queued', 'sending')"), sqlite_where=sa.text("state IN ('queued', 'sending')"))
        batch_op.drop_index('ix_notices_bulk', postgresql_where=sa.text("state IN ('queued', 'sending') AND mailing_id IS NOT NULL"), sqlite_where=sa.text("state IN ('queued', 'sending') AND mailing_id IS NOT NULL"))
        batch_op.drop_index('ix_notices_alone', postgresql_where=sa.text("state IN ('queued', 'sending') AND mailing_id IS NULL"), sqlite_where=sa.text("state IN ('queued', 'sending') AND mailing_id IS NULL"))
        batch_op.drop_index('ix_notices_mailing_id', postgresql_where=sa.text('mailing_id IS NOT NULL'), sqlite_where=sa.text('mailing_id IS NOT NULL'))
        batch_op.create_index('ix_notices_mailing_id', ['mailing_id'], unique=False)
        batch_op.drop_column('repeated')
