/* Random rows of ClickHouse over HTTP. A GET is read-only there, and takes settings (readonly = 2), so that each query
 * ends after 5 seconds, 1 GiB read or 3 MiB answered, on one thread. rand() chooses among all rows of a table; a table
 * of more than 1 GiB is left alone. LIMIT is twice what is expected, so that it does not favour the front of it. */
#include "sample/web.h"

#include <stdio.h>

enum {
    NAME_MAX_BYTES = 128,
    ANSWER_MAX_BYTES = 3 << 20, /* as the request says it; JSON is parsed up to 4 MiB */
    PACKED = 4,                 /* so many times smaller than in an answer are rows on the disk, or less */
};

static const int64_t READ_MAX_BYTES = 1 << 30;

static const struct ask ROWS = {
    .name = "sample.clickhouse.rows",
    .why = "random rows of one table",
    .class = ASK_SAMPLE,
    .parts = { ASK_BYTES("GET /?query=SELECT+*+FROM+%22"), ASK_HOLE("database", NAME_MAX_BYTES, HOLE_NAME),
               ASK_BYTES("%22.%22"), ASK_HOLE("table", NAME_MAX_BYTES, HOLE_NAME), ASK_BYTES("%22+WHERE+rand()%3C="),
               ASK_HOLE("share", 10, HOLE_NAME), ASK_BYTES("+LIMIT+"), ASK_HOLE("limit", 8, HOLE_NAME),
               ASK_BYTES("+FORMAT+JSONCompact&max_execution_time=5&max_bytes_to_read=1073741824"
                         "&max_result_bytes=3145728&max_threads=1"
                         "&output_format_json_quote_64bit_integers=0" WEB_HEAD),
               WEB_PART_HOST, ASK_BYTES(WEB_TAIL) },
};

/* "shop.customer" as the catalog's listing says it: the database ends at the first dot. */
static void split(struct span name, struct span *ret_database, struct span *ret_table)
{
    size_t dot = span_index(name, '.');
    *ret_database = span_first(name, dot);
    *ret_table = span_from(name, dot < name.len ? dot + 1 : dot);
}

/* As many rows as fit into an answer, by their average on the disk. */
static uint32_t fitting(const struct collection *c, uint32_t wanted)
{
    if (c->records <= 0 || c->bytes <= 0)
        return wanted;
    double fit = (double)ANSWER_MAX_BYTES / 2 / (PACKED * (double)c->bytes / (double)c->records);
    return fit < 1 ? 1 : fit < wanted ? (uint32_t)fit : wanted;
}

static const struct node *ask_rows(struct web *w, const struct collection *c, uint32_t wanted, const char **ret_why)
{
    char share[11], limit[9];
    struct span database, table;
    split(c->name, &database, &table);
    double part = c->records > 0 ? 1.1 * wanted / (double)c->records : 1;
    (void)snprintf(share, sizeof(share), "%.0f", part >= 1 ? (double)UINT32_MAX : part * UINT32_MAX);
    (void)snprintf(limit, sizeof(limit), "%u", 2 * wanted);
    uint8_t scratch[2 * NAME_MAX_BYTES + 1024];
    struct writer trial = writer_over(scratch, sizeof(scratch));
    struct span args[] = { database, table, span_str(share), span_str(limit), span_str(w->host) };
    if (!ask_render(&ROWS, args, 5, &trial)) {
        *ret_why = "its name holds more than letters, digits, _, -, : and dots";
        return NULL;
    }
    const struct response *r = web_get(w, &ROWS, args, 4);
    bool native = r && r->status == 400 && span_has(r->body, "is for clickhouse-client");
    *ret_why = native ? "this port speaks its own protocol; sample the one that speaks HTTP (8123)"
                      : "the server did not draw from it";
    return web_json(w, r);
}

/* Why nothing was drawn, or NULL. */
static const char *draw_table(struct web *w, const struct collection *c, uint32_t wanted)
{
    struct draw *d = w->draw;
    const char *why;
    size_t count = 0;
    wanted = fitting(c, wanted);
    const struct node *answer = ask_rows(w, c, wanted, &why);
    const struct node *meta = node_get(answer, "meta"), *data = node_get(answer, "data");
    const struct node **rows = data ? arena_array(&d->batch, data->count + 1, sizeof(*rows)) : NULL;
    if (!meta || !rows)
        return why;
    for (const struct node *row = data->first; row; row = row->next)
        rows[count++] = row;
    count = draw_some(d, rows, sizeof(struct node *), count, wanted);
    for (size_t i = 0; i < count && draw_wants(d); i++) {
        const struct node *column = meta->first;
        draw_record(d);
        for (const struct node *cell = rows[i]->first; cell && column; cell = cell->next, column = column->next)
            draw_node(d, node_text(node_get(column, "name")), cell);
    }
    return NULL;
}

static const char *clickhouse_draw(struct draw *d)
{
    struct web w;
    size_t count;
    uint32_t *plan = draw_plan(d, NULL, &count);
    web_init(&w, d);
    for (size_t i = 0; plan && i < count && wire_fault(d->wire) != WIRE_DEADLINE; i++) {
        const struct collection *c = &d->seen->collections.at[i];
        if (plan[i] == 0)
            continue;
        if (c->bytes > READ_MAX_BYTES) {
            draw_skip(d, "the server would read more than 1 GiB for it");
            continue;
        }
        draw_collection(d, c->name, c->records, true);
        const char *why = draw_table(&w, c, plan[i]);
        if (why)
            draw_skip(d, why);
        draw_judge(d);
    }
    return NULL;
}

const struct sampler SAMPLER_CLICKHOUSE = {
    .products = { "clickhouse" },
    .how = "rand() over each table",
    .asks = { &ROWS },
    .draw = clickhouse_draw,
};
