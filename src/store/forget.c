/* Retention. What is open now and what proves it stays, whatever its age; so do the newest
 * complete scan and every scan that is not over. */
#include "store/inside.h"

/* The scans that go. ?1: they ended before. */
#define OLD_SCANS \
    "SELECT id FROM scans WHERE coalesce(ended_ms, started_ms) < ?1 AND id <> coalesce((SELECT max(id) FROM scans" \
    " WHERE state = 1), 0)"
#define OLD_FINDINGS "SELECT id FROM findings WHERE closed_ms < ?1"

static uint64_t run_with(struct store *s, const char *sql, int64_t before_ms)
{
    struct query q = query(s, sql);
    query_int(&q, 1, before_ms);
    return query_run(&q) ? (uint64_t)sqlite3_changes64(s->db) : 0;
}

/* Only scans that did not end have a tail; so many of them that some are missed leave small files. */
enum { TAILS_MAX = 256 };

static size_t unfinished_scans(struct store *s, int64_t before_ms, int64_t ids[static TAILS_MAX])
{
    static const char FIND[] = OLD_SCANS " AND state = 0 ORDER BY id DESC";
    size_t n = 0;
    struct query q = query(s, FIND);
    query_int(&q, 1, before_ms);
    while (n < TAILS_MAX && query_row(&q))
        ids[n++] = query_get(&q, 0);
    query_end(&q);
    return n;
}

bool store_forget(struct store *s, int64_t before_ms, bool dry_run, struct forgotten *ret,
                  struct error *e)
{
    static const char SIGHTINGS[] = "DELETE FROM sightings WHERE scan IN (" OLD_SCANS
                                    ") OR finding IN (" OLD_FINDINGS ")";
    static const char VISITS[] = "DELETE FROM visits WHERE scan IN (" OLD_SCANS ")";
    static const char EXPOSURES[] = "DELETE FROM exposures WHERE closed_ms < ?1";
    static const char FINDINGS[] = "DELETE FROM findings WHERE closed_ms < ?1";
    static const char SCANS[] = "DELETE FROM scans WHERE id IN (" OLD_SCANS ")";
    static const char ACCEPTED[] = "DELETE FROM accepted WHERE until_ms < ?1 AND at_ms < ?1"
                                   " AND fingerprint NOT IN (SELECT fingerprint FROM findings)";
    /* An observation stays while a finding or a sighting rests on it, or a kept scan saw it. */
    static const char OBSERVATIONS[] =
        "DELETE FROM observations WHERE last_ms < ?1 AND id NOT IN (SELECT observation FROM findings)"
        " AND id NOT IN (SELECT observation FROM sightings)"
        " AND NOT EXISTS (SELECT 1 FROM scans WHERE scans.id BETWEEN observations.first_scan"
        " AND observations.last_scan)";
    static const char FACTS[] =
        "DELETE FROM facts WHERE observation NOT IN (SELECT id FROM observations) AND ?1";
    static const char CERTIFICATES[] =
        "DELETE FROM certificates WHERE last_ms < ?1 AND id NOT IN (SELECT certificate FROM observations"
        " WHERE certificate IS NOT NULL)";
    static const char ENDPOINTS[] =
        "DELETE FROM endpoints WHERE id NOT IN (SELECT endpoint FROM observations)"
        " AND id NOT IN (SELECT endpoint FROM findings)"
        " AND id NOT IN (SELECT endpoint FROM visits) AND ?1";
    int64_t scans[TAILS_MAX];
    /* A fleet goes when it was seen last before and no decision about it is in force. */
    static const char FLEETS[] = "DELETE FROM fleets WHERE last_ms < ?1 AND fingerprint NOT IN"
                                 " (SELECT fingerprint FROM accepted WHERE until_ms >= ?1)";
    static const char *const OF_FLEETS[] = {
        "DELETE FROM fleet_sightings WHERE ?1 AND fleet NOT IN (SELECT id FROM fleets) OR scan IN (" OLD_SCANS ")"
        " AND scan NOT IN (SELECT last_scan FROM fleets WHERE id = fleet)",
        "DELETE FROM fleet_reasons WHERE ?1 AND NOT EXISTS (SELECT 1 FROM fleet_sightings g"
        " WHERE g.fleet = fleet_reasons.fleet AND g.scan = fleet_reasons.scan)",
        "DELETE FROM fleet_members WHERE ?1 AND NOT EXISTS (SELECT 1 FROM fleet_sightings g"
        " WHERE g.fleet = fleet_members.fleet AND g.scan = fleet_members.scan)",
        "DELETE FROM fleet_cover WHERE ?1 AND fleet NOT IN (SELECT id FROM fleets)",
    };
    *ret = (struct forgotten){ 0 };
    store_batch(s);
    run_with(s, FLEETS, before_ms);
    for (size_t i = 0; i < sizeof(OF_FLEETS) / sizeof(*OF_FLEETS); i++)
        run_with(s, OF_FLEETS[i], before_ms);
    size_t old = unfinished_scans(s, before_ms, scans);
    run_with(s, SIGHTINGS, before_ms);
    run_with(s, VISITS, before_ms);
    run_with(s, EXPOSURES, before_ms);
    ret->findings = run_with(s, FINDINGS, before_ms);
    ret->scans = run_with(s, SCANS, before_ms);
    ret->observations = run_with(s, OBSERVATIONS, before_ms);
    run_with(s, FACTS, before_ms);
    run_with(s, CERTIFICATES, before_ms);
    ret->endpoints = run_with(s, ENDPOINTS, before_ms);
    run_with(s, ACCEPTED, before_ms);
    store_batch_end(s, dry_run ? "ROLLBACK" : "COMMIT");
    for (size_t i = 0; store_ok(s) && !dry_run && i < old; i++)
        tail_remove(s, scans[i]);
    /* Gives the room back to the disk; a file that is being read elsewhere keeps it until later. */
    if (store_ok(s) && !dry_run && ret->scans + ret->findings + ret->observations > 0)
        store_run(s, "VACUUM");
    return store_told(s, e);
}
