"""Announced removals, data sets of neighbours, releases of statistics.

Frozen: it says what the tables were, whatever `catalog.tables` says today.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TIME = sa.String(27)


def upgrade() -> None:
    op.add_column("dataset", sa.Column("removal", sa.Text(), nullable=False, server_default=""))
    op.add_column("dataset", sa.Column("upstream", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_dataset_upstream", "dataset", ["upstream"], unique=False)
    op.create_index("ix_dataset_modified_status", "dataset", ["modified", "status"], unique=False)
    op.create_table(
        "release",
        sa.Column("cube", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("cube", "name", name=op.f("pk_release")),
        sa.UniqueConstraint("cube", "number", name=op.f("uq_release_cube_number")),
    )
    op.create_table(
        "release_file",
        sa.Column("cube", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["cube", "name"], ["release.cube", "release.name"], name=op.f("fk_release_file_cube_name")),
        sa.PrimaryKeyConstraint("cube", "name", "part", name=op.f("pk_release_file")),
    )
    op.create_index("ix_release_file_sha256", "release_file", ["sha256"], unique=False)
