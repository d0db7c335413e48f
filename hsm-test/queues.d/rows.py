"""A store as it is after years: a case that waits, one that is decided and an event, copied."""

import sqlite3

# One of so many events is of the owner that asks.
OWNERS = 5
# Far behind the last entry of the audit log, whose positions the feed has.
BEHIND = 1_000_000_000


def fill(path, waiting, cases, events):
    """Copies the case `waiting`, and a decided one, until there are so many of each; and events."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN")
    decided, = connection.execute(
        "SELECT id FROM validation_case WHERE state = 'decided'").fetchone()
    copy_case(connection, waiting, cases - 1, "01a00000")
    copy_case(connection, decided, cases - 1, "01a00001")
    copy_events(connection, events)
    connection.execute("COMMIT")
    # Each case has its data, each set its case: judged when all are there, and not at each row.
    assert not connection.execute("PRAGMA foreign_key_check").fetchall()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def copy_case(connection, case, count, prefix):
    data, = connection.execute(
        "SELECT subject_data FROM validation_case WHERE id = ?", (case,)).fetchone()
    number = f"printf('{prefix}-%04x-7%03x-8000-%012x', n >> 12, n & 4095, n)"
    copy(connection, "subject_data", data, count,
         {"id": f"'sd_' || {number}", "case_id": f"'cas_' || {number}"})
    copy(connection, "validation_case", case, count,
         {"id": f"'cas_' || {number}", "subject_data": f"'sd_' || {number}"})


def copy(connection, table, row, count, other):
    """`count` times a row with other values in some columns, a second older each time."""
    names = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
    other = {"created_at": "created_at - 1000 * n", "updated_at": "updated_at - 1000 * n", **other}
    values = ", ".join(other.get(name, name) for name in names)
    many(connection, f"INSERT INTO {table} SELECT {values} FROM {table}, many WHERE id = ?",
         count, row)


def copy_events(connection, count):
    first, = connection.execute("SELECT min(pos) FROM feed").fetchone()
    many(connection,
         f"INSERT INTO feed SELECT CASE n % {OWNERS} WHEN 0 THEN ra ELSE 'other-' || (n % {OWNERS}) END, "
         f"{BEHIND} + n, customer, type, object, order_id, created_at FROM feed, many WHERE pos = ?",
         count, first)


def many(connection, insert, count, row):
    numbers = "WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < ?) "
    connection.execute(numbers + insert, (count, row))
