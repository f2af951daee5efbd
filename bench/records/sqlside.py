"""Loads records and a declaration into DuckDB and runs the catalogue's SQL over them."""
import datetime
import json
import pathlib

import duckdb
import yaml

CATALOGUE = pathlib.Path(__file__).resolve().parents[2] / "catalogue" / "records"

# Column → SQL type, per table. `file_no` and `row_no` are added.
TABLES = {
    "events": dict(ts="BIGINT", subject="VARCHAR", activity="VARCHAR", stage="VARCHAR", purpose="VARCHAR", types="VARCHAR",
                   recipient="VARCHAR", country="VARCHAR", operator="VARCHAR", method="VARCHAR", collected_at="BIGINT"),
    "consents": dict(ts="BIGINT", subject="VARCHAR", action="VARCHAR", activity="VARCHAR", purpose="VARCHAR", stage="VARCHAR",
                     recipient="VARCHAR", types="VARCHAR", policy_version="VARCHAR", explicit="BOOLEAN", separate="BOOLEAN",
                     written="BOOLEAN", guardian="BOOLEAN", pre_ticked="BOOLEAN"),
    "notices": dict(ts="BIGINT", kind="VARCHAR", subject="VARCHAR", activity="VARCHAR", stage="VARCHAR", types="VARCHAR", incident="VARCHAR"),
    "requests": dict(received_at="BIGINT", subject="VARCHAR", kind="VARCHAR", activity="VARCHAR", responded_at="BIGINT", outcome="VARCHAR",
                     reason="VARCHAR", extended_until="BIGINT", recipients_notified_at="BIGINT"),
    "incidents": dict(discovered_at="BIGINT", incident="VARCHAR", subject="VARCHAR", severe="BOOLEAN"),
    "policies": dict(published_at="BIGINT", version="VARCHAR", effective_at="BIGINT", material="BOOLEAN", activity="VARCHAR"),
    "access": {"operator": "VARCHAR", "activity": "VARCHAR", "stage": "VARCHAR", "from": "BIGINT", "to": "BIGINT"},
    "logs": dict(log="VARCHAR", retention_days="BIGINT"),
    "subjects": dict(subject="VARCHAR", born="VARCHAR"),
}
# However mainland China is written, it is compared as CN.
CHINA = ["cn", "chn", "156", "china", "prc", "中国", "中华人民共和国", "中国大陆", "境内"]
LISTS = ["stages", "purposes", "types", "recipients", "countries", "operators"]
DEFAULTS = dict(rights_days=15, erase_days=15, indirect_notice_days=31, prompt_quiet_hours=48, incident_hours=72,
                log_retention_days=180, max_gap_hours=24, home_country="CN")


def checks():
    for name in ["consent", "opt-out", "scope", "notice", "rights", "log"]:
        yield from yaml.safe_load((CATALOGUE / f"{name}.yaml").read_text())["checks"]


def millis(text):
    return int(datetime.datetime.fromisoformat(text).timestamp() * 1000)


def files(folder):
    """The files of a folder in the order of their numbers, each with its table."""
    folder = pathlib.Path(folder)
    return [(t, p) for t in TABLES for p in sorted([*folder.glob(f"{t}.parquet"), *folder.glob(f"{t}-*.parquet")])]


def declare(db, declared, tables, absent):
    """Turns the declaration into tables; `absent` are columns that files lack, each with the number of the file."""
    s = {**DEFAULTS, **declared.get("settings", {})}
    db.execute("CREATE TABLE activities (id VARCHAR, basis VARCHAR, retention_days BIGINT, max_per_day BIGINT, ended_at BIGINT,"
               " statutory BOOLEAN, notice_exempt BOOLEAN, written BOOLEAN, merger BOOLEAN, "
               + ", ".join(f"declares_{l} BOOLEAN" for l in LISTS) + ")")
    db.execute("CREATE TABLE declared_value (activity VARCHAR, field VARCHAR, value VARCHAR)")
    for a in declared["activities"]:
        row = [a["id"], a.get("basis"), a.get("retention_days"), a.get("max_per_day"),
               millis(a["ended_at"]) if a.get("ended_at") else None, a.get("statutory_retention", False),
               a.get("notice_exempt", False), a.get("written_consent", False), a.get("merger", False)]
        row += [l in a for l in LISTS]
        db.execute(f"INSERT INTO activities VALUES ({','.join('?' * len(row))})", row)
        for l in LISTS:
            for v in a.get(l, []):
                db.execute("INSERT INTO declared_value VALUES (?, ?, ?)", [a["id"], l, v])
    bio = declared.get("biometric_types", [])
    for table, column, values in [
        ("biometric_type", "type", bio),
        ("sensitive_type", "type", [t for t in declared.get("sensitive_types", []) if t not in bio]),
        ("public_safety_purpose", "purpose", s.get("public_safety_purposes", ["public-safety"])),
        ("required_field", "name", s.get("required_fields", ["activity", "stage", "purpose", "types", "operator"])),
        ("given_table", "name", tables),
    ]:
        db.execute(f"CREATE TABLE {table} ({column} VARCHAR)")
        for v in values:
            db.execute(f"INSERT INTO {table} VALUES (?)", [v])
    db.execute("CREATE TABLE absent_column (file_no BIGINT, name VARCHAR)")
    for number, column in absent:
        db.execute("INSERT INTO absent_column VALUES (?, ?)", [number, column])
    first = datetime.date(2019, 1, 1)
    holidays, makeup = set(declared.get("holidays", [])), set(declared.get("makeup_days", []))
    days, n = [], 0
    for i in range(366 * 14):
        d = first + datetime.timedelta(days=i)
        worked = d.isoformat() in makeup if d.weekday() >= 5 else d.isoformat() not in holidays
        if worked:
            n += 1
            days.append(((d - datetime.date(1970, 1, 1)).days, n))
    db.execute("CREATE TABLE workday AS SELECT UNNEST(?::BIGINT[]) AS day, UNNEST(?::BIGINT[]) AS n",
               [[d for d, _ in days], [n for _, n in days]])
    names = list(DEFAULTS)
    as_of = millis(declared["as_of"])
    db.execute("CREATE TABLE setting AS SELECT ?::BIGINT AS as_of, TRUE AS as_of_stated, "
               + ", ".join(f"?::{'VARCHAR' if n == 'home_country' else 'BIGINT'} AS {n}" for n in names),
               [as_of] + [s[n] for n in names])


def run(folder, only=None):
    """Every check's violations as a set of (file_no, row_no), by check id."""
    folder = pathlib.Path(folder)
    declared = json.loads((folder / "declared.json").read_text())
    db = duckdb.connect()
    given, absent = [], []
    for table, columns in TABLES.items():
        db.execute(f"CREATE TABLE {table} (file_no BIGINT, row_no BIGINT, " + ", ".join(f'"{c}" {t}' for c, t in columns.items()) + ")")
    for file_no, (table, path) in enumerate(files(folder)):
        columns = TABLES[table]
        given.append(table)
        held = {row[0] for row in db.execute(f"SELECT name FROM parquet_schema('{path}')").fetchall()}
        absent += [(file_no, c) for c in columns if c not in held]
        # A column that the file lacks is unknown, which is NULL here.
        names = ", ".join(
            f'NULL::{t} AS "{c}"' if c not in held else f'NULLIF("{c}", \'\') AS "{c}"' if t == "VARCHAR" else f'"{c}"'
            for c, t in columns.items())
        db.execute(f"INSERT INTO {table} SELECT {file_no}::BIGINT AS file_no, file_row_number + 1 AS row_no, {names}"
                   f" FROM read_parquet('{path}', file_row_number = true)")
    db.execute(f"UPDATE events SET country = 'CN' WHERE LOWER(country) IN ({', '.join(map(repr, CHINA))})")
    # Set aside, as rows that cannot be right are.
    db.execute("DELETE FROM requests WHERE responded_at < received_at OR recipients_notified_at < received_at")
    declare(db, declared, sorted(set(given)), absent)
    for v in yaml.safe_load((CATALOGUE / "views.yaml").read_text())["views"]:
        kind = "TABLE" if v.get("keep") else "VIEW"
        db.execute(f"CREATE {kind} {v['name']} AS {v['sql']}")
    found = {}
    for c in checks():
        if only and c["id"] not in only or any(t not in given for t in c["tables"]):
            continue
        found[c["id"]] = db.execute(c["sql"]).fetchall()
    return found
