/* What is stored. doc/store.md explains it table by table; the numbers of enumerations are those
 * of record.h and store.h and never change their meaning. */
#include "store/sqlite/schema.h"

static const char STEP_1[] =
    /* Product names, fact keys, names of asks, reasons, titles: each text once. */
    "CREATE TABLE words(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;"
    /* Long texts that many findings share. */
    "CREATE TABLE texts(id INTEGER PRIMARY KEY, hash INTEGER NOT NULL UNIQUE, text BLOB NOT NULL) STRICT;"

    "CREATE TABLE scans(id INTEGER PRIMARY KEY AUTOINCREMENT, state INTEGER NOT NULL, started_ms INTEGER NOT NULL,"
    " ended_ms INTEGER, seed INTEGER NOT NULL, total INTEGER NOT NULL, plan_hash INTEGER NOT NULL,"
    " plan TEXT NOT NULL, scope TEXT NOT NULL, version TEXT NOT NULL, why TEXT) STRICT;"
    /* What of a scan is done, as runs of places (runs.h), and the sums of how it ended. Apart from
     * the scan, because every batch rewrites it. */
    "CREATE TABLE journals(scan INTEGER PRIMARY KEY REFERENCES scans ON DELETE CASCADE, places BLOB NOT NULL,"
    " done INTEGER NOT NULL, skipped INTEGER NOT NULL, failed INTEGER NOT NULL, answered INTEGER NOT NULL) STRICT;"
    /* How many endpoints without a row of their own ended for which reason. */
    "CREATE TABLE reasons(scan INTEGER NOT NULL REFERENCES scans ON DELETE CASCADE, end INTEGER NOT NULL,"
    " why INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY(scan, end, why)) STRICT, WITHOUT ROWID;"

    /* Endpoints that answered or failed at least once. name '' = asked for by address. */
    "CREATE TABLE endpoints(id INTEGER PRIMARY KEY, address BLOB NOT NULL, port INTEGER NOT NULL,"
    " name TEXT NOT NULL, answered_scan INTEGER NOT NULL, UNIQUE(address, port, name)) STRICT;"
    "CREATE TABLE visits(scan INTEGER NOT NULL, endpoint INTEGER NOT NULL, end INTEGER NOT NULL,"
    " why INTEGER NOT NULL, after_ms INTEGER NOT NULL, PRIMARY KEY(scan, endpoint)) STRICT, WITHOUT ROWID;"

    /* One row for each time that something looked different; first and last are the scans between
     * which the endpoint, whenever it answered, looked like this. */
    "CREATE TABLE observations(id INTEGER PRIMARY KEY, endpoint INTEGER NOT NULL, place INTEGER NOT NULL,"
    " product INTEGER NOT NULL, via INTEGER NOT NULL, kind INTEGER NOT NULL, outcome INTEGER NOT NULL,"
    " tls INTEGER NOT NULL, collections INTEGER NOT NULL, records INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    " certificate INTEGER, digest INTEGER NOT NULL, first_scan INTEGER NOT NULL, last_scan INTEGER NOT NULL,"
    " first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL) STRICT;"
    "CREATE INDEX observations_endpoint ON observations(endpoint, last_scan);"
    "CREATE TABLE facts(observation INTEGER NOT NULL, place INTEGER NOT NULL, key INTEGER NOT NULL,"
    " type INTEGER NOT NULL, value ANY NOT NULL, ask INTEGER NOT NULL, proof BLOB,"
    " PRIMARY KEY(observation, place)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE collections(observation INTEGER NOT NULL, place INTEGER NOT NULL, name BLOB NOT NULL,"
    " records INTEGER NOT NULL, bytes INTEGER NOT NULL, created_ms INTEGER NOT NULL,"
    " PRIMARY KEY(observation, place)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE certificates(id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, subject BLOB, issuer BLOB,"
    " not_before_ms INTEGER, not_after_ms INTEGER, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL) STRICT;"

    /* The newest exposure of a finding lies in its own row, earlier ones in `exposures`. */
    "CREATE TABLE findings(id INTEGER PRIMARY KEY, fingerprint BLOB NOT NULL UNIQUE, endpoint INTEGER NOT NULL,"
    " rule INTEGER NOT NULL, title INTEGER NOT NULL, product INTEGER NOT NULL, via INTEGER NOT NULL,"
    " severity INTEGER NOT NULL, version BLOB, why BLOB NOT NULL, fix INTEGER NOT NULL,"
    " observation INTEGER NOT NULL, records INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    " first_ms INTEGER NOT NULL, opened_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL, closed_ms INTEGER,"
    " opened_scan INTEGER NOT NULL, seen_scan INTEGER NOT NULL, closed_scan INTEGER) STRICT;"
    "CREATE INDEX findings_endpoint ON findings(endpoint);"
    "CREATE INDEX findings_open ON findings(severity, records) WHERE closed_ms IS NULL;"
    "CREATE TABLE exposures(finding INTEGER NOT NULL, opened_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL,"
    " closed_ms INTEGER NOT NULL, opened_scan INTEGER NOT NULL, seen_scan INTEGER NOT NULL,"
    " closed_scan INTEGER NOT NULL, PRIMARY KEY(finding, opened_scan)) STRICT, WITHOUT ROWID;"
    "CREATE VIEW life AS"
    " SELECT finding, opened_ms, seen_ms, closed_ms, opened_scan, seen_scan, closed_scan FROM exposures UNION ALL"
    " SELECT id, opened_ms, seen_ms, closed_ms, opened_scan, seen_scan, closed_scan FROM findings;"
    /* Which finding was seen in which scan, and what proved it. */
    "CREATE TABLE sightings(scan INTEGER NOT NULL, finding INTEGER NOT NULL, severity INTEGER NOT NULL,"
    " observation INTEGER NOT NULL, PRIMARY KEY(scan, finding)) STRICT, WITHOUT ROWID;"
    /* Accepted risks, every decision kept; the newest counts. */
    "CREATE TABLE accepted(fingerprint BLOB NOT NULL, at_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL,"
    " why TEXT NOT NULL, PRIMARY KEY(fingerprint, at_ms)) STRICT, WITHOUT ROWID;";

/* Fleets: what was set up alike. A fleet is known by its fingerprint; members by their address and
 * the port of their door, findings by their fingerprints, so that nothing here hangs on other numbers. */
static const char STEP_FLEETS[] =
    "CREATE TABLE fleets(id INTEGER PRIMARY KEY, fingerprint BLOB NOT NULL UNIQUE, first_ms INTEGER NOT NULL,"
    " last_ms INTEGER NOT NULL, first_scan INTEGER NOT NULL, last_scan INTEGER NOT NULL) STRICT;"
    "CREATE TABLE fleet_sightings(fleet INTEGER NOT NULL, scan INTEGER NOT NULL, product INTEGER NOT NULL,"
    " severity INTEGER NOT NULL, score REAL NOT NULL, title BLOB NOT NULL, members INTEGER NOT NULL,"
    " open INTEGER NOT NULL, partial INTEGER NOT NULL, locked INTEGER NOT NULL, records INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL, PRIMARY KEY(fleet, scan)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE fleet_reasons(fleet INTEGER NOT NULL, scan INTEGER NOT NULL, place INTEGER NOT NULL,"
    " trait INTEGER NOT NULL, value BLOB NOT NULL, shared_by INTEGER NOT NULL,"
    " PRIMARY KEY(fleet, scan, place)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE fleet_members(fleet INTEGER NOT NULL, scan INTEGER NOT NULL, address BLOB NOT NULL,"
    " port INTEGER NOT NULL, name TEXT NOT NULL, product INTEGER NOT NULL, version BLOB NOT NULL,"
    " outcome INTEGER NOT NULL, severity INTEGER NOT NULL, records INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    " worst BLOB NOT NULL, PRIMARY KEY(fleet, scan, address)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX fleet_members_address ON fleet_members(address);"
    /* A decision about a fleet holds for findings of these rules, no worse than this: those that its
     * members had when it was taken. */
    "CREATE TABLE fleet_cover(fleet INTEGER NOT NULL, at_ms INTEGER NOT NULL, rule INTEGER NOT NULL,"
    " severity INTEGER NOT NULL, PRIMARY KEY(fleet, at_ms, rule)) STRICT, WITHOUT ROWID;"
    /* The fleet through which a finding was accepted, or NULL: for itself. */
    "ALTER TABLE accepted ADD COLUMN fleet INTEGER;";

/* A row a service instead of a row a fact, and numbers that begin with the endpoint's (its number * 65536
 * and more), so that the rows of an endpoint lie side by side without an index. */
static const char STEP_PACKED[] =
    "CREATE TEMP TABLE moved_observations(old INTEGER PRIMARY KEY, id INTEGER NOT NULL);"
    "INSERT INTO moved_observations SELECT id,"
    " (endpoint << 16) + row_number() OVER (PARTITION BY endpoint ORDER BY id) - 1 FROM observations;"
    "CREATE TEMP TABLE moved_findings(old INTEGER PRIMARY KEY, id INTEGER NOT NULL);"
    "INSERT INTO moved_findings SELECT id,"
    " (endpoint << 16) + row_number() OVER (PARTITION BY endpoint ORDER BY id) - 1 FROM findings;"

    "CREATE TABLE new_facts(observation INTEGER PRIMARY KEY, facts BLOB NOT NULL, collections BLOB NOT NULL) STRICT;"
    "INSERT INTO new_facts SELECT m.id,"
    " (SELECT ajar_facts(place, key, type, value, ask, proof) FROM"
    "  (SELECT * FROM facts WHERE observation = m.old ORDER BY place)),"
    " (SELECT ajar_collections(place, name, records, bytes, created_ms) FROM"
    "  (SELECT * FROM collections WHERE observation = m.old ORDER BY place))"
    " FROM moved_observations m ORDER BY m.id;"
    "DROP TABLE facts; DROP TABLE collections;"

    "CREATE TABLE new_observations(id INTEGER PRIMARY KEY, endpoint INTEGER AS (id >> 16), place INTEGER NOT NULL,"
    " product INTEGER NOT NULL, via INTEGER NOT NULL, kind INTEGER NOT NULL, outcome INTEGER NOT NULL,"
    " tls INTEGER NOT NULL, collections INTEGER NOT NULL, records INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    " certificate INTEGER, digest INTEGER NOT NULL, first_scan INTEGER NOT NULL, last_scan INTEGER NOT NULL,"
    " first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL) STRICT;"
    "INSERT INTO new_observations(id, place, product, via, kind, outcome, tls, collections, records, bytes,"
    " certificate, digest, first_scan, last_scan, first_ms, last_ms)"
    " SELECT m.id, place, product, via, kind, outcome, tls, collections, records, bytes, certificate, digest,"
    " first_scan, last_scan, first_ms, last_ms FROM observations o JOIN moved_observations m ON m.old = o.id"
    " ORDER BY m.id;"
    "DROP TABLE observations;"

    "CREATE TABLE new_findings(id INTEGER PRIMARY KEY, endpoint INTEGER AS (id >> 16),"
    " fingerprint BLOB NOT NULL UNIQUE, rule INTEGER NOT NULL, title INTEGER NOT NULL, product INTEGER NOT NULL,"
    " via INTEGER NOT NULL, severity INTEGER NOT NULL, version BLOB, why BLOB NOT NULL, fix INTEGER NOT NULL,"
    " observation INTEGER NOT NULL, records INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    " first_ms INTEGER NOT NULL, opened_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL, closed_ms INTEGER,"
    " opened_scan INTEGER NOT NULL, seen_scan INTEGER NOT NULL, closed_scan INTEGER) STRICT;"
    "INSERT INTO new_findings(id, fingerprint, rule, title, product, via, severity, version, why, fix, observation,"
    " records, bytes, first_ms, opened_ms, seen_ms, closed_ms, opened_scan, seen_scan, closed_scan)"
    " SELECT m.id, fingerprint, rule, title, product, via, severity, version, why, fix, coalesce(o.id, 0),"
    " records, bytes, first_ms, opened_ms, seen_ms, closed_ms, opened_scan, seen_scan, closed_scan"
    " FROM findings f JOIN moved_findings m ON m.old = f.id LEFT JOIN moved_observations o ON o.old = f.observation"
    " ORDER BY m.id;"
    "DROP VIEW life;"
    "DROP TABLE findings;"

    "CREATE TABLE new_exposures(finding INTEGER NOT NULL, opened_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL,"
    " closed_ms INTEGER NOT NULL, opened_scan INTEGER NOT NULL, seen_scan INTEGER NOT NULL,"
    " closed_scan INTEGER NOT NULL, PRIMARY KEY(finding, opened_scan)) STRICT, WITHOUT ROWID;"
    "INSERT INTO new_exposures SELECT m.id, opened_ms, seen_ms, closed_ms, opened_scan, seen_scan, closed_scan"
    " FROM exposures x JOIN moved_findings m ON m.old = x.finding ORDER BY m.id;"
    "DROP TABLE exposures;"
    "CREATE TABLE new_sightings(scan INTEGER NOT NULL, finding INTEGER NOT NULL, severity INTEGER NOT NULL,"
    " observation INTEGER NOT NULL, PRIMARY KEY(scan, finding)) STRICT, WITHOUT ROWID;"
    "INSERT INTO new_sightings SELECT scan, m.id, severity, coalesce(o.id, 0) FROM sightings s"
    " JOIN moved_findings m ON m.old = s.finding LEFT JOIN moved_observations o ON o.old = s.observation"
    " ORDER BY scan, m.id;"
    "DROP TABLE sightings;"

    "ALTER TABLE new_facts RENAME TO facts; ALTER TABLE new_observations RENAME TO observations;"
    "ALTER TABLE new_findings RENAME TO findings; ALTER TABLE new_exposures RENAME TO exposures;"
    "ALTER TABLE new_sightings RENAME TO sightings;"
    "CREATE INDEX findings_open ON findings(severity, records) WHERE closed_ms IS NULL;"
    "CREATE VIEW life AS"
    " SELECT finding, opened_ms, seen_ms, closed_ms, opened_scan, seen_scan, closed_scan FROM exposures UNION ALL"
    " SELECT id, opened_ms, seen_ms, closed_ms, opened_scan, seen_scan, closed_scan FROM findings;"
    "DROP TABLE moved_observations; DROP TABLE moved_findings;";

/* An endpoint is address, port, name and path, and so are its findings: what was asked for by a name gets the
 * fingerprint that says so, with all that was decided under the old one. A finding that was seen last under
 * another name of its place than at first goes there, for only there can it be seen again. */
static const char STEP_NAMES[] =
    "CREATE TABLE new_endpoints(id INTEGER PRIMARY KEY, address BLOB NOT NULL, port INTEGER NOT NULL,"
    " name TEXT NOT NULL, path TEXT NOT NULL, answered_scan INTEGER NOT NULL,"
    " UNIQUE(address, port, name, path)) STRICT;"
    "INSERT INTO new_endpoints SELECT id, address, port, name, '', answered_scan FROM endpoints;"
    "DROP TABLE endpoints;"
    "ALTER TABLE new_endpoints RENAME TO endpoints;"

    "CREATE TEMP TABLE moved_findings(old INTEGER PRIMARY KEY, id INTEGER NOT NULL);"
    "INSERT INTO moved_findings SELECT f.id,"
    " coalesce((SELECT max(id) FROM findings g WHERE g.id BETWEEN t.id << 16 AND (t.id << 16) + 65535),"
    " (t.id << 16) - 1)"
    " + row_number() OVER (PARTITION BY t.id ORDER BY f.id)"
    " FROM findings f JOIN endpoints e ON e.id = f.id >> 16 JOIN endpoints t ON t.id = f.observation >> 16"
    " WHERE t.id <> e.id AND t.address = e.address AND t.port = e.port;"
    "DELETE FROM moved_findings WHERE id >> 16 <> (SELECT observation >> 16 FROM findings f WHERE f.id = old);"
    "UPDATE exposures SET finding = (SELECT id FROM moved_findings WHERE old = finding)"
    " WHERE finding IN (SELECT old FROM moved_findings);"
    "UPDATE sightings SET finding = (SELECT id FROM moved_findings WHERE old = finding)"
    " WHERE finding IN (SELECT old FROM moved_findings);"
    "UPDATE findings SET id = (SELECT m.id FROM moved_findings m WHERE m.old = findings.id)"
    " WHERE id IN (SELECT old FROM moved_findings);"
    "DROP TABLE moved_findings;"

    "CREATE TEMP TABLE renamed(old BLOB PRIMARY KEY, new BLOB NOT NULL) WITHOUT ROWID;"
    "INSERT INTO renamed SELECT f.fingerprint, ajar_named(f.fingerprint, p.text, r.text, e.address, e.port, e.name)"
    " FROM findings f JOIN endpoints e ON e.id = f.id >> 16 JOIN words p ON p.id = f.product"
    " JOIN words r ON r.id = f.rule WHERE e.name <> '';"
    "UPDATE findings SET fingerprint = (SELECT new FROM renamed WHERE old = fingerprint)"
    " WHERE fingerprint IN (SELECT old FROM renamed);"
    "UPDATE accepted SET fingerprint = (SELECT new FROM renamed WHERE old = fingerprint)"
    " WHERE fingerprint IN (SELECT old FROM renamed);"
    "UPDATE fleet_members SET worst = (SELECT new FROM renamed WHERE old = worst)"
    " WHERE worst IN (SELECT old FROM renamed);"
    "DROP TABLE renamed;";

/* How a finding ended, and why one that has not was not seen (record/ending.h); and the fingerprints that tell
 * stores behind one dashboard apart by what identifies them. Of several findings that turn out to be the same
 * exposure the one that is open, or was seen last, goes on, with the earliest beginning of them; the others keep the
 * old fingerprint and are closed. What was decided about any of them holds for the one that goes on. */
static const char STEP_ENDINGS[] =
    "ALTER TABLE findings ADD COLUMN proof INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE findings ADD COLUMN proof_detail INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE findings ADD COLUMN unseen INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE findings ADD COLUMN unseen_detail INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE findings ADD COLUMN unseen_scan INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE exposures ADD COLUMN proof INTEGER NOT NULL DEFAULT 1;"
    "ALTER TABLE exposures ADD COLUMN proof_detail INTEGER NOT NULL DEFAULT 0;"
    "UPDATE findings SET proof = 1 WHERE closed_ms IS NOT NULL;"
    "CREATE INDEX findings_unseen ON findings(unseen_scan) WHERE unseen > 0;"
    "DROP VIEW life;"
    "CREATE VIEW life AS"
    " SELECT finding, opened_ms, seen_ms, closed_ms, opened_scan, seen_scan, closed_scan, proof, proof_detail"
    " FROM exposures UNION ALL"
    " SELECT id, opened_ms, seen_ms, closed_ms, opened_scan, seen_scan, closed_scan, proof, proof_detail"
    " FROM findings;"

    /* What findings were called before; somebody's ticket still does. */
    "CREATE TABLE former(fingerprint BLOB PRIMARY KEY, now BLOB NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TEMP TABLE renamed(old BLOB PRIMARY KEY, new BLOB NOT NULL, id INTEGER NOT NULL,"
    " goes_on INTEGER NOT NULL) WITHOUT ROWID;"
    "INSERT INTO renamed SELECT old, new, id,"
    " row_number() OVER (PARTITION BY new ORDER BY closed, seen DESC, id) FROM ("
    "SELECT f.fingerprint AS old, f.id AS id, f.closed_ms IS NOT NULL AS closed, f.seen_scan AS seen,"
    " ajar_key(f.fingerprint, p.text, r.text, v.text, e.address, e.port, e.name, e.path, o.tls, x.facts, x.collections)"
    " AS new FROM findings f JOIN endpoints e ON e.id = f.id >> 16 JOIN words p ON p.id = f.product"
    " JOIN words r ON r.id = f.rule JOIN words v ON v.id = f.via"
    " LEFT JOIN observations o ON o.id = f.observation LEFT JOIN facts x ON x.observation = f.observation);"
    "INSERT INTO former SELECT old, new FROM renamed WHERE old <> new;"
    "CREATE TEMP TABLE begun AS SELECT n.new AS new, min(f.first_ms) AS first_ms FROM renamed n"
    " JOIN findings f ON f.id = n.id GROUP BY n.new HAVING count(*) > 1;"
    "UPDATE findings SET first_ms = (SELECT b.first_ms FROM begun b JOIN renamed n ON n.new = b.new"
    " WHERE n.old = fingerprint) WHERE fingerprint IN (SELECT n.old FROM renamed n JOIN begun b ON b.new = n.new"
    " WHERE n.goes_on = 1);"
    "UPDATE findings SET closed_ms = seen_ms, closed_scan = seen_scan, proof = 9 WHERE closed_ms IS NULL"
    " AND fingerprint IN (SELECT old FROM renamed WHERE goes_on > 1);"
    "DELETE FROM renamed WHERE old = new;"
    "INSERT OR IGNORE INTO accepted SELECT n.new, a.at_ms, a.until_ms, a.why, a.fleet FROM accepted a"
    " JOIN renamed n ON n.old = a.fingerprint;"
    "DELETE FROM accepted WHERE fingerprint IN (SELECT old FROM renamed WHERE goes_on = 1);"
    "UPDATE fleet_members SET worst = (SELECT new FROM renamed WHERE old = worst)"
    " WHERE worst IN (SELECT old FROM renamed);"
    "UPDATE findings SET fingerprint = (SELECT new FROM renamed WHERE old = fingerprint)"
    " WHERE fingerprint IN (SELECT old FROM renamed WHERE goes_on = 1);"
    "DROP TABLE renamed; DROP TABLE begun;";

/* Plain numbers: what belongs to an endpoint says so in a column, and refers to a row that is there. Numbers of old
 * rows stay what they are. The journal becomes the parts of a scan; and no column has a name that another database
 * keeps for itself. */
static const char STEP_PLAIN[] =
    "CREATE TABLE parts(scan INTEGER NOT NULL REFERENCES scans ON DELETE CASCADE, part INTEGER NOT NULL,"
    " first_place INTEGER NOT NULL, end_place INTEGER NOT NULL, worker TEXT NOT NULL, until_ms INTEGER NOT NULL,"
    " batch INTEGER NOT NULL, places BLOB NOT NULL, done INTEGER NOT NULL, skipped INTEGER NOT NULL,"
    " failed INTEGER NOT NULL, answered INTEGER NOT NULL, PRIMARY KEY(scan, part)) STRICT;"
    "INSERT INTO parts SELECT j.scan, 0, 0, s.total, '', 0, 0, j.places, j.done, j.skipped, j.failed, j.answered"
    " FROM journals j JOIN scans s ON s.id = j.scan;"
    "DROP TABLE journals;"
    "ALTER TABLE reasons RENAME COLUMN end TO result; ALTER TABLE reasons RENAME COLUMN count TO times;"

    "CREATE TABLE new_visits(scan INTEGER NOT NULL REFERENCES scans, endpoint INTEGER NOT NULL REFERENCES endpoints,"
    " result INTEGER NOT NULL, why INTEGER NOT NULL, after_ms INTEGER NOT NULL,"
    " PRIMARY KEY(scan, endpoint)) STRICT, WITHOUT ROWID;"
    "INSERT INTO new_visits SELECT scan, endpoint, end, why, after_ms FROM visits WHERE scan IN (SELECT id FROM scans)"
    " AND endpoint IN (SELECT id FROM endpoints) ORDER BY scan, endpoint;"
    "DROP TABLE visits; ALTER TABLE new_visits RENAME TO visits;"

    "CREATE TABLE new_observations(id INTEGER PRIMARY KEY, endpoint INTEGER NOT NULL REFERENCES endpoints,"
    " place INTEGER NOT NULL, product INTEGER NOT NULL, via INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " outcome INTEGER NOT NULL, tls INTEGER NOT NULL, collections INTEGER NOT NULL, records INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL, certificate INTEGER REFERENCES certificates, digest INTEGER NOT NULL,"
    " first_scan INTEGER NOT NULL, last_scan INTEGER NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL)"
    " STRICT;"
    "INSERT INTO new_observations(id, endpoint, place, product, via, kind, outcome, tls, collections, records, bytes,"
    " certificate, digest, first_scan, last_scan, first_ms, last_ms)"
    " SELECT id, endpoint, place, product, via, kind, outcome, tls, collections, records, bytes,"
    " CASE WHEN certificate IN (SELECT id FROM certificates) THEN certificate END, digest, first_scan, last_scan,"
    " first_ms, last_ms"
    " FROM observations WHERE endpoint IN (SELECT id FROM endpoints) ORDER BY id;"
    "DROP TABLE observations; ALTER TABLE new_observations RENAME TO observations;"
    "CREATE INDEX observations_endpoint ON observations(endpoint);"

    /* Most of a store lies here. Rows of facts have their observation's number as it is: they stay where they are, and
     * are written again for no clause. */
    "DELETE FROM facts WHERE observation NOT IN (SELECT id FROM observations);"

    "CREATE TABLE new_findings(id INTEGER PRIMARY KEY, endpoint INTEGER NOT NULL REFERENCES endpoints,"
    " fingerprint BLOB NOT NULL UNIQUE, rule INTEGER NOT NULL, title INTEGER NOT NULL, product INTEGER NOT NULL,"
    " via INTEGER NOT NULL, severity INTEGER NOT NULL, version BLOB, why BLOB NOT NULL, fix INTEGER NOT NULL,"
    " observation INTEGER NOT NULL, records INTEGER NOT NULL, bytes INTEGER NOT NULL, first_ms INTEGER NOT NULL,"
    " opened_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL, closed_ms INTEGER, opened_scan INTEGER NOT NULL,"
    " seen_scan INTEGER NOT NULL, closed_scan INTEGER, proof INTEGER NOT NULL DEFAULT 0,"
    " proof_detail INTEGER NOT NULL DEFAULT 0, unseen INTEGER NOT NULL DEFAULT 0,"
    " unseen_detail INTEGER NOT NULL DEFAULT 0, unseen_scan INTEGER NOT NULL DEFAULT 0) STRICT;"
    "INSERT INTO new_findings(id, endpoint, fingerprint, rule, title, product, via, severity, version, why, fix,"
    " observation, records, bytes, first_ms, opened_ms, seen_ms, closed_ms, opened_scan,"
    " seen_scan, closed_scan, proof, proof_detail, unseen, unseen_detail, unseen_scan)"
    " SELECT id, endpoint, fingerprint, rule, title, product, via, severity, version, why, fix,"
    " observation, records, bytes, first_ms, opened_ms, seen_ms, closed_ms, opened_scan,"
    " seen_scan, closed_scan, proof, proof_detail, unseen, unseen_detail, unseen_scan"
    " FROM findings WHERE endpoint IN (SELECT id FROM endpoints) ORDER BY id;"
    "DROP VIEW life; DROP TABLE findings; ALTER TABLE new_findings RENAME TO findings;"
    "CREATE INDEX findings_endpoint ON findings(endpoint);"
    "CREATE INDEX findings_open ON findings(severity, records) WHERE closed_ms IS NULL;"
    "CREATE INDEX findings_unseen ON findings(unseen_scan) WHERE unseen > 0;"

    "CREATE TABLE new_exposures(finding INTEGER NOT NULL REFERENCES findings, opened_ms INTEGER NOT NULL,"
    " seen_ms INTEGER NOT NULL, closed_ms INTEGER NOT NULL, opened_scan INTEGER NOT NULL, seen_scan INTEGER NOT NULL,"
    " closed_scan INTEGER NOT NULL, proof INTEGER NOT NULL, proof_detail INTEGER NOT NULL,"
    " PRIMARY KEY(finding, opened_scan)) STRICT, WITHOUT ROWID;"
    "INSERT INTO new_exposures SELECT finding, opened_ms, seen_ms, closed_ms, opened_scan, seen_scan, closed_scan,"
    " proof, proof_detail FROM exposures WHERE finding IN (SELECT id FROM findings) ORDER BY finding, opened_scan;"
    "DROP TABLE exposures; ALTER TABLE new_exposures RENAME TO exposures;"
    "CREATE TABLE new_sightings(scan INTEGER NOT NULL REFERENCES scans, finding INTEGER NOT NULL REFERENCES findings,"
    " severity INTEGER NOT NULL, observation INTEGER NOT NULL, PRIMARY KEY(scan, finding)) STRICT, WITHOUT ROWID;"
    "INSERT INTO new_sightings SELECT scan, finding, severity, observation FROM sightings"
    " WHERE scan IN (SELECT id FROM scans) AND finding IN (SELECT id FROM findings) ORDER BY scan, finding;"
    "DROP TABLE sightings; ALTER TABLE new_sightings RENAME TO sightings;"
    "CREATE VIEW life AS"
    " SELECT finding, opened_ms, seen_ms, closed_ms, opened_scan, seen_scan, closed_scan, proof, proof_detail"
    " FROM exposures UNION ALL"
    " SELECT id, opened_ms, seen_ms, closed_ms, opened_scan, seen_scan, closed_scan, proof, proof_detail"
    " FROM findings;";

/* From here on a port may be one of UDP, as a number above TCP's (PORT_UDP of record.h). No table changes; but a
 * program that does not know it would take these for ports of TCP. */
static const char STEP_UDP[] = "SELECT 1;";

const char *const SCHEMA_STEPS[] = { STEP_1, STEP_FLEETS, STEP_PACKED, STEP_NAMES, STEP_ENDINGS, STEP_PLAIN,
                                     STEP_UDP };
const int SCHEMA_VERSION = sizeof(SCHEMA_STEPS) / sizeof(SCHEMA_STEPS[0]);
