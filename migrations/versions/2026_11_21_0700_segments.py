"""Groups and saved segments of customers."""

from alembic import op

revision = "2026_11_21_0700"
down_revision = "2026_11_21_0600"

_LIFECYCLE = """
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        created_by text COLLATE "C" NOT NULL,
        updated_at timestamptz NOT NULL,
        updated_by text COLLATE "C" NOT NULL,
"""

_GROUPS = (
    f"""
    CREATE TABLE groups (
        id uuid CONSTRAINT pk_groups PRIMARY KEY,
        name varchar(100) COLLATE "C" NOT NULL,
        description varchar(500) COLLATE "C",
        {_LIFECYCLE}
        deleted_at timestamptz,
        CONSTRAINT ck_groups_version_from_1 CHECK (version >= 1)
    )
    """,
    "CREATE UNIQUE INDEX uq_groups_living_name ON groups (name) WHERE deleted_at IS NULL",
    "CREATE INDEX ix_groups_created_at ON groups (created_at DESC, id DESC)",
    "CREATE INDEX ix_groups_updated_at ON groups (updated_at DESC, id DESC)",
    "CREATE INDEX ix_groups_name ON groups (name, id)",
    """
    CREATE TABLE group_members (
        group_id uuid NOT NULL CONSTRAINT fk_group_members_group_id REFERENCES groups (id),
        customer_id uuid NOT NULL CONSTRAINT fk_group_members_customer_id REFERENCES customers (id),
        added_at timestamptz NOT NULL,
        added_by text COLLATE "C" NOT NULL,
        CONSTRAINT pk_group_members PRIMARY KEY (group_id, customer_id)
    )
    """,
    "CREATE INDEX ix_group_members_customer_id ON group_members (customer_id)",
)

_SEGMENTS = (
    f"""
    CREATE TABLE segments (
        id uuid CONSTRAINT pk_segments PRIMARY KEY,
        name varchar(100) COLLATE "C" NOT NULL,
        description varchar(500) COLLATE "C",
        rule text COLLATE "C" NOT NULL,
        {_LIFECYCLE}
        deleted_at timestamptz,
        CONSTRAINT ck_segments_version_from_1 CHECK (version >= 1)
    )
    """,
    "CREATE UNIQUE INDEX uq_segments_living_name ON segments (name) WHERE deleted_at IS NULL",
    "CREATE INDEX ix_segments_created_at ON segments (created_at DESC, id DESC)",
    "CREATE INDEX ix_segments_updated_at ON segments (updated_at DESC, id DESC)",
    "CREATE INDEX ix_segments_name ON segments (name, id)",
    f"""
    CREATE TABLE snapshots (
        id uuid CONSTRAINT pk_snapshots PRIMARY KEY,
        segment_id uuid NOT NULL CONSTRAINT fk_snapshots_segment_id REFERENCES segments (id),
        rule text COLLATE "C" NOT NULL,
        member_count integer NOT NULL,
        {_LIFECYCLE}
        CONSTRAINT ck_snapshots_version_from_1 CHECK (version >= 1),
        CONSTRAINT ck_snapshots_member_count CHECK (member_count >= 0)
    )
    """,
    "CREATE INDEX ix_snapshots_segment_id_created_at ON snapshots (segment_id, created_at DESC, id DESC)",
    """
    CREATE TABLE snapshot_members (
        snapshot_id uuid NOT NULL CONSTRAINT fk_snapshot_members_snapshot_id REFERENCES snapshots (id),
        number integer NOT NULL,
        customer_id uuid NOT NULL CONSTRAINT fk_snapshot_members_customer_id REFERENCES customers (id),
        CONSTRAINT pk_snapshot_members PRIMARY KEY (snapshot_id, number),
        CONSTRAINT ck_snapshot_members_number_from_1 CHECK (number >= 1)
    )
    """,
    "CREATE INDEX ix_snapshot_members_customer_id ON snapshot_members (customer_id, snapshot_id)",
)


def upgrade() -> None:
    """With groups, segments and snapshots."""
    for statement in (*_GROUPS, *_SEGMENTS):
        op.execute(statement)


def downgrade() -> None:
    """Without them."""
    for table in ("snapshot_members", "snapshots", "segments", "group_members", "groups"):
        op.execute(f"DROP TABLE {table}")
