"""How fresh the values behind a table are, as a run saw it.

Frozen: it says what the tables were, whatever `catalog.tables` says today.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("run", sa.Column("lately", sa.Text(), nullable=False, server_default="[]"))
