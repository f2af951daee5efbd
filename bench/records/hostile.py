"""Input made to hurt: each file must end in a clear error or in counted rejections, within bounded memory.

  hostile.py --program target/release/zhunsheng [--work DIR] [--large]

Prints exit code, seconds, peak memory and the first line said for each, and fails where the promise is broken.
`--large` adds the big ones: lines of 1 GB (plain and compressed) and ten million events of one individual.
"""
import argparse
import gzip
import json
import os
import pathlib
import sys
import tempfile
import time

import pyarrow as pa
import pyarrow.parquet as pq

HEADER = "ts,subject,activity,stage,purpose,types\n"
ROW = "2026-01-02T10:00:00,u1,signup,collection,account,name\n"
DECLARED = {"version": 1, "activities": [{"id": "signup", "basis": "consent", "purposes": ["account"], "types": ["name"]}],
            "settings": {"required_fields": []}}
MOST_MIB = 400
GB = 1 << 30


def run(program, events, extra=()):
    out = tempfile.TemporaryFile()
    err = tempfile.TemporaryFile()
    start = time.perf_counter()
    command = [*program, "audit", "--events", str(events), "--json", "--no-timing", *extra]
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1), (os.POSIX_SPAWN_DUP2, err.fileno(), 2)])
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - start
    out.seek(0)
    err.seek(0)
    text = out.read().decode()
    return os.waitstatus_to_exitcode(status), seconds, usage.ru_maxrss / 1024, json.loads(text) if text.startswith("{") else None, err.read().decode()


def parquet(path, subjects, times):
    n = len(times)
    table = pa.table({"ts": pa.array(times, pa.timestamp("ms", "UTC")), "subject": subjects, "activity": ["signup"] * n, "stage": ["use"] * n,
                      "purpose": ["account"] * n, "types": ["name"] * n})
    pq.write_table(table, path)


def million(path):
    """Ten million events of one individual, half of them before the one they follow."""
    schema = pa.schema([("ts", pa.timestamp("ms", "UTC")), ("subject", pa.string()), ("activity", pa.string()), ("stage", pa.string()), ("purpose", pa.string()), ("types", pa.string())])
    with pq.ParquetWriter(path, schema) as writer:
        for part in range(100):
            base = 1_767_319_200_000 + (99 - part) * 100_000
            times = [base + (i if i % 2 else 100_000 - i) for i in range(100_000)]
            n = len(times)
            word = lambda w: pa.DictionaryArray.from_arrays(pa.array([0] * n, pa.int32()), [w]).cast(pa.string())
            writer.write_table(pa.table([pa.array(times, pa.timestamp("ms", "UTC")), word("one"), word("signup"), word("use"), word("account"), word("name")], schema=schema))


def cases(work, large):
    t0 = 1_767_319_200_000
    whole = work / "whole.parquet"
    parquet(whole, [f"u{i}" for i in range(20_000)], [t0 + i for i in range(20_000)])
    data = whole.read_bytes()
    for cut in (0, 4, 11, len(data) // 3, len(data) - 200, len(data) - 1):
        (work / f"cut-{cut}.parquet").write_bytes(data[:cut])
        yield f"parquet cut at {cut}", work / f"cut-{cut}.parquet", "error"
    spoilt = bytearray(data)
    for i in range(100, len(data) - 2000, 997):
        spoilt[i] ^= 0xFF
    (work / "spoilt.parquet").write_bytes(spoilt)
    yield "parquet with flipped bytes", work / "spoilt.parquet", "any"
    (work / "name.parquet").write_text(HEADER + ROW)
    yield "CSV called .parquet", work / "name.parquet", "error"
    (work / "gbk.csv").write_bytes(HEADER.encode() + (ROW * 5).encode() + "2026-01-02,张三,signup,collection,account,姓名\n".encode("gbk") * 5)
    yield "GBK among UTF-8", work / "gbk.csv", "rejects"
    (work / "utf16.csv").write_bytes((HEADER + ROW * 10).encode("utf-16"))
    yield "UTF-16", work / "utf16.csv", "error"
    (work / "nul.csv").write_bytes(HEADER.encode() + b"\0" * 5000 + b"\n" + ROW.encode() * 3)
    yield "NUL bytes", work / "nul.csv", "rejects"
    (work / "quote.csv").write_text(HEADER + ROW + '2026-01-02T10:00:00,"u1,signup,collection,account,name\n' + ROW * 50)
    yield "quote that never ends", work / "quote.csv", "rejects"
    (work / "deep.jsonl").write_text('{"a":' * 100_000 + "1" + "}" * 100_000 + "\n" + '{"ts":"2026-01-02","subject":"u"}\n')
    yield "JSON 100,000 deep", work / "deep.jsonl", "rejects"
    (work / "cut.csv.gz").write_bytes(gzip.compress((HEADER + ROW * 100_000).encode())[:-40])
    yield "gzip cut short", work / "cut.csv.gz", "error"
    clocks = [t0 - i * 1000 for i in range(5000)] + [0, -5, 4_102_444_800_001, t0]
    parquet(work / "clock.parquet", ["u"] * len(clocks), clocks)
    yield "clocks that run backwards, and broken ones", work / "clock.parquet", "rejects"
    (work / "wide.csv").write_text(",".join(f"c{i}" for i in range(50_000)) + ",ts,subject\n")
    yield "50,000 columns", work / "wide.csv", "any"
    if not large:
        return
    chunk = b"x" * (1 << 20)
    for name, head in (("line.csv", HEADER.encode() + ROW.encode()), ("line.jsonl", b'{"ts":"2026-01-02","subject":"u"}\n{"ts":"')):
        with open(work / name, "wb") as f:
            f.write(head)
            for _ in range(GB >> 20):
                f.write(chunk)
            f.write(b"\n" + (ROW.encode() if name.endswith("csv") else b'{"ts":"2026-01-02","subject":"u"}\n'))
        yield f"line of 1 GB in {name}", work / name, "rejects"
        (work / name).unlink()
    with gzip.open(work / "bomb.csv.gz", "wb", 9) as f:
        f.write(HEADER.encode() + ROW.encode())
        for _ in range(GB >> 20):
            f.write(chunk)
    yield "line of 1 GB in 1 MB of gzip", work / "bomb.csv.gz", "rejects"
    million(work / "million.parquet")
    yield "10,000,000 events of one individual", work / "million.parquet", "conclusion"


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--program", required=True, help="zhunsheng")
    p.add_argument("--work")
    p.add_argument("--large", action="store_true")
    a = p.parse_args()
    program = [a.program, "--lang", "en", "records"]
    broken = 0
    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(a.work or temporary)
        work.mkdir(parents=True, exist_ok=True)
        (work / "declared.json").write_text(json.dumps(DECLARED))
        (work / "consents.csv").write_text("ts,subject,action,explicit\n" + "".join(f"{1_767_319_200_000 + 500_000 - 7 * i},one,{'grant' if i % 2 else 'withdraw'},true\n" for i in range(50_000)))
        extra = ["--declared", str(work / "declared.json"), "--consents", str(work / "consents.csv")]
        for name, path, promise in cases(work, a.large):
            code, seconds, peak, report, said = run(program, path, extra)
            kept = {
                "error": code == 2 and report is None and path.name in said,
                "rejects": code in (0, 1, 3) and report is not None and report["rejected"] > 0,
                "conclusion": code in (0, 1, 3) and report is not None and not report["refused"],
                "any": code in (0, 1, 2, 3),
            }[promise] and peak < MOST_MIB and "panicked" not in said
            broken += not kept
            first = said.strip().splitlines()[0] if said.strip() else (report and (report["rejects"] or [{"reason": "-"}])[0]["reason"])
            print(f"{'ok ' if kept else 'BAD'} {name:44} exit {code}  {seconds:6.2f} s  {peak:6.0f} MiB  {str(first)[:110]}", flush=True)
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
