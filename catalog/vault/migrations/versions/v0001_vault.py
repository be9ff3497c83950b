"""First vault: raw answers, refused rows, microdata.

Frozen: it says what the tables were, whatever `catalog.vault.tables` says today.
"""

import sqlalchemy as sa
from alembic import op

revision = "v0001"
down_revision = None
branch_labels = None
depends_on = None

_TIME = sa.String(27)


def upgrade() -> None:
    op.create_table(
        "content",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_content")),
    )
    op.create_table(
        "payload",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("fetched_at", _TIME, nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payload")),
        sa.ForeignKeyConstraint(["sha256"], ["content.sha256"], name=op.f("fk_payload_sha256")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_payload_run", "payload", ["run"], unique=False)
    op.create_index("ix_payload_sha256", "payload", ["sha256"], unique=False)
    op.create_index("ix_payload_source_url", "payload", ["source", "url"], unique=False)
    op.create_table(
        "forgotten",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forgotten")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_forgotten_run", "forgotten", ["run"], unique=False)
    op.create_table(
        "seen",
        sa.Column("run", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("listed", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("run", name=op.f("pk_seen")),
    )
    op.create_table(
        "quarantined",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantined")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_quarantined_source_table_name", "quarantined", ["source", "table_name"], unique=False)
    op.create_table(
        "microdata",
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("keep_until", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("table_name", "key", name=op.f("pk_microdata")),
    )
    op.create_index("ix_microdata_process", "microdata", ["process"], unique=False)
    op.create_index("ix_microdata_keep_until", "microdata", ["keep_until"], unique=False)
