/* Random documents of Elasticsearch and OpenSearch: one GET _search a draw, with a random score for
 * each document and the highest few returned. GET with the query in the address can change nothing,
 * whatever the server is told to do with it.
 *
 * The server gives every document of an index a number, which takes time by the size of the index: it is
 * told to stop after 5 seconds, and a search that was stopped is not random and is thrown away. Up
 * to version 5 a random score loads the ids of all documents into memory, so large indices are left
 * alone there.
 *
 * A store behind a Kibana or OpenSearch Dashboards is asked the same through it, by the way that showed the store
 * (catalog/kibana.yaml): its console passes a GET on, whose address stands in the address of a POST, encoded once
 * more. */
#include "base/table.h"
#include "http/entry.h"
#include "http/url.h"
#include "sample/web.h"

#include <stdio.h>

enum {
    INDEX_MAX = 512,
    COUNT_DIGITS = 5,
    FIRST_DRAW = 20,          /* documents, until their size is known */
    DRAW_MAX = 500,
    ANSWER_BYTES = 512 * 1024, /* aimed at: an answer may have 1 MiB */
    IDS_IN_MEMORY_MAX = 5000000,
    FRUITLESS_MAX = 3,
};

/* What follows the name of the index, and the number of documents. */
#define SEARCH_QUERY                                                                               \
    "/_search?filter_path=timed_out,hits.hits._id,hits.hits._source"                                \
    "&source_content_type=application%2Fjson&source=%7B%22size%22%3A"
#define SEARCH_END                                                                                 \
    "%2C%22timeout%22%3A%225s%22%2C%22query%22%3A%7B%22function_score%22%3A%7B"                     \
    "%22query%22%3A%7B%22match_all%22%3A%7B%7D%7D%2C%22random_score%22%3A%7B%7D%2C"                 \
    "%22boost_mode%22%3A%22replace%22%7D%7D%7D"

static const struct ask SEARCH = {
    .name = "sample.elasticsearch.search",
    .why = "random documents of one index",
    .class = ASK_SAMPLE,
    .parts = { ASK_BYTES("GET /"), ASK_HOLE("index", INDEX_MAX, HOLE_URL), ASK_BYTES(SEARCH_QUERY),
               ASK_HOLE("count", COUNT_DIGITS, HOLE_NAME), ASK_BYTES(SEARCH_END WEB_HEAD), WEB_PART_HOST,
               ASK_BYTES(WEB_TAIL) },
};

static const struct ask SEARCH_LEGACY = {
    .name = "sample.elasticsearch.search-legacy",
    .why = "the same through a Kibana of 4 or 5",
    .class = ASK_SAMPLE,
    .parts = { ASK_BYTES("GET "), ASK_HOLE("base path", BASE_HOLE_MAX, HOLE_BASE), ASK_BYTES("/elasticsearch/"),
               ASK_HOLE("index", INDEX_MAX, HOLE_URL), ASK_BYTES(SEARCH_QUERY),
               ASK_HOLE("count", COUNT_DIGITS, HOLE_NAME), ASK_BYTES(SEARCH_END WEB_HEAD), WEB_PART_HOST,
               ASK_BYTES(WEB_TAIL) },
};

static const struct ask SEARCH_CONSOLE = {
    .name = "sample.elasticsearch.search-console",
    .why = "the same through the console of a Kibana; the POST only carries a GET, nothing is stored",
    .class = ASK_SAMPLE,
    .parts = { ASK_BYTES("POST "), ASK_HOLE("base path", BASE_HOLE_MAX, HOLE_BASE),
               ASK_BYTES("/api/console/proxy?path=%2F"), ASK_HOLE("index", 2 * INDEX_MAX, HOLE_URL),
               ASK_BYTES("%2F_search%3Ffilter_path%3Dtimed_out%2Chits.hits._id%2Chits.hits._source"
                         "%26source_content_type%3Dapplication%252Fjson%26source%3D%257B%2522size%2522%253A"),
               ASK_HOLE("count", COUNT_DIGITS, HOLE_NAME),
               ASK_BYTES("%252C%2522timeout%2522%253A%25225s%2522%252C%2522query%2522%253A%257B%2522function_score"
                         "%2522%253A%257B%2522query%2522%253A%257B%2522match_all%2522%253A%257B%257D%257D%252C"
                         "%2522random_score%2522%253A%257B%257D%252C%2522boost_mode%2522%253A%2522replace%2522"
                         "%257D%257D%257D&method=GET" WEB_HEAD),
               WEB_PART_HOST,
               ASK_BYTES(WEB_FIELDS "Content-Length: 0\r\nkbn-xsrf: true\r\nosd-xsrf: true\r\n"
                                    "x-elastic-internal-origin: Kibana\r\n\r\n") },
};

/* How the store is reached. */
struct way {
    const struct ask *search;
    struct span base; /* below which the dashboard lives */
    unsigned encoded; /* how often the name of an index is encoded */
};

/* The way that showed the store: the asks of its facts are named by it. */
static struct way way_of(const struct draw *d)
{
    if (!d->seen->via)
        return (struct way){ .search = &SEARCH, .encoded = 1 };
    struct way w = { .search = &SEARCH_CONSOLE, .encoded = 2 };
    if (d->front)
        w.base = fact_get_text(d->front, "http.base");
    for (size_t i = 0; i < d->seen->facts.len; i++) {
        const char *ask = d->seen->facts.at[i].ask;
        if (ask && strstr(ask, ".legacy."))
            w.search = &SEARCH_LEGACY, w.encoded = 1;
    }
    return w;
}

/* Of the product's own indices, whose names begin with a dot, none. */
static bool is_index(struct span name)
{
    return name.len && name.at[0] != '.' && name.at[0] != '_' && name.len <= INDEX_MAX / 3 &&
           span_index(name, '*') == name.len && span_index(name, ',') == name.len;
}

/* Up to version 5 (or without one): the first digits of it. */
static bool keeps_ids_in_memory(const struct observation *o)
{
    struct span version = fact_get_text(o, "version");
    uint64_t major;
    return strcmp(o->product, "elasticsearch") == 0 &&
           (!span_u64(span_cut(&version, '.'), 1000, &major) || major < 6);
}

/* The documents of one answer that are new; how many. */
static uint32_t take_hits(struct draw *d, const struct node *json, struct table *ids, uint32_t wanted)
{
    uint32_t fresh = 0;
    const struct node *hits = node_path(json, SPAN("hits.hits"));
    const struct node *h = hits && hits->kind == NODE_LIST ? hits->first : NULL;
    for (; h && fresh < wanted; h = h->next) {
        struct span id = node_text(node_get(h, "_id"));
        const struct node *source = node_get(h, "_source");
        if (id.len == 0 || !source || table_get(ids, id) || !table_put(ids, id, ids))
            continue;
        draw_record(d);
        draw_node(d, SPAN_NONE, source);
        fresh++;
    }
    return fresh;
}

static const struct response *search(struct web *w, const struct way *way, struct span encoded, uint32_t size)
{
    char count[16];
    (void)snprintf(count, sizeof(count), "%u", size);
    struct span args[] = { way->base, encoded, span_str(count) };
    bool direct = way->search == &SEARCH; /* which has no base path */
    return web_get(w, way->search, direct ? args + 1 : args, direct ? 2 : 3);
}

/* Draws until there are enough, in answers of a size that can be read. Why it ended early, or NULL. */
static const char *draw_index(struct web *w, const struct way *way, struct span encoded, uint32_t wanted)
{
    struct draw *d = w->draw;
    struct table ids;
    uint32_t got = 0, size = FIRST_DRAW, fruitless = 0;
    table_init(&ids, &d->batch, random_next(&d->random));
    while (got < wanted && draw_wants(d) && fruitless < FRUITLESS_MAX) {
        const struct response *r = search(w, way, encoded, size);
        if (!r || r->status != 200)
            return "the server did not answer the search";
        if (r->cut && size == 1)
            return "a document is larger than 1 MiB";
        if (r->cut) {
            size = size > 4 ? size / 4 : 1;
            fruitless++;
            continue;
        }
        const struct node *json = web_json(w, r);
        const struct node *timed_out = node_get(json, "timed_out");
        if (!json || (timed_out && timed_out->kind == NODE_BOOL && timed_out->integer))
            return "the search took longer than 5 seconds";
        uint32_t fresh = take_hits(d, json, &ids, wanted - got);
        got += fresh;
        fruitless = fresh ? 0 : fruitless + 1;
        uint64_t each = r->body.len / size + 1, next = ANSWER_BYTES / each;
        size = next < 1 ? 1 : next > DRAW_MAX ? DRAW_MAX : (uint32_t)next;
    }
    return NULL;
}

static const char *elasticsearch_draw(struct draw *d)
{
    struct web w;
    size_t count;
    uint32_t *plan = draw_plan(d, is_index, &count);
    struct way way = way_of(d);
    web_init(&w, d);
    for (size_t i = 0; plan && i < count && wire_fault(d->wire) != WIRE_DEADLINE; i++) {
        const struct collection *c = &d->seen->collections.at[i];
        if (plan[i] == 0)
            continue;
        if (keeps_ids_in_memory(d->seen) && (c->records < 0 || c->records > IDS_IN_MEMORY_MAX)) {
            draw_skip(d, "this version would load the ids of more than 5,000,000 documents into memory");
            continue;
        }
        draw_collection(d, c->name, c->records, false);
        struct span encoded = c->name;
        for (unsigned k = 0; k < way.encoded; k++)
            encoded = url_encode(wire_arena(d->wire), encoded);
        const char *why = draw_index(&w, &way, encoded, plan[i]);
        if (why && d->record == 0)
            draw_skip(d, why);
        draw_judge(d);
    }
    return NULL;
}

const struct sampler SAMPLER_ELASTICSEARCH = {
    .products = { "elasticsearch", "opensearch" },
    .through = { "kibana", "opensearch-dashboards" },
    .how = "function_score with random_score",
    .asks = { &SEARCH, &SEARCH_LEGACY, &SEARCH_CONSOLE },
    .draw = elasticsearch_draw,
};
