"""The audit log on PostgreSQL: no gap, whatever eight writers do at once."""

from __future__ import annotations

import threading
import time

import pytest
import sqlalchemy as sa

from tests import postgres
from webapp.core.database import Base, now
from webapp.governance import chain
from webapp.governance.models import AuditAddress, AuditEntry, AuditHead

pytest.importorskip("psycopg", reason="no driver for PostgreSQL")

WRITERS, EACH = 8, 40


@pytest.fixture(scope="module")
def engine():
    with postgres.running() as address:
        engine = sa.create_engine(address, pool_size=WRITERS)
        Base.metadata.create_all(engine, tables=[model.__table__ for model in (AuditEntry, AuditHead, AuditAddress)])
        yield engine
        engine.dispose()


def test_no_gap_and_no_break_with_eight_writers_some_of_which_roll_back(engine, tmp_path):
    def write(writer: int) -> None:
        for number in range(EACH):
            event = chain.Event("changed", now(), "person", f"{writer:032x}", address=f"192.0.2.{writer}")
            if number % 5 == 4:
                with engine.connect() as connection:
                    transaction = connection.begin()
                    chain.append(connection, [event], b"key")
                    transaction.rollback()
            else:
                chain.append_alone(engine, [event], b"key", tmp_path / "head")

    threads = [threading.Thread(target=write, args=(each,)) for each in range(WRITERS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rate = WRITERS * EACH / (time.perf_counter() - began)
    print(f"{rate:.0f} events a second by eight writers on PostgreSQL.")
    with engine.connect() as connection:
        found = chain.verify(connection, chain.kept_head(tmp_path / "head"))
        numbers = connection.scalars(sa.select(AuditEntry.__table__.c.number).order_by(sa.text("number"))).all()
    assert (found.rows, found.broken) == (WRITERS * EACH * 4 // 5, 0)
    assert list(numbers) == list(range(1, found.rows + 1))
    with engine.begin() as connection:
        connection.execute(
            sa.update(AuditEntry.__table__).where(AuditEntry.__table__.c.number == 77).values(action="x")
        )
    with engine.connect() as connection:
        assert chain.verify(connection).first_broken == 77
