/* Retention. What is open now and what proves it stays, whatever its age; so do the newest
 * complete scan and every scan that is not over. */
#include "store/ledger.h"

static uint64_t run_with(struct store *s, enum statement which, int64_t before_ms)
{
    struct query q = query(s, which);
    query_int(&q, 1, before_ms);
    return query_run(&q) ? s->back->changed(s) : 0;
}

static uint64_t run(struct store *s, enum statement which)
{
    struct query q = query(s, which);
    return query_run(&q) ? s->back->changed(s) : 0;
}

/* Only scans that did not end have a tail; so many of them that some are missed leave small files. */
enum { TAILS_MAX = 256 };

static size_t unfinished_scans(struct store *s, int64_t before_ms, int64_t ids[static TAILS_MAX])
{
    size_t n = 0;
    struct query q = query(s, SQL_FORGET_UNFINISHED);
    query_int(&q, 1, before_ms);
    while (n < TAILS_MAX && query_row(&q))
        ids[n++] = query_get(&q, 0);
    query_end(&q);
    return n;
}

bool store_forget(struct store *s, int64_t before_ms, bool dry_run, struct forgotten *ret,
                  struct error *e)
{
    static const enum statement OF_FLEETS[] = { SQL_FORGET_FLEET_REASONS, SQL_FORGET_FLEET_MEMBERS,
                                                SQL_FORGET_FLEET_COVER };
    int64_t scans[TAILS_MAX];
    *ret = (struct forgotten){ 0 };
    store_batch(s);
    run_with(s, SQL_FORGET_FLEETS, before_ms);
    run_with(s, SQL_FORGET_FLEET_SIGHTINGS, before_ms);
    for (size_t i = 0; i < sizeof(OF_FLEETS) / sizeof(*OF_FLEETS); i++)
        run(s, OF_FLEETS[i]);
    size_t old = unfinished_scans(s, before_ms, scans);
    run_with(s, SQL_FORGET_SIGHTINGS, before_ms);
    run_with(s, SQL_FORGET_VISITS, before_ms);
    run_with(s, SQL_FORGET_EXPOSURES, before_ms);
    ret->findings = run_with(s, SQL_FORGET_FINDINGS, before_ms);
    ret->scans = run_with(s, SQL_FORGET_SCANS, before_ms);
    run(s, SQL_FORGET_PARTS);
    run(s, SQL_FORGET_REASONS);
    ret->observations = run_with(s, SQL_FORGET_OBSERVATIONS, before_ms);
    run(s, SQL_FORGET_FACTS);
    run_with(s, SQL_FORGET_CERTIFICATES, before_ms);
    ret->endpoints = run(s, SQL_FORGET_ENDPOINTS);
    run_with(s, SQL_FORGET_ACCEPTED, before_ms);
    run(s, SQL_FORGET_FORMER);
    store_batch_end(s, !dry_run);
    for (size_t i = 0; store_ok(s) && !dry_run && i < old; i++)
        tail_remove(s, scans[i]);
    /* Gives the room back to the disk; a file that is being read elsewhere keeps it until later. */
    if (store_ok(s) && !dry_run && ret->scans + ret->findings + ret->observations > 0)
        s->back->compact(s);
    return store_told(s, e);
}
