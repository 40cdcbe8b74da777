/* The broker's own figures. */
#include "probe/mqtt_figures.h"

enum { OWN_FIGURES_MAX = 64 }; /* so many retained messages may all be the broker's own $SYS topics */

/* "$SYS/brokers/<node>/version": the node in the middle, or an empty span. */
static struct span node_of(struct span topic, struct span tail)
{
    struct span head = SPAN("$SYS/brokers/");
    if (!span_starts(topic, head) || !span_ends(topic, tail) || topic.len <= head.len + tail.len)
        return SPAN_NONE;
    return span_sub(topic, head.len, topic.len - head.len - tail.len);
}

void figure_take(struct figures *f, struct span topic, struct span value)
{
    static const char *const NAMES[TOPIC_COUNT] = {
        [TOPIC_VERSION] = "$SYS/broker/version",
        [TOPIC_UPTIME] = "$SYS/broker/uptime",
        [TOPIC_CLIENTS] = "$SYS/broker/clients/total",
        [TOPIC_RETAINED] = "$SYS/broker/retained messages/count",
        [TOPIC_BYTES] = "$SYS/broker/store/messages/bytes",
        [TOPIC_STORED] = "$SYS/broker/store/messages/count",
    };
    for (size_t i = 0; i <= TOPIC_STORED; i++) {
        if (!span_is(topic, NAMES[i]))
            continue;
        if (!f->of[i].len)
            f->of[i] = value;
        f->told = true;
        f->mosquitto = f->mosquitto || (i == TOPIC_VERSION && span_starts(value, SPAN("mosquitto ")));
        return;
    }
    struct span by_version = node_of(topic, SPAN("/version"));
    struct span by_name = node_of(topic, SPAN("/sysdescr"));
    if (by_version.len)
        f->of[TOPIC_NODE_VERSION] = value;
    if (by_name.len)
        f->of[TOPIC_NODE_NAME] = value;
    if (by_version.len || by_name.len) {
        f->node = by_version.len ? by_version : by_name;
        f->told = true;
    }
}

static void figure_number(struct observation *o, const struct figures *f, enum mqtt_topic t,
                          const char *key, const char *ask)
{
    uint64_t n;
    if (span_u64(f->of[t], INT64_MAX, &n))
        fact_number(o, key, (int64_t)n, ask, f->of[t]);
}

/* "mosquitto version 2.0.11" names product and version; a bare "2.3.0" only the version. */
static void figures_product(struct observation *o, const struct figures *f, const char *ask)
{
    struct span text = f->of[TOPIC_VERSION];
    size_t at = span_find(text, SPAN(" version "));

    if (f->of[TOPIC_NODE_VERSION].len || f->of[TOPIC_NODE_NAME].len) {
        if (span_starts(f->of[TOPIC_NODE_NAME], SPAN("EMQX")) ||
            span_starts(f->of[TOPIC_NODE_NAME], SPAN("EMQ X")))
            o->product = "emqx";
        if (f->of[TOPIC_NODE_NAME].len)
            fact_text(o, "broker", f->of[TOPIC_NODE_NAME], ask, f->of[TOPIC_NODE_NAME]);
        if (f->of[TOPIC_NODE_VERSION].len)
            fact_text(o, "version", f->of[TOPIC_NODE_VERSION], ask, f->of[TOPIC_NODE_VERSION]);
        fact_text(o, "node", f->node, ask, f->node);
        return;
    }
    if (text.len == 0)
        return;
    if (at == SIZE_MAX) {
        fact_text(o, "version", text, ask, text);
        return;
    }
    struct span name = span_first(text, at);
    if (span_is(name, "mosquitto"))
        o->product = "mosquitto";
    fact_text(o, "broker", name, ask, text);
    fact_text(o, "version", span_from(text, at + SPAN(" version ").len), ask, text);
}

void figures_facts(struct observation *o, const struct figures *f, int64_t now_ms, const char *ask)
{
    struct span uptime = f->of[TOPIC_UPTIME];
    uint64_t n;

    figures_product(o, f, ask);
    figure_number(o, f, TOPIC_CLIENTS, "clients", ask);
    if (span_ends(uptime, SPAN(" seconds")) &&
        span_u64(span_first(uptime, uptime.len - 8), INT32_MAX, &n))
        fact_time(o, "started", now_ms - (int64_t)n * 1000, ask, uptime);
    figure_number(o, f, TOPIC_RETAINED, "retained", ask);
    if (!span_u64(f->of[TOPIC_RETAINED], INT64_MAX, &n) || n <= OWN_FIGURES_MAX)
        return; /* an empty Mosquitto retains about 50: itself */
    o->records = (int64_t)n;
    if (span_u64(f->of[TOPIC_BYTES], INT64_MAX, &n))
        o->bytes = (int64_t)n;
}

