"""Microdata with the time they came and went missing, the secrets of pseudonyms, rows that never come back.

The table of microdata is made anew: no program has written into it before.
Frozen: it says what the tables were, whatever `catalog.vault.tables` says today.
"""

import sqlalchemy as sa
from alembic import op

revision = "v0002"
down_revision = "v0001"
branch_labels = None
depends_on = None

_TIME = sa.String(27)


def upgrade() -> None:
    op.drop_table("microdata")
    op.create_table(
        "microdata",
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("keep_until", _TIME, nullable=False),
        sa.Column("first_at", _TIME, nullable=False),
        sa.Column("missing_since", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("table_name", "key", name=op.f("pk_microdata")),
    )
    op.create_index("ix_microdata_process", "microdata", ["process"], unique=False)
    op.create_index("ix_microdata_keep_until", "microdata", ["keep_until"], unique=False)
    op.create_index("ix_microdata_source_table_name", "microdata", ["source", "table_name"], unique=False)
    op.create_table(
        "keyring",
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("released_at", _TIME, nullable=True),
        sa.Column("destroyed_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("process", name=op.f("pk_keyring")),
    )
    op.create_table(
        "barred",
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("table_name", "mark", name=op.f("pk_barred")),
    )
