/* Random documents of CouchDB (and PouchDB Server): _all_docs one at a time, at random places in the
 * order of their ids. The server walks to a place, so large databases are left alone. */
#include "http/url.h"
#include "sample/web.h"

#include <stdio.h>

enum { DATABASE_MAX = 512, RECORDS_MAX = 100000 };

static const struct ask ONE = {
    .name = "sample.couchdb.document",
    .why = "the document at a random place of one database",
    .class = ASK_SAMPLE,
    .parts = { ASK_BYTES("GET /"), ASK_HOLE("database", DATABASE_MAX, HOLE_URL),
               ASK_BYTES("/_all_docs?include_docs=true&limit=1&skip="), ASK_HOLE("place", 8, HOLE_NAME),
               ASK_BYTES(WEB_HEAD), WEB_PART_HOST, ASK_BYTES(WEB_TAIL) },
};

static bool is_database(struct span name)
{
    return name.len && name.at[0] != '_' && name.len <= DATABASE_MAX / 3;
}

/* `wanted` of the numbers below `total`, each once (Floyd 1987); NULL where there is no memory. */
static uint32_t *choose(struct draw *d, uint32_t total, uint32_t wanted)
{
    uint8_t *taken = arena_alloc(&d->batch, total);
    uint32_t *ret = arena_array(&d->batch, wanted, sizeof(*ret));
    for (uint32_t i = 0; taken && ret && i < wanted; i++) {
        uint32_t last = total - wanted + i, at = (uint32_t)random_below(&d->random, (uint64_t)last + 1);
        ret[i] = taken[at] ? last : at;
        taken[ret[i]] = 1;
    }
    return taken ? ret : NULL;
}

static const char *draw_database(struct web *w, struct span encoded, uint32_t total, uint32_t wanted)
{
    struct draw *d = w->draw;
    uint32_t *places = choose(d, total, wanted);
    for (uint32_t i = 0; places && i < wanted && draw_wants(d); i++) {
        char place[12];
        (void)snprintf(place, sizeof(place), "%u", places[i]);
        struct span args[] = { encoded, span_str(place) };
        const struct response *r = web_get(w, &ONE, args, 2);
        if (!r || r->status != 200)
            return "the server did not answer";
        const struct node *row = node_path(web_json(w, r), SPAN("rows.0"));
        const struct node *document = node_get(row, "doc");
        if (!document || span_starts(node_text(node_get(row, "id")), SPAN("_design/")))
            continue;
        draw_record(d);
        draw_node(d, SPAN_NONE, document);
    }
    return NULL;
}

static const char *couchdb_draw(struct draw *d)
{
    struct web w;
    size_t count;
    uint32_t *plan = draw_plan(d, is_database, &count);
    web_init(&w, d);
    for (size_t i = 0; plan && i < count && wire_fault(d->wire) != WIRE_DEADLINE; i++) {
        const struct collection *c = &d->seen->collections.at[i];
        if (plan[i] == 0)
            continue;
        if (c->records < 0 || c->records > RECORDS_MAX) {
            draw_skip(d, "the server would walk through more than 100,000 documents for each");
            continue;
        }
        draw_collection(d, c->name, c->records, false);
        const char *why = draw_database(&w, url_encode(wire_arena(d->wire), c->name), (uint32_t)c->records, plan[i]);
        if (why && d->record == 0)
            draw_skip(d, why);
        draw_judge(d);
    }
    return NULL;
}

const struct sampler SAMPLER_COUCHDB = {
    .products = { "couchdb", "pouchdb" },
    .how = "_all_docs at random places",
    .asks = { &ONE },
    .draw = couchdb_draw,
};
