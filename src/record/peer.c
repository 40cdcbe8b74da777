#include "record/peer.h"

static struct span without_brackets(struct span host)
{
    bool has = host.len > 2 && host.at[0] == '[' && host.at[host.len - 1] == ']';
    return has ? span_sub(host, 1, host.len - 2) : host;
}

static bool is_host(struct span host)
{
    for (size_t i = 0; i < host.len; i++)
        if (host.at[i] <= ' ' || host.at[i] > '~' || host.at[i] == '/' || host.at[i] == '@')
            return false;
    return host.len > 0 && host.len < ENDPOINT_NAME_MAX;
}

/* "http://10.0.0.5:2379/" (etcd), "es1.corp/10.0.0.5:9200" (Elasticsearch), "rabbit@mq1.corp:5672" (nodes of Erlang)
 * name a place, too. */
static struct span bare(struct span item)
{
    size_t scheme = span_find(item, SPAN("://"));
    if (scheme != SIZE_MAX)
        return span_first(span_from(item, scheme + 3), span_index(span_from(item, scheme + 3), '/'));
    size_t behind = span_index(item, '@') < item.len ? span_index(item, '@') : span_index(item, '/');
    return span_from(item, behind < item.len ? behind + 1 : 0);
}

/* Up to the last colon: what stands before it may be an IPv6 address. */
static bool parse(struct span item, struct peer_place *ret)
{
    item = bare(item);
    size_t colon = item.len;
    uint64_t port;
    while (colon && item.at[colon - 1] != ':')
        colon--;
    if (!colon || !span_u64(span_from(item, colon), UINT16_MAX, &port) || !port)
        return false;
    *ret = (struct peer_place){ without_brackets(span_first(item, colon - 1)), (uint16_t)port };
    return is_host(ret->host);
}

bool peer_next(struct span *list, struct peer_place *ret)
{
    while (list->len)
        if (parse(span_trim(span_cut(list, ',')), ret))
            return true;
    return false;
}

void peer_put(struct writer *out, struct span host, uint64_t port)
{
    struct peer_place unused;
    bool six = span_index(host, ':') < host.len;
    uint8_t text[ENDPOINT_NAME_MAX + 16];
    struct writer one = writer_over(text, sizeof(text));
    writer_str(&one, six ? "[" : "");
    writer_put(&one, host);
    writer_str(&one, six ? "]:" : ":");
    writer_dec(&one, port);
    if (!writer_ok(&one) || !parse(writer_span(&one), &unused) || out->cap - out->len < one.len + 2)
        return;
    writer_str(out, writer_span(out).len ? ", " : "");
    writer_put(out, writer_span(&one));
}
