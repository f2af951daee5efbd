"""Native engine, decoding alone, decoding by pyarrow, and DuckDB on the same files in the same run.

  bench.py --program target/release/examples/records --events 10000000 --subjects 480000 [--work DIR] [--repeat 3]

Generates the data if the folder has none, runs them in turn (so that they meet the same weather on a shared machine),
and prints the medians of wall time and of processor time, the ratios, the peak memory, and whether counts agree.
Decoding is measured twice: by the audit's own reader (the crate `parquet`), and by pyarrow, the reference implementation of Arrow in
C++, told the same (texts as dictionaries, identifiers as they are). The start of Python is not counted for it.
480,000 individuals give about 1,000,000 rows of consents; 2,400,000 about 5,000,000.
"""
import argparse
import json
import pathlib
import resource
import statistics
import subprocess
import sys
import time

import sqlside

# Column of the peer's result → check.
COLUMNS = {
    "missing": "consent.missing", "implied": "consent.implied", "sep_sensitive": "consent.separate-sensitive", "sep_biometric": "consent.separate-biometric",
    "sep_provision": "consent.separate-provision", "sep_disclosure": "consent.separate-disclosure", "sep_transfer": "consent.separate-transfer",
    "sep_abroad": "consent.separate-cross-border", "unwritten": "consent.written", "guardian": "consent.guardian", "stale": "consent.older-than-policy-change",
    "uninformed": "consent.before-policy-published", "refused": "opt-out.after-refusal", "withdrawn": "opt-out.after-withdrawal",
    "kept_withdrawn": "deletion.after-withdrawal", "kept_asked": "deletion.after-request", "kept_retention": "deletion.after-retention",
    "kept_service": "deletion.after-service-end", "x_activity": "scope.activity", "x_stage": "scope.stage", "x_purpose": "scope.purpose", "x_type": "scope.type",
    "x_recipient": "scope.recipient", "x_country": "scope.country", "operator": "scope.operator", "public_place": "scope.public-place-purpose",
    "disclosed": "scope.biometric-disclosed", "notice_collection": "notice.before-collection", "notice_onward": "notice.before-onward",
    "policy_first": "notice.policy-first", "policy_change": "notice.policy-change", "policy_indirect": "notice.policy-indirect", "empty_field": "log.fields-empty",
}
# Checks over small tables, hours and groups: the catalogue's SQL is good enough for them.
BY_CATALOGUE = ["opt-out.prompt-repeated", "scope.frequency", "rights.late", "rights.refused-without-reason", "rights.recipients-not-told",
                "incident.notice-late", "log.gap", "log.retention"]


def duck(folder, threads):
    """Runs the peer and prints its counts; called in a process of its own."""
    import duckdb
    start = time.perf_counter()
    folder = pathlib.Path(folder)
    db = duckdb.connect()
    db.execute(f"SET threads = {threads}; SET preserve_insertion_order = false")
    given, absent = [], []
    for n, (table, columns) in enumerate(sqlside.TABLES.items()):
        path = folder / "events/*.parquet" if table == "events" else folder / f"{table}.parquet"
        kind = "VIEW" if table == "events" else "TABLE"
        there = {r[0] for r in db.execute(f"DESCRIBE SELECT * FROM read_parquet('{path}')").fetchall()}
        absent += [(n, c) for c in columns if c not in there]

        def one(c, t):
            if c not in there:
                return f'NULL::{t} AS "{c}"'
            return f'epoch_ms("{c}") AS "{c}"' if t == "BIGINT" and c != "retention_days" else f'"{c}"'
        names = ", ".join(one(c, t) for c, t in columns.items())
        db.execute(f"CREATE {kind} {table} AS SELECT {n}::BIGINT AS file_no, file_row_number + 1 AS row_no, {names}"
                   f" FROM read_parquet('{path}', file_row_number = true)")
        given.append(table)
    sqlside.declare(db, json.loads((folder / "declared.json").read_text()), given, absent)
    for v in sqlside.yaml.safe_load((sqlside.CATALOGUE / "views.yaml").read_text())["views"]:
        db.execute(f"CREATE VIEW {v['name']} AS {v['sql']}")
    db.execute((pathlib.Path(__file__).parent / "peer.sql").read_text())
    sums = ", ".join(f"SUM({c}), COUNT(DISTINCT subject) FILTER ({c} > 0)" for c in COLUMNS)
    row = db.execute(f"SELECT {sums} FROM flagged").fetchone()
    counts = {check: int(row[2 * i] or 0) for i, check in enumerate(COLUMNS.values())}
    for c in sqlside.checks():
        if c["id"] in BY_CATALOGUE:
            counts[c["id"]] = db.execute(f"SELECT COUNT(*) FROM ({c['sql']}) x").fetchone()[0]
    db.execute("SELECT COUNT(*), COUNT(DISTINCT subject), MIN(ts), MAX(ts) FROM events").fetchone()
    print(json.dumps({"elapsed_s": time.perf_counter() - start, "counts": counts}))


def arrow(folder, threads):
    """Decodes with pyarrow what the audit decodes and prints the times; called in a process of its own."""
    import pyarrow
    import pyarrow.parquet
    pyarrow.set_cpu_count(threads)
    pyarrow.set_io_thread_count(threads)
    folder = pathlib.Path(folder)
    files = sorted((folder / "events").glob("*.parquet")) + [folder / f"{t}.parquet" for t in sqlside.TABLES if t != "events"]
    start, before = time.perf_counter(), time.process_time()
    rows = 0
    for path in files:
        schema = pyarrow.parquet.read_schema(path)
        texts = [f.name for f in schema if f.name != "subject" and not pyarrow.types.is_timestamp(f.type)]
        # The fastest of the ways tried; the scanner of datasets took 1.1 to 1.3 times as long, whole tables twice.
        file = pyarrow.parquet.ParquetFile(path, read_dictionary=texts, memory_map=True, pre_buffer=False)
        rows += sum(batch.num_rows for batch in file.iter_batches(batch_size=131072, use_threads=True))
    print(json.dumps({"rows": rows, "elapsed_s": time.perf_counter() - start, "processor_s": time.process_time() - before}))


def timed(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1) or not done.stdout:
        sys.exit(f"{command[0]}: exit {done.returncode}: {done.stderr[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    result = json.loads(done.stdout)
    return result["elapsed_s"] if "processor_s" in result else wall, result.get("processor_s", cpu), result


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--program")
    p.add_argument("--events", type=int, default=10_000_000)
    p.add_argument("--subjects", type=int, default=480_000)
    p.add_argument("--work", default="bench-data")
    p.add_argument("--repeat", type=int, default=3)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--no-peer", action="store_true", help="without DuckDB")
    p.add_argument("--duck", help=argparse.SUPPRESS)
    p.add_argument("--arrow", help=argparse.SUPPRESS)
    a = p.parse_args()
    if a.duck:
        return duck(a.duck, a.threads)
    if a.arrow:
        return arrow(a.arrow, a.threads)
    folder = pathlib.Path(a.work) / f"{a.events}x{a.subjects}"
    if not folder.exists():
        subprocess.run([a.program, "generate", "--events", str(a.events), "--subjects", str(a.subjects), "--violations", "0.001", "--out", folder], check=True)
    tables = [x for t in sqlside.TABLES for x in (f"--{t}", folder / ("events" if t == "events" else f"{t}.parquet"))]
    runs = {
        "decode events": [a.program, "decode", "--threads", a.threads, "--events", folder / "events"],
        # What the audit decodes: its events and its other tables.
        "decode all": [a.program, "decode", "--threads", a.threads, *tables],
        "native": [a.program, "audit", "--json", "--threads", a.threads, "--declared", folder / "declared.json", *tables],
        "pyarrow": [sys.executable, __file__, "--arrow", folder, "--threads", a.threads],
    }
    if not a.no_peer:
        runs["duckdb"] = [sys.executable, __file__, "--duck", folder, "--threads", a.threads]
    walls, cpus, last = {k: [] for k in runs}, {k: [] for k in runs}, {}
    for _ in range(a.repeat):
        for name, command in runs.items():
            wall, cpu, last[name] = timed(command)
            walls[name].append(wall)
            cpus[name].append(cpu)
    print(f"{a.events} events × {a.subjects} individuals, {a.threads} threads, median of {a.repeat}")
    for name in runs:
        print(f"{name:13} wall {statistics.median(walls[name]):8.2f} s  ({min(walls[name]):.2f}–{max(walls[name]):.2f})   processor {statistics.median(cpus[name]):8.2f} s")
    wall = {k: statistics.median(v) for k, v in walls.items()}
    cpu = {k: statistics.median(v) for k, v in cpus.items()}
    for yard in ("decode events", "decode all", "pyarrow"):
        print(f"native / {yard}: wall {wall['native'] / wall[yard]:.2f}, processor {cpu['native'] / cpu[yard]:.2f}")
    print(f"native peak {last['native']['peak_mb']} MiB, {last['native']['records']} rows of other tables")
    if "duckdb" in runs:
        print(f"duckdb / native: wall {wall['duckdb'] / wall['native']:.2f}, processor {cpu['duckdb'] / cpu['native']:.2f}")
        ours = {c["id"]: c["violations"] for c in last["native"]["checks"]}
        differing = {k: (ours[k], n) for k, n in last["duckdb"]["counts"].items() if ours[k] != n}
        print("counts agree" if not differing else f"counts differ (native, duckdb): {differing}", f"({len(last['duckdb']['counts'])} checks)")


if __name__ == "__main__":
    main()
