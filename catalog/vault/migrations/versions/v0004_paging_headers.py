"""What answers in pages say beside their content.

Frozen: it says what the tables were, whatever `catalog.vault.tables` says today.
"""

import sqlalchemy as sa
from alembic import op

revision = "v0004"
down_revision = "v0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payload", sa.Column("headers", sa.Text(), nullable=False, server_default=""))
