"""What a feed page asks of its data sets, without reading the data sets themselves.

Frozen: it says what the tables were, whatever `catalog.tables` says today.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_dataset_feed", "dataset", ["number", "status", "name", "digest", "modified"], unique=False)
