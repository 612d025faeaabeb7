"""Mailings to many people, and what people do not want to hear of."""

import sqlalchemy as sa
from alembic import op
from shared.database import UtcDateTime

revision = '16e0855b4243'
down_revision = '6b0d2f8e51ac'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('first_channels',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_first_channels'))
    )
    op.create_table('mailings',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('rule', sa.String(), nullable=False),
    sa.Column('occurrence', sa.Integer(), nullable=False),
    sa.Column('audience', sa.JSON(), nullable=False),
    sa.Column('params', sa.JSON(), nullable=False),
    sa.Column('due_at', UtcDateTime(), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=True),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('state', sa.Enum('running', 'finished', 'stopped', name='state', native_enum=False, length=20), nullable=False),
    sa.Column('after', sa.Uuid(), nullable=True),
    sa.Column('planned', sa.Integer(), nullable=False),
    sa.Column('ended_at', UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mailings')),
    sa.UniqueConstraint('event_id', 'kind', 'rule', 'occurrence', name=op.f('uq_mailings_event_id_kind_rule_occurrence'))
    )
    with op.batch_alter_table('mailings', schema=None) as batch_op:
        batch_op.create_index('ix_mailings_running', ['created_at'], unique=False, postgresql_where=sa.text("state = 'running'"), sqlite_where=sa.text("state = 'running'"))

    op.create_table('opt_outs',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('topic', sa.String(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('since', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('person_id', 'topic', 'channel', name=op.f('pk_opt_outs'))
    )
    with op.batch_alter_table('notices', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mailing_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('carried_by', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('refused_by', sa.JSON(), server_default='[]', nullable=False))
        batch_op.add_column(sa.Column('receipt', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('delivered_at', UtcDateTime(), nullable=True))
        batch_op.create_index(batch_op.f('ix_notices_mailing_id'), ['mailing_id'], unique=False)
        batch_op.create_index('ix_notices_receipt', ['receipt'], unique=False, postgresql_where=sa.text('receipt IS NOT NULL'), sqlite_where=sa.text('receipt IS NOT NULL'))



def downgrade() -> None:
    with op.batch_alter_table('notices', schema=None) as batch_op:
        batch_op.drop_index('ix_notices_receipt', postgresql_where=sa.text('receipt IS NOT NULL'), sqlite_where=sa.text('receipt IS NOT NULL'))
        batch_op.drop_index(batch_op.f('ix_notices_mailing_id'))
        batch_op.drop_column('delivered_at')
        batch_op.drop_column('receipt')
        batch_op.drop_column('refused_by')
        batch_op.drop_column('carried_by')
        batch_op.drop_column('mailing_id')

    op.drop_table('opt_outs')
    with op.batch_alter_table('mailings', schema=None) as batch_op:
        batch_op.drop_index('ix_mailings_running', postgresql_where=sa.text("state = 'running'"), sqlite_where=sa.text("state = 'running'"))

    op.drop_table('mailings')
    op.drop_table('first_channels')
