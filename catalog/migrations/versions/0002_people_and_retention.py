"""People who decide (tokens, second person, a log nobody can rewrite), what was purged, what mails have told.

Frozen: it says what the tables were, whatever `catalog.tables` says today.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TIME = sa.String(27)

_SQLITE_TRIGGERS = (
    "CREATE TRIGGER decision_stays BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END",
    "CREATE TRIGGER decision_remains BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END",
    # REPLACE deletes without asking the trigger above (sqlite.org, "PRAGMA recursive_triggers").
    "CREATE TRIGGER decision_is_new BEFORE INSERT ON decision WHEN EXISTS (SELECT 1 FROM decision WHERE id = NEW.id) "
    "BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END",
)
_POSTGRES_TRIGGERS = (
    "CREATE FUNCTION decision_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "RAISE EXCEPTION 'decision is append-only'; END $$",
    "CREATE TRIGGER decision_stays BEFORE UPDATE OR DELETE ON decision FOR EACH ROW EXECUTE FUNCTION decision_is_append_only()",
    "CREATE TRIGGER decision_remains BEFORE TRUNCATE ON decision FOR EACH STATEMENT EXECUTE FUNCTION decision_is_append_only()",
)


def upgrade() -> None:
    op.add_column("decision", sa.Column("role", sa.Text(), nullable=False, server_default=""))
    for statement in _SQLITE_TRIGGERS if op.get_bind().dialect.name == "sqlite" else _POSTGRES_TRIGGERS:
        op.execute(statement)
    op.create_table(
        "token",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("revoked_at", _TIME, nullable=True),
        sa.Column("used_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("sha256", name=op.f("uq_token_sha256")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("subject", "number", "who", name=op.f("uq_consent_subject_number_who")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "purge",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("before", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purge")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_purge_source_what", "purge", ["source", "what"], unique=False)
    op.create_table(
        "notice",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("told_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("source", "subject", name=op.f("pk_notice")),
    )
    op.create_table(
        "judgement",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_judgement")),
    )
