"""People's names can be sealed: beside the columns for plain ones, what was sealed, and the id of its key."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, LargeBinary, Text

revision = "0003"
down_revision = "0002"
ZH = "人员姓名可以密封：除明文列外，另存密封内容及其密钥编号。"


def upgrade() -> None:
    """Add the two columns; what stands in the table stays as it is."""
    tables = op.get_context().opts["database"].tables
    for column in (Column("sealed", LargeBinary), Column("key_id", Text)):
        op.add_column(tables.prefix + "contacts", column, schema=tables.schema)
