"""DuckDB beside the full extract: `load DATABASE TEXT JOURNAL TABLE COLUMNS`, then `copy DATABASE QUERY`.

`copy` says "ready" when the database is open, begins when it is sent a line, and says its peak memory in KiB at the end.
"""

import os
import resource
import sqlite3
import sys
import tempfile

import duckdb

SEPARATOR = "\x01"


def load(database, text, journal, table, columns):
    if os.path.exists(database):
        os.remove(database)
    duck = duckdb.connect(database)
    names = columns.split(",")
    kinds = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    duck.execute(
        f"CREATE TABLE city AS SELECT * FROM read_csv('{text}', header = false, columns = {{{kinds}}}, "
        "delim = ',', quote = '\"', escape = '\"', nullstr = '-', auto_detect = false)"
    )
    rows = sqlite3.connect(f"file:{journal}?mode=ro", uri=True).execute(f'SELECT key, body FROM "{table}"')
    with tempfile.NamedTemporaryFile("w", dir=os.path.dirname(database), suffix=".txt") as bodies:
        for key, body in rows:
            bodies.write(f"{key}{SEPARATOR}{body}\n")
        bodies.flush()
        duck.execute(
            f"CREATE TABLE bodies AS SELECT * FROM read_csv('{bodies.name}', header = false, auto_detect = false, "
            f"columns = {{'key': 'VARCHAR', 'body': 'VARCHAR'}}, delim = '{SEPARATOR}', quote = '', escape = '')"
        )
    counts = [duck.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("city", "bodies")]
    assert counts[0] == counts[1], counts
    print(f"DuckDB {duckdb.__version__} has {counts[0]} rows")
    duck.execute("CHECKPOINT")


def copy(database, query):
    duck = duckdb.connect(database, read_only=True)
    print("ready", file=sys.stderr, flush=True)
    sys.stdin.readline()
    duck.execute(f"COPY ({query}) TO '/dev/stdout' (FORMAT csv, HEADER false)")
    # iconv waits for the end of what it reads.
    os.close(1)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr, flush=True)


{"load": load, "copy": copy}[sys.argv[1]](*sys.argv[2:])
