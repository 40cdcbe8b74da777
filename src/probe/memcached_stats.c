/* Reads the statistics of memcached. */
#include "probe/memcached_stats.h"

void memcached_stats_init(struct memcached_stats *s)
{
    *s = (struct memcached_stats){ .items = COUNT_UNKNOWN, .bytes = COUNT_UNKNOWN, .total = COUNT_UNKNOWN,
                         .clients = COUNT_UNKNOWN, .capacity = COUNT_UNKNOWN,
                         .uptime_s = COUNT_UNKNOWN, .time_s = COUNT_UNKNOWN };
}

void memcached_stats_add(struct memcached_stats *s, struct span name, struct span value, struct span proof)
{
    const struct {
        const char *name;
        int64_t *at;
    } NUMBERS[] = {
        { "curr_items", &s->items },   { "bytes", &s->bytes },
        { "total_items", &s->total },  { "curr_connections", &s->clients },
        { "uptime", &s->uptime_s },    { "limit_maxbytes", &s->capacity },
        { "time", &s->time_s },
    };
    uint64_t n;

    s->count++;
    if (span_is(name, "version"))
        s->version = value;
    if (span_is(name, "curr_items"))
        s->items_proof = proof;
    if (span_is(name, "uptime"))
        s->uptime_proof = proof;
    if (span_is(name, "hash_is_expanding") && span_is(value, "False"))
        s->python = true;
    for (size_t i = 0; i < sizeof(NUMBERS) / sizeof(NUMBERS[0]); i++)
        if (span_is(name, NUMBERS[i].name) && span_u64(value, INT64_MAX / 1000, &n))
            *NUMBERS[i].at = (int64_t)n;
}

void memcached_version_fact(struct observation *o, struct span version, const struct ask *a,
                         struct span proof)
{
    if (span_ends(version, SPAN(" DF"))) {
        o->product = "dragonfly";
        fact_text(o, "compatible", version, a->name, proof);
        return;
    }
    if (version.len)
        fact_text(o, "version", version, a->name, proof);
}

enum outcome memcached_stats_conclude(const struct memcached_stats *s, struct observation *o,
                                   const struct ask *a)
{
    if (s->items == COUNT_UNKNOWN && s->bytes == COUNT_UNKNOWN)
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("none"), a->name, s->items_proof);
    o->records = s->items;
    o->bytes = s->bytes;
    if (s->total != COUNT_UNKNOWN)
        fact_number(o, "items.ever", s->total, a->name, s->items_proof);
    if (s->clients != COUNT_UNKNOWN)
        fact_number(o, "clients", s->clients, a->name, s->items_proof);
    if (s->capacity != COUNT_UNKNOWN)
        fact_number(o, "capacity", s->capacity, a->name, s->items_proof);
    if (s->uptime_s != COUNT_UNKNOWN && s->time_s != COUNT_UNKNOWN)
        fact_time(o, "started", (s->time_s - s->uptime_s) * 1000, a->name, s->uptime_proof);
    return OUTCOME_OPEN;
}
