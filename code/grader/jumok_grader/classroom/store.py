"""학급의 기록(SQLite나 PostgreSQL)의 표와 연결.

무엇을 적을지는 다른 모듈이 정합니다.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from .reasons import BadClass

tables = sa.MetaData()
files = sa.Table(  # 모은 파일마다 한 줄. 점수가 되지 않은 것도 까닭과 함께 남습니다.
    "jumok_files",
    tables,
    sa.Column("key", sa.String(64), primary_key=True),  # (꾸러미, 이름, 내용)의 해시
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("student", sa.Text),
    sa.Column("chapter", sa.Text),
    sa.Column("sha256", sa.String(64)),
    sa.Column("reason", sa.Text, nullable=False, default=""),
    sa.Column("detail", sa.Text, default=""),
    sa.Column("submitted_at", sa.Text),
    sa.Column("collected_at", sa.Text, nullable=False),
    sa.Column("size", sa.Integer),
)
submissions = sa.Table(  # 학생과 장마다 하나: 채점할 제출물
    "jumok_submissions",
    tables,
    sa.Column("student", sa.Text, primary_key=True),
    sa.Column("chapter", sa.Text, primary_key=True),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("submitted_at", sa.Text),
    sa.Column("attempt", sa.Integer, nullable=False, default=0),
    sa.Column("late", sa.Boolean, nullable=False, default=False),
)
# 내용과 장마다 하나: 채점의 형편. state는 waiting, claimed, done, refused입니다.
jobs = sa.Table(
    "jumok_jobs",
    tables,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("chapter", sa.Text, primary_key=True),
    sa.Column("version", sa.String(64), nullable=False),
    sa.Column("questions", sa.Text, nullable=False),
    sa.Column("state", sa.String(10), nullable=False, index=True),
    sa.Column("owner", sa.Text),
    sa.Column("lease_until", sa.Float, nullable=False, default=0),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("reason", sa.Text, nullable=False, default=""),
    sa.Column("message", sa.Text, default=""),
    sa.Column("graded_at", sa.Text),
    sa.Column("seconds", sa.Float),
)
results = sa.Table(  # 내용, 문제, 문제의 판마다 하나: 점수
    "jumok_results",
    tables,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("chapter", sa.Text, primary_key=True),
    sa.Column("question", sa.Text, primary_key=True),
    sa.Column("version", sa.String(64), primary_key=True),
    sa.Column("title", sa.Text, nullable=False, default=""),
    sa.Column("points", sa.Float, nullable=False),
    sa.Column("max_points", sa.Float, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("mistake", sa.Text, nullable=False, default=""),
    sa.Column("name", sa.Text, default=""),
    sa.Column("message", sa.Text, default=""),
    sa.Column("detail", sa.Text, default=""),
    sa.Column("output", sa.Text, default=""),
    sa.Column("graded_at", sa.Text, nullable=False),
)


def connect(url: str, folder: Path) -> sa.Engine:
    """기록에 잇고 없는 표를 만듭니다. SQLite의 상대 경로는 학급 폴더에서 셉니다."""
    try:
        address = sa.make_url(url)
        if address.get_backend_name() == "sqlite" and address.database not in (
            None,
            "",
            ":memory:",
        ):
            address = address.set(database=str(folder / address.database))
        if address.drivername == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        engine = sa.create_engine(address, **_options(address))
        if address.get_backend_name() == "sqlite":
            sa.event.listen(engine, "connect", _sqlite_style)
        tables.create_all(engine)
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ImportError) as error:
        raise BadClass(
            f"기록의 주소를 알 수 없거나 드라이버가 없습니다: {error}"
        ) from None
    except sa.exc.OperationalError as error:
        raise BadClass(
            f"기록에 잇지 못했습니다: {shown_url(url)}\n  {error.orig}"
        ) from None
    return engine


def shown_url(url: str) -> str:
    """비밀번호를 가린 주소."""
    try:
        return sa.make_url(url).render_as_string(hide_password=True)
    except sa.exc.ArgumentError:
        return "(주소의 꼴이 아님)"


def _options(address: sa.URL) -> dict:
    if address.get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": 60}}
    return {"pool_pre_ping": True}


def _sqlite_style(connection: object, record: object) -> None:
    """SQLite를 WAL로 씁니다.

    도중에 죽어도 마친 것이 남고, 읽는 이와 쓰는 이가 서로 기다리지 않습니다.
    """
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=60000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def upsert(
    table: sa.Table, connection: sa.Connection, rows: list[dict], replace: bool = True
) -> None:
    """줄들을 넣습니다. 열쇠가 같은 줄이 있으면 바꾸거나(replace) 그대로 둡니다."""
    if not rows:
        return
    from sqlalchemy.dialects import postgresql, sqlite

    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(
        table
    )
    keys = [column.name for column in table.primary_key]
    values = {name: insert.excluded[name] for name in rows[0] if name not in keys}
    statement = (
        insert.on_conflict_do_update(index_elements=keys, set_=values)
        if replace
        else insert.on_conflict_do_nothing(index_elements=keys)
    )
    connection.execute(statement, rows)


def lock(connection: sa.Connection) -> None:
    """대기열을 고치는 동안 다른 채점기를 기다리게 합니다. 거래가 끝나면 풀립니다."""
    # 쓰는 문장으로 시작해야 처음부터 쓰는 잠금을 얻습니다.
    if connection.dialect.name == "sqlite":
        connection.execute(sa.update(jobs).where(sa.false()).values(owner=None))
    else:
        connection.execute(
            sa.text(f"LOCK TABLE {jobs.name} IN SHARE ROW EXCLUSIVE MODE")
        )
