"""What releases were counted from, and how the last counting of each statistic went.

Frozen: it says what the tables were, whatever `catalog.vault.tables` says today.
"""

import sqlalchemy as sa
from alembic import op

revision = "v0003"
down_revision = "v0002"
branch_labels = None
depends_on = None

_TIME = sa.String(27)


def upgrade() -> None:
    op.create_table(
        "counts",
        sa.Column("cube", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("cube", "mark", name=op.f("pk_counts")),
    )
    op.create_table(
        "outlook",
        sa.Column("cube", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("cube", name=op.f("pk_outlook")),
    )
