/* A sample under way: what the files of this room that speak one protocol each draw into.
 *
 * A file of this room that knows a store ends in one const `struct sampler`. Its draw() opens the
 * connection, reads random records and hands them over field by field; it never keeps, prints or
 * returns a value. Everything that was read lies in the arena of the sample's own wire, which is
 * freed when the sample ends. */
#ifndef AJAR_SAMPLE_DRAW_H
#define AJAR_SAMPLE_DRAW_H

#include "base/list.h"
#include "base/random.h"
#include "pii/pii.h"
#include "text/node.h"
#include "wire/wire.h"

enum {
    DRAW_PRODUCTS_MAX = 4,
    DRAW_ASKS_MAX = 16,
    DRAW_VALUE_MAX = 16 * 1024,       /* bytes of one value that are looked at */
    DRAW_RECORD_MAX = 64 * 1024,      /* bytes of one record */
    DRAW_ITEMS_A_RECORD = 256,
    DRAW_DEPTH_MAX = 8,               /* of a document */
    DRAW_COLLECTIONS_MAX = 200,       /* that draws are spread over, the largest */
    DRAW_NAME_SHOWN_MAX = 200,        /* bytes of a collection's name in a row */
    DRAW_ROWS_MAX = 64,               /* verdicts that leave the process */
    DRAW_BATCH_BYTES_MAX = 32 << 20,  /* of the records of one collection, taken apart */
    SAMPLE_RECORDS_MAX = 10000,
    DRAW_ELEMENT_MAX = 128,
};

/* A verdict on one field of one collection; text lies in the arena of the visit. */
struct draw_row {
    struct span collection, field;
    const char *type, *label;
    bool confirmed, in_text, test_data;
    uint32_t passed, shaped;
    double log10_odds;
};

struct draw_item {
    uint32_t record;
    struct span name, value;
};

/* What the sample came to, summed over its collections. */
struct draw_sums {
    uint64_t drawn;       /* records */
    uint64_t cut;         /* records or values of which only a part was looked at */
    size_t collections;   /* that records were drawn from */
    size_t skipped;       /* that none could be drawn from */
    const char *skip_why; /* the first reason: a static sentence */
    bool personal;        /* something is confirmed; the rest is filled then */
    bool sizes_known;
    double records_low, records, records_high;
    double persons_low, persons, persons_high;
    bool persons_known;
};

struct draw {
    struct wire *wire;
    const struct observation *seen; /* the store as the visit proved it */
    const struct observation *front; /* the dashboard that it is seen through, or NULL */
    struct arena *kept;             /* of the visit: only verdicts go there */
    const struct ajar_pii *pii;
    struct random random;
    uint32_t wanted, left;          /* records; left goes down with each */
    struct draw_sums sums;
    LIST_OF(struct draw_row) rows;
    /* of the running collection */
    struct arena batch;
    LIST_OF(struct draw_item) items;
    struct span collection;
    int64_t total;                  /* its records, COUNT_UNKNOWN */
    uint32_t record, record_items;
    size_t record_bytes;
    bool columns;                   /* field names come from a schema, not from records */
};

struct sampler {
    const char *products[DRAW_PRODUCTS_MAX + 1]; /* NULL-ended */
    const char *through[DRAW_PRODUCTS_MAX + 1];  /* dashboards through which it can be drawn from, NULL-ended */
    const char *how;                             /* what its randomness rests on, one clause */
    const struct ask *asks[DRAW_ASKS_MAX + 1];   /* all of class ASK_SAMPLE, NULL-ended */
    /* Draws from the store. NULL, or a static sentence why nothing could be drawn. */
    const char *(*draw)(struct draw *d);
};

/* How many records to draw from the collections that the visit listed: ret[i] for the i-th of
 * d->seen->collections, of which the first *ret_count count. `usable` says which may be sampled at
 * all (NULL: all); unknown sizes count as 1000. NULL where there is no memory or nothing to draw
 * from. */
uint32_t *draw_plan(struct draw *d, bool (*usable)(struct span name), size_t *ret_count);

/* What that plan says of the collection of this name; 0 where it is none of those. */
uint32_t draw_planned(const struct draw *d, const uint32_t *plan, size_t count, struct span name);
/* Of more records than wanted, which the luck of the draw may give, keeps those that a shuffle puts in front: `at`
 * holds `count` elements of `size` bytes, at most DRAW_ELEMENT_MAX. How many are left. */
size_t draw_some(struct draw *d, void *at, size_t size, size_t count, size_t wanted);

/* A collection of `total` records (or COUNT_UNKNOWN); its name may be foreign bytes. */
void draw_collection(struct draw *d, struct span name, int64_t total, bool columns);
/* True where one more record may be drawn. */
bool draw_wants(const struct draw *d);
void draw_record(struct draw *d);
/* One value of the running record. Names and values must live until draw_judge(). A value that is
 * itself a JSON object or list is taken apart. */
void draw_value(struct draw *d, struct span name, struct span value);
/* The name of a field inside another: "person.phone", of a path its last two steps; the outer name
 * alone for the elements of a list, and no outer name where that is one of ours, "(value)". */
struct span draw_name_inside(struct draw *d, struct span outer, struct span inner);
/* A document. The tree must live until draw_judge(). */
void draw_node(struct draw *d, struct span name, const struct node *n);
/* Classifies what was drawn from the running collection, adds rows and sums, forgets the records. */
void draw_judge(struct draw *d);
/* Nothing can be drawn from one more collection; the sentence is static. */
void draw_skip(struct draw *d, const char *why);

/* All samplers, NULL-ended. */
extern const struct sampler *const SAMPLERS[];
extern const struct sampler SAMPLER_REDIS, SAMPLER_POSTGRESQL, SAMPLER_ELASTICSEARCH, SAMPLER_MONGODB,
    SAMPLER_COUCHDB, SAMPLER_MYSQL, SAMPLER_CLICKHOUSE, SAMPLER_ETCD,
    SAMPLER_CASSANDRA;

#endif
