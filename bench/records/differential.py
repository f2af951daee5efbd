"""Holds the native engine against the catalogue's SQL, row for row, on random small histories made to be awkward:
equal timestamps, one millisecond before or after, duplicates, unordered rows, partial scopes, unknown values, tables in
several files of which some lack columns.

Each individual is one history; a batch of them is one run. Usage:
  differential.py --program target/debug/examples/records --histories 100000 [--batch 500] [--seed 1]
"""
import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import pyarrow as pa
import pyarrow.parquet as pq

import sqlside

T0 = 1_767_225_600_000  # 2026-01-01T00:00:00Z
DAY = 86_400_000
# Times that matter: boundaries of versions, grants, deadlines, days; everything happens on one of them or a millisecond off.
MARKS = [T0 + d * DAY for d in (0, 1, 2, 5, 15, 16, 20, 31, 32, 40, 45, 60)] + [T0 + 16 * 3_600_000, T0 + 2 * 3_600_000]

DECLARED = {
    "version": 1,
    "as_of": "2026-03-02T08:00:00.000+08:00",
    "sensitive_types": ["health", "face"],
    "biometric_types": ["face"],
    "holidays": ["2026-01-01", "2026-02-16", "2026-02-17", "2026-02-18"],
    "makeup_days": ["2026-01-04", "2026-02-14"],
    "settings": {"rights_days": 3, "erase_days": 5, "max_gap_hours": 24, "required_fields": ["purpose", "operator", "types"]},
    "activities": [
        {"id": "signup", "basis": "consent", "purposes": ["account", "ads"], "types": ["name", "phone", "health", "face"],
         "recipients": ["R1"], "countries": ["US"], "operators": ["op1"], "retention_days": 10,
         "stages": ["collection", "use", "storage", "provision", "deletion", "disclosure", "transfer", "cross-border"]},
        {"id": "track", "basis": "consent", "purposes": ["account"], "types": ["name", "face"], "max_per_day": 2, "written_consent": True,
         "merger": True},
        {"id": "news", "basis": "legitimate-interests", "types": ["name"], "ended_at": "2026-01-21T08:00:00.000+08:00"},
        {"id": "tax", "basis": "legal-duty", "purposes": ["account"], "statutory_retention": True, "notice_exempt": True, "retention_days": 1},
    ],
}


def maybe(r, p, value):
    return value if r.random() < p else None


def moment(r):
    # Periods of the declaration (deadlines for erasure, retention, notice, requests) are marks too.
    t = r.choice(MARKS) + (r.choice((3, 5, 10, 31, -5, -10)) * DAY if r.random() < 0.3 else 0)
    x = r.random()
    return t if x < 0.5 else t + r.choice((-1, 1)) if x < 0.85 else t + r.randrange(-2 * DAY, 2 * DAY)


def types(r, p_none=0.1):
    if r.random() < p_none:
        return None
    pool = ["name", "phone", "health", "face", "odd"]
    return ";".join(r.sample(pool, r.choice((1, 1, 1, 2, 2, 3))))


def history(r, subject, rows):
    activity = lambda p: maybe(r, p, r.choice(("signup", "signup", "signup", "track", "news", "tax", "ghost")))
    stage = lambda: r.choice(("collection", "collection", "use", "storage", "provision", "disclosure", "transfer", "cross-border",
                              "deletion", "anonymisation", "protection"))
    home = activity(1)
    same = lambda: home if r.random() < 0.8 else activity(0.9)
    flag = lambda p: r.random() < p
    for _ in range(r.choice((1, 1, 2, 3, 5))):
        e = dict(ts=moment(r), subject=subject, activity=same(), stage=maybe(r, 0.97, stage()), purpose=maybe(r, 0.9, r.choice(("account", "ads", "odd", "public-safety"))),
                 types=types(r), recipient=maybe(r, 0.3, r.choice(("R1", "R2"))), country=maybe(r, 0.2, r.choice(("CN", "US", "JP"))),
                 operator=maybe(r, 0.9, r.choice(("op1", "op2", "op3"))), method=maybe(r, 0.9, r.choice(("active", "auto", "auto", "indirect", "public", "public-place"))),
                 collected_at=maybe(r, 0.6, moment(r)))
        for _ in range(r.choice((1, 1, 1, 1, 2, 3))):
            rows["events"].append(dict(e))
            if r.random() < 0.3:
                e["ts"] += r.choice((-1, 0, 1))
    for _ in range(r.choice((0, 1, 1, 2, 3, 4))):
        rows["consents"].append(dict(
            ts=moment(r), subject=subject, action=r.choice(("grant", "grant", "grant", "grant", "refuse", "withdraw", "prompt")), activity=same() if flag(0.7) else None,
            purpose=maybe(r, 0.2, r.choice(("account", "ads", "other"))), stage=maybe(r, 0.15, stage()), recipient=maybe(r, 0.1, "R1"),
            types=maybe(r, 0.4, types(r, 0)), policy_version=maybe(r, 0.6, r.choice(("v1", "v2", "v3", "v9"))), explicit=flag(0.85) if flag(0.97) else None,
            separate=flag(0.5), written=flag(0.5), guardian=flag(0.5), pre_ticked=flag(0.1)))
        if r.random() < 0.15:
            rows["consents"].append(dict(rows["consents"][-1]))
    for _ in range(r.choice((0, 1, 1, 2))):
        rows["notices"].append(dict(
            ts=moment(r), kind=r.choice(("policy", "just-in-time", "just-in-time")), subject=subject, activity=same() if flag(0.5) else None,
            stage=maybe(r, 0.3, stage()), types=maybe(r, 0.3, types(r, 0)), incident=None))
    for _ in range(r.choice((0, 0, 0, 1, 2))):
        rows["requests"].append(dict(
            received_at=moment(r), subject=subject, kind=r.choice(("access", "copy", "correct", "delete", "delete", "opt-out", "complaint")),
            activity=same() if flag(0.3) else None, responded_at=maybe(r, 0.7, moment(r)), outcome=maybe(r, 0.9, r.choice(("done", "refused", "pending"))),
            reason=maybe(r, 0.5, r.choice(("because", " "))), extended_until=maybe(r, 0.2, moment(r)), recipients_notified_at=maybe(r, 0.3, moment(r))))
    if flag(0.2):
        incident = f"I{subject}"
        rows["incidents"].append(dict(discovered_at=moment(r), incident=incident, subject=maybe(r, 0.5, subject), severe=flag(0.7)))
        if flag(0.7):
            rows["notices"].append(dict(ts=rows["incidents"][-1]["discovered_at"] + 3 * DAY + r.choice((-1, 0, 1, 5)), kind="incident",
                                        subject=maybe(r, 0.5, r.choice((subject, "nobody"))), activity=None, stage=None, types=None, incident=incident))
    if flag(0.4):
        rows["subjects"].append(dict(subject=subject, born=r.choice(("2012-01-01", "2011-12-31", "2012-02-29", "2012-03-01", "2012-01-20", "1990-05-05"))))


def shared(r, rows):
    """What is not about one individual."""
    versions = r.sample(MARKS, 3)
    # A name may be used again, for another activity or later.
    for v, t in zip(("v1", "v2", r.choice(("v3", "v3", "v1"))), sorted(versions)):
        rows["policies"].append(dict(published_at=t + r.choice((-1, 0, 1)), version=v, effective_at=maybe(r, 0.5, t + r.choice((0, 1, 2 * DAY))),
                                     material=r.random() < 0.6, activity=maybe(r, 0.3, r.choice(("signup", "track")))))
    for _ in range(r.choice((0, 0, 1, 2))):
        rows["notices"].append(dict(ts=moment(r), kind=r.choice(("policy", "just-in-time", "just-in-time")), subject=None,
                                    activity=maybe(r, 0.7, r.choice(("signup", "track", "news"))), stage=maybe(r, 0.6, "collection"),
                                    types=maybe(r, 0.5, types(r, 0)), incident=None))
    for _ in range(3):
        rows["access"].append({"operator": r.choice(("op1", "op2", "op3")), "activity": maybe(r, 0.7, r.choice(("signup", "track", "tax"))),
                               "stage": maybe(r, 0.3, "use"), "from": maybe(r, 0.8, moment(r)), "to": maybe(r, 0.5, moment(r))})
    for d in (179, 180, 30):
        rows["logs"].append(dict(log=f"log{d}", retention_days=d))


ARROW = {"BIGINT": pa.int64(), "VARCHAR": pa.string(), "BOOLEAN": pa.bool_()}


REQUIRED = {"events": {"ts", "subject"}, "consents": {"ts", "subject", "action"}, "notices": {"ts", "kind"},
            "requests": {"received_at", "subject", "kind"}, "incidents": {"discovered_at", "incident"}, "policies": {"published_at", "version"},
            "access": {"operator"}, "logs": {"log", "retention_days"}, "subjects": {"subject", "born"}}


def lacking(r, table, columns):
    """Columns that a file does without: mostly none, else one or a few; now and then all that are not required."""
    optional = [c for c in columns if c not in REQUIRED[table]]
    x = r.random()
    if not optional or x < 0.45:
        return set()
    return set(r.sample(optional, min(len(optional), 1 if x < 0.75 else r.choice((2, 3)) if x < 0.97 else len(optional))))


def write(folder, rows, r):
    """Writes every table in one file or several, and gives the rows of each file by its number."""
    for old in folder.glob("*.parquet"):
        old.unlink()
    parts = {}
    for table, columns in sqlside.TABLES.items():
        r.shuffle(rows[table])
        n = r.choice((1, 1, 2, 3))
        for i in range(n):
            part = rows[table][i::n]
            out = lacking(r, table, columns)
            schema = pa.schema([(c, ARROW[t]) for c, t in columns.items() if c not in out])
            path = folder / f"{table}-{i}.parquet"
            parts[path] = [{c: v for c, v in row.items() if c not in out} for row in part]
            pq.write_table(pa.Table.from_pylist(parts[path], schema), path, row_group_size=r.choice((700, 5000, 100000)))
    (folder / "declared.json").write_text(json.dumps(DECLARED))
    return [parts[path] for _, path in sqlside.files(folder)]


def native(program, folder, extra=()):
    evidence = folder / "evidence.out"
    command = [program, "audit", "--declared", folder / "declared.json", "--evidence", evidence, "--json", *extra]
    names = {"": 0}
    for i, (table, path) in enumerate(sqlside.files(folder)):
        command += [f"--{table}", path]
        names[str(path)] = i
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    # Without its columns a check is undetermined (3); what it counts is compared all the same.
    if done.returncode not in (0, 1, 3):
        sys.exit(f"native engine: exit {done.returncode}: {done.stderr}{done.stdout[:500]}")
    found, table = {}, pq.read_table(evidence)
    for check, file, row in zip(*(table[c].to_pylist() for c in ("check", "file", "row"))):
        found.setdefault(check, []).append((names[file], row))
    return found, json.loads(done.stdout)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--program", required=True)
    p.add_argument("--histories", type=int, default=100_000)
    p.add_argument("--batch", type=int, default=500)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--keep", help="folder in which the tables of a run that differs are left")
    a = p.parse_args()
    done = differing = 0
    seen = {}
    for run in range((a.histories + a.batch - 1) // a.batch):
        r = random.Random(a.seed * 1_000_003 + run)
        rows = {t: [] for t in sqlside.TABLES}
        for i in range(a.batch):
            # Both short identifiers and ones longer than twelve bytes.
            history(r, f"u{i}" if i % 2 else f"subject-{i:016x}", rows)
        shared(r, rows)
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(a.keep or name)
            folder.mkdir(exist_ok=True)
            parts = write(folder, rows, r)
            ours, report = native(a.program, folder, ("--threads", str(r.choice((1, 2)))))
            theirs = sqlside.run(folder)
            examined = {c["id"]: c["examined"] for c in report["checks"]}
            counted = {c["id"]: c["violations"] for c in report["checks"]}
            for check in sorted(set(ours) | set(theirs)):
                x = sorted((f, n) for f, n in ours.get(check, []))
                y = sorted((t[0], t[1]) for t in theirs.get(check, []))
                seen[check] = seen.get(check, 0) + len(y)
                if x != y or counted[check] != len(y) or len(y) > examined[check]:
                    differing += 1
                    extra, lacking = sorted(set(x) - set(y)), sorted(set(y) - set(x))
                    print(f"run {run}: {check}: native {len(x)}, SQL {len(y)}; only native {extra[:3]}, only SQL {lacking[:3]}", flush=True)
                    for f, n in (extra[:1] + lacking[:1]):
                        print("   ", sqlside.files(folder)[f][1].name, n, parts[f][n - 1] if n else "")
        done += a.batch
        if differing and a.keep:
            break
    never = [c["id"] for c in sqlside.checks() if not seen.get(c["id"])]
    print(f"{done} histories, {sum(seen.values())} violations in {len(seen)} checks, {differing} disagreements"
          + (f"; never violated: {never}" if never else ""))
    sys.exit(1 if differing or never else 0)


if __name__ == "__main__":
    main()
