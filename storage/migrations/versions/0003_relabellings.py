"""Labels that were renamed, merged or deleted over a whole project."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "relabellings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=300), nullable=False),
        sa.Column("becomes", sa.String(length=300), nullable=True),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("is_undone", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_relabellings_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relabellings")),
    )
    with op.batch_alter_table("relabellings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_relabellings_project_id"), ["project_id"], unique=False)
