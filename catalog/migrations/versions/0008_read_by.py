"""By what a run has read: where the next one reads by the same, rows need not be made again.

Frozen: it says what the tables were, whatever `catalog.tables` says today.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("run", sa.Column("read_by", sa.Text(), nullable=False, server_default=""))
