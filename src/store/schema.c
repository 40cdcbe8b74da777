/* What is stored. doc/store.md explains it table by table; the numbers of enumerations are those
 * of record.h and store.h and never change their meaning. */
#include "store/schema.h"

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

const char *const SCHEMA_STEPS[] = { STEP_1 };
const int SCHEMA_VERSION = sizeof(SCHEMA_STEPS) / sizeof(SCHEMA_STEPS[0]);
