/* Random documents of MongoDB 3.6 and later: aggregate with $sample alone, by OP_MSG. The server
 * takes a random cursor, or reads a small collection through and sorts it in memory: it may not spill
 * to its disk (allowDiskUse: false) and is stopped after 5 seconds. The first batch holds all that was
 * drawn, so no cursor stays open. */
#include "base/table.h"
#include "probe/bson.h"
#include "sample/draw.h"

enum {
    HEADER_BYTES = 16,
    REPLY_MAX = 4 * 1024 * 1024,
    NAME_MAX_BYTES = 255,
    ANSWER_BYTES = 1024 * 1024, /* aimed at */
    DRAW_MAX = 1000,
    FRUITLESS_MAX = 3,
    OP_MSG = 2013,
};

/* {aggregate: COLLECTION, pipeline: [{$sample: {size: COUNT}}], cursor: {batchSize: COUNT + 1},
 *  allowDiskUse: false, maxTimeMS: 5000, $db: DATABASE}; the counts are four bytes, little-endian. */
static const struct ask AGGREGATE = {
    .name = "sample.mongodb.aggregate",
    .why = "random documents of one collection",
    .class = ASK_SAMPLE,
    .parts = { ASK_LE(4, 1, 14, 4),
               ASK_BYTES("\x01\0\0\0" "\0\0\0\0" "\xdd\x07\0\0" "\0\0\0\0" "\0"),
               ASK_LE(4, 3, 14, 4), ASK_BYTES("\x02" "aggregate\0"), ASK_LE(4, 5, 6, 1),
               ASK_HOLE("collection", NAME_MAX_BYTES, HOLE_ANY),
               ASK_BYTES("\0\x04" "pipeline\0\x25\0\0\0\x03" "0\0\x1d\0\0\0\x03$sample\0\x0f\0\0\0\x10" "size\0"),
               ASK_HOLE("count", 4, HOLE_ANY),
               ASK_BYTES("\0\0\0\x03" "cursor\0\x14\0\0\0\x10" "batchSize\0"), ASK_HOLE("count", 4, HOLE_ANY),
               ASK_BYTES("\0\x08" "allowDiskUse\0\0\x10" "maxTimeMS\0\x88\x13\0\0\x02$db\0"),
               ASK_LE(4, 12, 13, 1), ASK_HOLE("database", NAME_MAX_BYTES, HOLE_ANY), ASK_BYTES("\0\0") },
};

/* The document of one OP_MSG, checked at its top level. */
static struct span read_reply(struct draw *d)
{
    struct verdict v;
    struct reader r = reader_over(&v, wire_peek(d->wire, HEADER_BYTES));
    uint32_t len = reader_le32(&r);
    reader_skip(&r, 4);
    uint32_t answers = reader_le32(&r), op = reader_le32(&r);
    if (!wire_ok(d->wire))
        return SPAN_NONE;
    if (len <= HEADER_BYTES + 5 || len > REPLY_MAX || answers != 1 || op != OP_MSG) {
        wire_fail(d->wire);
        return SPAN_NONE;
    }
    struct span body = span_from(wire_need(d->wire, len), HEADER_BYTES + 5), document;
    r = reader_over(&v, body);
    document = span_first(body, reader_le32(&r));
    struct bson_item item;
    if (!wire_ok(d->wire) || !reader_ok(&r) || !bson_get(document, "ok", &item)) {
        wire_fail(d->wire);
        return SPAN_NONE;
    }
    return document;
}

/* ---- documents --------------------------------------------------------------------------- */

static void take_scalar(struct draw *d, struct span name, const struct bson_item *item)
{
    char text[TIME_TEXT_MAX];
    const char *number;
    switch (item->type) {
    case BSON_TEXT:
        draw_value(d, name, item->bytes);
        break;
    case BSON_INT32:
    case BSON_INT64:
    case BSON_DOUBLE:
        number = arena_printf(&d->batch, "%lld", (long long)item->number);
        draw_value(d, name, span_str(number));
        break;
    case BSON_DATE:
        draw_value(d, name, arena_copy(&d->batch, span_str(time_text(item->number, text))));
        break;
    default:
        break;
    }
}

/* Depth is bounded; a field of a document inside is named "outer.inner", one of a list like the list. */
static void take_document(struct draw *d, struct span name, struct span document, bool list, unsigned depth)
{
    struct verdict v;
    struct bson_item item;
    struct reader r = bson_enter(&v, document);
    if (depth > DRAW_DEPTH_MAX) {
        d->sums.cut++;
        return;
    }
    while (bson_next(&r, &item)) {
        struct span inner = list ? name : draw_name_inside(d, name, item.key);
        if (item.type == BSON_DOCUMENT || item.type == BSON_ARRAY)
            take_document(d, inner, item.bytes, item.type == BSON_ARRAY, depth + 1);
        else
            take_scalar(d, inner, &item);
    }
}

/* The documents of one answer that are new. */
static uint32_t take_batch(struct draw *d, struct span reply, struct table *seen, uint32_t wanted)
{
    struct verdict v;
    struct bson_item item;
    struct reader r = bson_enter(&v, bson_inside(bson_inside(reply, "cursor"), "firstBatch"));
    uint32_t fresh = 0;
    while (fresh < wanted && bson_next(&r, &item)) {
        if (item.type != BSON_DOCUMENT || table_get(seen, item.bytes) || !table_put(seen, item.bytes, seen))
            continue;
        draw_record(d);
        take_document(d, SPAN_NONE, item.bytes, false, 0);
        fresh++;
    }
    return fresh;
}

/* ---- drawing --------------------------------------------------------------------------- */

static struct span le32(struct draw *d, uint32_t value)
{
    uint8_t *at = arena_alloc(&d->batch, 4);
    for (int i = 0; at && i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
    return span_of(at, at ? 4 : 0);
}

static const char *draw_from(struct draw *d, struct span database, struct span name, uint32_t size, uint32_t wanted)
{
    struct table seen;
    uint32_t got = 0, fruitless = 0;
    table_init(&seen, &d->batch, random_next(&d->random));
    while (got < wanted && draw_wants(d) && fruitless < FRUITLESS_MAX) {
        uint32_t count = wanted < size ? wanted : size;
        struct span args[] = { name, le32(d, count), le32(d, count + 1), database };
        wire_ask_with(d->wire, &AGGREGATE, args, 4);
        struct span reply = read_reply(d);
        if (!reply.len)
            return "it did not let itself be asked";
        if (!bson_true(reply, "ok"))
            return "the server did not draw from it";
        uint32_t fresh = take_batch(d, reply, &seen, wanted - got);
        got += fresh;
        fruitless = fresh ? 0 : fruitless + 1;
    }
    return NULL;
}

static bool is_collection(struct span name)
{
    size_t dot = span_index(name, '.');
    return dot > 0 && dot + 1 < name.len && name.len <= NAME_MAX_BYTES && span_index(name, 0) == name.len;
}

static const char *mongodb_draw(struct draw *d)
{
    size_t count;
    uint32_t *plan = draw_plan(d, is_collection, &count);
    wire_again(d->wire, d->seen->tls ? WIRE_IN_TLS : WIRE_PLAIN);
    for (size_t i = 0; plan && i < count && wire_ok(d->wire); i++) {
        const struct collection *c = &d->seen->collections.at[i];
        struct span name = c->name, database = span_cut(&name, '.');
        int64_t each = c->records > 0 && c->bytes > 0 ? c->bytes / c->records + 1 : 1024;
        int64_t size = ANSWER_BYTES / each;
        if (plan[i] == 0)
            continue;
        draw_collection(d, c->name, c->records, false);
        const char *why = draw_from(d, database, name, size < 1 ? 1 : size > DRAW_MAX ? DRAW_MAX : (uint32_t)size,
                                    plan[i]);
        if (why && d->record == 0)
            draw_skip(d, why);
        draw_judge(d);
    }
    return NULL;
}

const struct sampler SAMPLER_MONGODB = {
    .products = { "mongodb" },
    .how = "$sample",
    .asks = { &AGGREGATE },
    .draw = mongodb_draw,
};
