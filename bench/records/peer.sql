-- The same checks on DuckDB, written for speed rather than for reading, and favourable to DuckDB: it uses what is known of
-- the generated data (decisions are scoped by activity alone, notices by activity alone, one birth date per person).
-- Decisions become intervals per person and activity with the whole state of every kind of asking; one interval join.
-- {dir} is the folder of the generated data.
CREATE TEMP TABLE act AS
SELECT id, basis, retention_days, max_per_day, statutory, notice_exempt, written, merger,
  ended_at + 1296000000 AS gone_after, declares_stages FROM activities;

CREATE TEMP TABLE decided AS
WITH d AS (
  SELECT c.subject, COALESCE(c.activity, a.id) AS activity, c.ts, c.action, v.published_at AS named_at,
    c.explicit AND NOT c.pre_ticked AS valid, c.separate, c.written, c.guardian,
    COALESCE(v.published_at, (SELECT MIN(published_at) FROM policies WHERE activity IS NULL)) <= c.ts AS informed,
    CASE c.action WHEN 'withdraw' THEN 0 WHEN 'refuse' THEN 1 ELSE 2 END AS rank
  FROM consents c LEFT JOIN (SELECT version, MIN(published_at) AS published_at FROM policies GROUP BY 1) v ON v.version = c.policy_version
  LEFT JOIN (SELECT id FROM act WHERE basis IN ('consent', 'legitimate-interests') OR id = 'camera') a ON c.activity IS NULL
  WHERE c.action <> 'prompt'),
s AS (
  SELECT subject, activity, ts,
    LEAD(ts, 1, 9e18::BIGINT) OVER w AS until,
    LAST_VALUE(CASE WHEN action <> 'grant' OR valid THEN action END IGNORE NULLS) OVER w AS valid_action,
    LAST_VALUE(CASE WHEN action <> 'grant' OR valid THEN ts END IGNORE NULLS) OVER w AS valid_ts,
    LAST_VALUE(CASE WHEN action <> 'grant' OR valid THEN COALESCE(named_at, ts) END IGNORE NULLS) OVER w AS named_at,
    NOT (action <> 'grant' OR valid) AS implied,
    LAST_VALUE(CASE WHEN action <> 'grant' OR (valid AND separate) THEN action END IGNORE NULLS) OVER w AS separate_action,
    LAST_VALUE(CASE WHEN action <> 'grant' OR (valid AND written) THEN action END IGNORE NULLS) OVER w AS written_action,
    LAST_VALUE(CASE WHEN action <> 'grant' OR (valid AND guardian) THEN action END IGNORE NULLS) OVER w AS guardian_action,
    LAST_VALUE(CASE WHEN action <> 'grant' OR (valid AND informed) THEN action END IGNORE NULLS) OVER w AS informed_action
  FROM d WINDOW w AS (PARTITION BY subject, activity ORDER BY ts, rank DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW))
SELECT * FROM s WHERE until > ts;

CREATE TEMP TABLE person AS
WITH n AS (
  SELECT subject, MIN(ts) FILTER (kind = 'policy') AS policy, MIN(ts) FILTER (kind = 'policy' AND ts >= (SELECT MAX(published_at) FROM policies)) AS renewed,
    MIN(ts) FILTER (kind = 'just-in-time' AND activity = 'locate') AS locate, MIN(ts) FILTER (kind = 'just-in-time' AND activity = 'share') AS share
  FROM notices WHERE subject IS NOT NULL GROUP BY subject),
q AS (SELECT subject, MIN(received_at) AS asked, MIN(due) AS due FROM request_due WHERE kind = 'delete' AND outcome <> 'refused' GROUP BY subject)
SELECT COALESCE(n.subject, q.subject) AS subject, n.* EXCLUDE (subject), q.asked, q.due, a.fourteen_at
FROM n FULL JOIN q USING (subject) LEFT JOIN subject_age a ON a.subject = COALESCE(n.subject, q.subject);

CREATE TEMP TABLE posted AS SELECT activity, MIN(ts) AS ts FROM notices WHERE subject IS NULL AND kind = 'just-in-time' GROUP BY activity;
CREATE TEMP TABLE combos AS SELECT DISTINCT activity, stage, purpose, types, recipient, country FROM events;
CREATE TEMP TABLE class AS
SELECT c.*, a.basis, a.retention_days, a.max_per_day, a.statutory, a.notice_exempt, a.written, a.merger, a.gone_after, a.id IS NOT NULL AS declared,
  COALESCE(c.stage IN ('collection', 'use', 'disclosure', 'provision', 'transfer', 'cross-border'), FALSE) AS active,
  COALESCE(c.stage IN ('collection', 'use', 'storage', 'disclosure', 'provision', 'transfer', 'cross-border'), FALSE)
    AND (COALESCE(c.stage = 'cross-border', FALSE) OR COALESCE(c.country <> 'CN', FALSE)) AS exported,
  list_has_any(string_split(COALESCE(c.types, ''), ';'), (SELECT list(type) FROM sensitive_type)) AS sensitive,
  list_has_any(string_split(COALESCE(c.types, ''), ';'), (SELECT list(type) FROM biometric_type)) AS biometric,
  p.ts AS posted,
  (c.activity IS NOT NULL AND a.id IS NULL)::INT AS x_activity,
  (a.id IS NOT NULL AND c.stage IS NOT NULL AND NOT EXISTS (SELECT 1 FROM declared_value d WHERE d.activity = a.id AND field = 'stages' AND value = c.stage))::INT AS x_stage,
  (a.id IS NOT NULL AND c.purpose IS NOT NULL AND NOT EXISTS (SELECT 1 FROM declared_value d WHERE d.activity = a.id AND field = 'purposes' AND value = c.purpose))::INT AS x_purpose,
  (a.id IS NOT NULL AND c.types IS NOT NULL AND NOT list_has_all((SELECT list(value) FROM declared_value d WHERE d.activity = a.id AND field = 'types'), string_split(c.types, ';')))::INT AS x_type,
  (a.id IS NOT NULL AND c.recipient IS NOT NULL AND NOT EXISTS (SELECT 1 FROM declared_value d WHERE d.activity = a.id AND field = 'recipients' AND value = c.recipient))::INT AS x_recipient,
  (a.id IS NOT NULL AND c.country IS NOT NULL AND c.country <> 'CN' AND NOT EXISTS (SELECT 1 FROM declared_value d WHERE d.activity = a.id AND field = 'countries' AND value = c.country))::INT AS x_country
FROM combos c LEFT JOIN act a ON a.id = c.activity LEFT JOIN posted p ON p.activity = c.activity;
CREATE TEMP TABLE granted AS SELECT operator, activity, MIN("from") AS f, MAX(COALESCE("to", 9e18::BIGINT)) AS t FROM access GROUP BY ALL;

CREATE TEMP TABLE flagged AS
WITH j AS (
  SELECT e.file_no, e.row_no, e.ts, e.subject, e.activity, e.stage, e.purpose, e.types, e.operator, e.method, e.collected_at,
    k.basis, k.active, k.exported, k.sensitive, k.biometric, k.declared, k.posted, k.statutory, k.notice_exempt, k.written, k.merger, k.gone_after, k.retention_days,
    k.x_activity, k.x_stage, k.x_purpose, k.x_type, k.x_recipient, k.x_country, e.recipient,
    d.valid_action, LEAST(d.valid_ts, d.named_at) AS agreed, d.valid_ts, d.implied, d.separate_action, d.written_action, d.guardian_action, d.informed_action,
    p.policy, p.renewed, p.locate, p.share, p.asked, p.due, p.fourteen_at, g.operator IS NOT NULL AS may,
    k.basis = 'consent' AND k.active AS needs, k.basis IN ('consent', 'legitimate-interests') AS opts
  FROM events e
  JOIN class k ON k.activity IS NOT DISTINCT FROM e.activity AND k.stage IS NOT DISTINCT FROM e.stage AND k.purpose IS NOT DISTINCT FROM e.purpose
    AND k.types IS NOT DISTINCT FROM e.types AND k.recipient IS NOT DISTINCT FROM e.recipient AND k.country IS NOT DISTINCT FROM e.country
  LEFT JOIN decided d ON d.subject = e.subject AND d.activity = e.activity AND d.ts <= e.ts AND e.ts < d.until
  LEFT JOIN person p ON p.subject = e.subject
  LEFT JOIN granted g ON g.operator = e.operator AND (g.activity IS NULL OR g.activity = e.activity) AND g.f <= e.ts AND e.ts < g.t),
f AS (
  SELECT file_no, row_no, ts, subject, x_activity, x_stage, x_purpose, x_type, x_recipient, x_country,
    (needs AND valid_action IS NULL)::INT AS missing,
    (needs AND implied AND valid_action IS DISTINCT FROM 'grant')::INT AS implied,
    (needs AND stage IN ('collection', 'use') AND sensitive AND separate_action IS DISTINCT FROM 'grant')::INT AS sep_sensitive,
    (needs AND stage IN ('collection', 'use') AND biometric AND separate_action IS DISTINCT FROM 'grant')::INT AS sep_biometric,
    (needs AND stage = 'provision' AND separate_action IS DISTINCT FROM 'grant')::INT AS sep_provision,
    (needs AND stage = 'disclosure' AND separate_action IS DISTINCT FROM 'grant')::INT AS sep_disclosure,
    (needs AND stage = 'transfer' AND (NOT merger OR sensitive OR biometric) AND separate_action IS DISTINCT FROM 'grant')::INT AS sep_transfer,
    (basis = 'consent' AND exported AND separate_action IS DISTINCT FROM 'grant')::INT AS sep_abroad,
    (needs AND written AND written_action IS DISTINCT FROM 'grant')::INT AS unwritten,
    (needs AND ts < fourteen_at AND guardian_action IS DISTINCT FROM 'grant')::INT AS guardian,
    (needs AND valid_action = 'grant' AND activity = 'recommend' AND ts >= (SELECT MAX(effective_at) FROM policies) AND agreed < (SELECT MAX(published_at) FROM policies))::INT AS stale,
    (needs AND valid_action = 'grant' AND informed_action IS DISTINCT FROM 'grant')::INT AS uninformed,
    (opts AND active AND valid_action = 'refuse')::INT AS refused,
    (opts AND active AND valid_action = 'withdraw')::INT AS withdrawn,
    (opts AND NOT statutory AND stage <> 'collection' AND valid_action = 'withdraw' AND collected_at <= valid_ts AND ts > valid_ts + 1296000000)::INT AS kept_withdrawn,
    (declared AND NOT statutory AND stage <> 'collection' AND collected_at <= asked AND ts > due)::INT AS kept_asked,
    (NOT statutory AND stage <> 'collection' AND ts > collected_at + retention_days * 86400000)::INT AS kept_retention,
    (NOT statutory AND stage <> 'protection' AND (stage NOT IN ('deletion', 'anonymisation') OR collected_at IS NOT NULL) AND ts > gone_after)::INT AS kept_service,
    (declared AND operator IS NOT NULL AND NOT may)::INT AS operator,
    (active AND method = 'public-place' AND purpose <> 'public-safety' AND separate_action IS DISTINCT FROM 'grant')::INT AS public_place,
    (stage = 'disclosure' AND biometric)::INT AS disclosed,
    (declared AND NOT notice_exempt AND stage = 'collection' AND COALESCE(method, '') NOT IN ('indirect', 'public')
      AND COALESCE(LEAST(posted, CASE activity WHEN 'locate' THEN locate WHEN 'share' THEN share END), 9e18) >= ts)::INT AS notice_collection,
    (declared AND NOT notice_exempt AND (exported OR stage IN ('disclosure', 'provision', 'transfer'))
      AND COALESCE(LEAST(posted, CASE activity WHEN 'locate' THEN locate WHEN 'share' THEN share END), 9e18) >= ts)::INT AS notice_onward,
    (declared AND stage = 'collection' AND method IS DISTINCT FROM 'indirect' AND COALESCE(policy, 9e18) > ts)::INT AS policy_first,
    (declared AND active AND ts >= (SELECT MAX(effective_at) FROM policies) AND policy <= ts AND COALESCE(renewed, 9e18) > ts)::INT AS policy_change,
    (declared AND stage = 'collection' AND method = 'indirect' AND ts + 2678400000 <= (SELECT as_of FROM setting) AND COALESCE(policy, 9e18) > ts + 2678400000)::INT AS policy_indirect,
    (activity IS NULL OR stage IS NULL OR purpose IS NULL OR types IS NULL OR operator IS NULL)::INT AS empty_field
  FROM j)
SELECT * FROM f WHERE GREATEST(missing, implied, sep_sensitive, sep_biometric, sep_provision, sep_disclosure, sep_transfer, sep_abroad,
  unwritten, guardian, stale, uninformed, refused, withdrawn, kept_withdrawn, kept_asked, kept_retention, kept_service, operator, public_place,
  disclosed, notice_collection, notice_onward, policy_first, policy_change, policy_indirect, empty_field,
  x_activity, x_stage, x_purpose, x_type, x_recipient, x_country) > 0;
