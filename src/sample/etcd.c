/* Random keys of etcd 3.4 and later, over its JSON gateway. It hands out no random key, so all names of keys are read,
 * which a server of up to 10,000 keys can say in one answer, and the values of those that the draw chooses. A Range
 * never writes. */
#include "base/base64.h"
#include "sample/web.h"

enum { KEYS_MAX = 10000, KEY_TEXT_MAX = 2048 };

#define PART_POST ASK_BYTES("POST /v3/kv/range" WEB_HEAD), WEB_PART_HOST
#define POST_FIELDS WEB_FIELDS "Content-Type: application/json\r\nContent-Length: "
/* The length of parts [5, to). */
#define PART_LENGTH(last) { .kind = PART_DEC, .from = 5, .to = (last) }, ASK_BYTES("\r\n\r\n")

static const struct ask KEYS = {
    .name = "sample.etcd.keys",
    .why = "the names of all keys, so that some can be chosen",
    .class = ASK_SAMPLE,
    .parts = { PART_POST, ASK_BYTES(POST_FIELDS), PART_LENGTH(6),
               ASK_BYTES("{\"key\":\"AA==\",\"range_end\":\"AA==\",\"keys_only\":true,\"limit\":\"10000\"}") },
};
static const struct ask VALUE = {
    .name = "sample.etcd.value",
    .why = "the value of one key",
    .class = ASK_SAMPLE,
    .parts = { PART_POST, ASK_BYTES(POST_FIELDS), PART_LENGTH(8), ASK_BYTES("{\"key\":\""),
               ASK_HOLE("key", KEY_TEXT_MAX, HOLE_JSON), ASK_BYTES("\",\"limit\":\"1\"}") },
};

/* Bytes that are base64 in the answer, in the batch. */
static struct span decoded(struct draw *d, struct span text)
{
    struct buf bytes;
    buf_init(&bytes, 3 * DRAW_RECORD_MAX);
    base64_read(&bytes, span_first(text, 4 * DRAW_RECORD_MAX));
    struct span ret = buf_ok(&bytes) ? arena_copy(&d->batch, buf_span(&bytes)) : SPAN_NONE;
    buf_release(&bytes);
    return ret;
}

static const char *draw_keys(struct web *w, const struct node *kvs)
{
    struct draw *d = w->draw;
    size_t count = 0;
    struct span *keys = arena_array(&d->batch, kvs->count + 1, sizeof(*keys));
    for (const struct node *kv = keys ? kvs->first : NULL; kv; kv = kv->next)
        keys[count++] = node_text(node_get(kv, "key"));
    count = keys ? draw_some(d, keys, sizeof(*keys), count, d->left) : 0;
    for (size_t i = 0; i < count && draw_wants(d); i++) {
        struct span args[] = { span_str(w->host), keys[i] };
        if (keys[i].len == 0 || keys[i].len > KEY_TEXT_MAX) {
            d->sums.cut++;
            continue;
        }
        const struct response *r = web_ask(w, &VALUE, args, 2);
        if (!r || r->status != 200)
            return "the server did not answer";
        draw_record(d);
        draw_value(d, SPAN("(key)"), decoded(d, keys[i]));
        draw_value(d, SPAN("(value)"), decoded(d, node_text(node_path(web_json(w, r), SPAN("kvs.0.value")))));
    }
    return NULL;
}

static const char *etcd_draw(struct draw *d)
{
    struct web w;
    struct span host;
    if (d->seen->records > KEYS_MAX)
        return "it holds more than 10,000 keys, and hands out no random ones";
    web_init(&w, d);
    host = span_str(w.host);
    draw_collection(d, SPAN("keys"), d->seen->records, false);
    const struct node *kvs = node_get(web_json(&w, web_ask(&w, &KEYS, &host, 1)), "kvs");
    const char *why = kvs && kvs->count ? draw_keys(&w, kvs) : "it did not name its keys over HTTP";
    if (why && d->record == 0)
        draw_skip(d, why);
    draw_judge(d);
    return NULL;
}

const struct sampler SAMPLER_ETCD = {
    .products = { "etcd" },
    .how = "a random choice among the names of all keys",
    .asks = { &KEYS, &VALUE },
    .draw = etcd_draw,
};
