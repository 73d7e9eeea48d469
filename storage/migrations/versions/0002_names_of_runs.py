"""Training runs have a name, the folder they write, and a word on why they ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("name", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("folder", sa.String(length=500), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("message", sa.Text(), nullable=False, server_default=""))
