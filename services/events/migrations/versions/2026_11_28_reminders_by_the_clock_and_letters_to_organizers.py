"""Reminders by the clock, and letters to organizers with all that sending them needs."""

import sqlalchemy as sa
from alembic import op
from shared.database import UtcDateTime

revision = 'd016a7648a98'
down_revision = 'c1d40f2a97be'
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

    op.create_table('notices',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('rule', sa.String(), nullable=False),
    sa.Column('occurrence', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('state', sa.Enum('queued', 'sending', 'sent', 'delivered', 'failed', 'skipped', 'skipped_late', 'unknown', 'cancelled', name='state', native_enum=False, length=20), nullable=False),
    sa.Column('params', sa.JSON(), nullable=False),
    sa.Column('due_at', UtcDateTime(), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=True),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('sent_at', UtcDateTime(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_at', UtcDateTime(), nullable=False),
    sa.Column('lease_until', UtcDateTime(), nullable=True),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.Column('mailing_id', sa.Uuid(), nullable=True),
    sa.Column('carried_by', sa.Uuid(), nullable=True),
    sa.Column('refused_by', sa.JSON(), server_default='[]', nullable=False),
    sa.Column('receipt', sa.String(), nullable=True),
    sa.Column('delivered_at', UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notices')),
    sa.UniqueConstraint('person_id', 'event_id', 'kind', 'rule', 'occurrence', name=op.f('uq_notices_person_id_event_id_kind_rule_occurrence'))
    )
    with op.batch_alter_table('notices', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notices_event_id'), ['event_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_notices_mailing_id'), ['mailing_id'], unique=False)
        batch_op.create_index('ix_notices_open', ['next_at'], unique=False, postgresql_where=sa.text("state IN ('queued', 'sending')"), sqlite_where=sa.text("state IN ('queued', 'sending')"))
        batch_op.create_index('ix_notices_receipt', ['receipt'], unique=False, postgresql_where=sa.text('receipt IS NOT NULL'), sqlite_where=sa.text('receipt IS NOT NULL'))
        batch_op.create_index('uq_notices_without_event', ['person_id', 'kind', 'rule', 'occurrence'], unique=True, postgresql_where=sa.text('event_id IS NULL'), sqlite_where=sa.text('event_id IS NULL'))

    op.create_table('opt_outs',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('topic', sa.String(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('since', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('person_id', 'topic', 'channel', name=op.f('pk_opt_outs'))
    )
    with op.batch_alter_table('events', schema=None) as batch_op:
        batch_op.add_column(sa.Column('thanks', sa.String(), server_default='PT0S', nullable=True))

    with op.batch_alter_table('organizers', schema=None) as batch_op:
        batch_op.add_column(sa.Column('email', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('phone', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('robot', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('told_of', sa.JSON(), server_default='[]', nullable=False))
        batch_op.add_column(sa.Column('language', sa.String(), nullable=True))

    with op.batch_alter_table('reminders', schema=None) as batch_op:
        batch_op.add_column(sa.Column('wall_at', sa.String(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('timezone', sa.String(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('shift_ids', sa.JSON(), server_default='[]', nullable=False))



def downgrade() -> None:
    with op.batch_alter_table('reminders', schema=None) as batch_op:
        batch_op.drop_column('shift_ids')
        batch_op.drop_column('timezone')
        batch_op.drop_column('wall_at')

    with op.batch_alter_table('organizers', schema=None) as batch_op:
        batch_op.drop_column('language')
        batch_op.drop_column('told_of')
        batch_op.drop_column('robot')
        batch_op.drop_column('phone')
        batch_op.drop_column('email')

    with op.batch_alter_table('events', schema=None) as batch_op:
        batch_op.drop_column('thanks')

    op.drop_table('opt_outs')
    with op.batch_alter_table('notices', schema=None) as batch_op:
        batch_op.drop_index('uq_notices_without_event', postgresql_where=sa.text('event_id IS NULL'), sqlite_where=sa.text('event_id IS NULL'))
        batch_op.drop_index('ix_notices_receipt', postgresql_where=sa.text('receipt IS NOT NULL'), sqlite_where=sa.text('receipt IS NOT NULL'))
        batch_op.drop_index('ix_notices_open', postgresql_where=sa.text("state IN ('queued', 'sending')"), sqlite_where=sa.text("state IN ('queued', 'sending')"))
        batch_op.drop_index(batch_op.f('ix_notices_mailing_id'))
        batch_op.drop_index(batch_op.f('ix_notices_event_id'))

    op.drop_table('notices')
    with op.batch_alter_table('mailings', schema=None) as batch_op:
        batch_op.drop_index('ix_mailings_running', postgresql_where=sa.text("state = 'running'"), sqlite_where=sa.text("state = 'running'"))

    op.drop_table('mailings')
    op.drop_table('first_channels')
