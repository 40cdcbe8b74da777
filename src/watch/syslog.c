/* RFC 5424 lines: over UDP (RFC 5426), TCP with octet counting (RFC 6587 3.4.1), or a local socket.
 *
 *   <PRI>1 TIMESTAMP HOST ajar - CHANGE [ajar@32473 id="..." severity="..." ...] BOM TEXT
 *
 * 32473 is the enterprise number that RFC 5612 sets aside for documentation. UDP and local datagrams
 * have no acknowledgement; over TCP a line counts as taken when the peer has not broken the
 * connection before it closed or CLOSE_WAIT_MS passed. */
#include <stdio.h>

#include "watch/deliver.h"
#include "watch/net.h"

enum { LINE_MAX_BYTES = 2048, VALUE_MAX = 200, TEXT_MAX = 1000, CLOSE_WAIT_MS = 500, PEN = 32473 };

/* RFC 5424 6.2.1: severities of syslog for ours. */
static int level_of(struct span severity)
{
    enum severity s = SEVERITY_HIGH;
    severity_parse(severity, &s);
    return s == SEVERITY_CRITICAL ? 2 : s == SEVERITY_HIGH ? 3 : s == SEVERITY_MEDIUM ? 4 : s == SEVERITY_LOW ? 5 : 6;
}

/* RFC 5424 6.3.3: in a value, '"', '\' and ']' are escaped. The text is visible already; it is made so
 * again, for a file in the queue proves nothing. */
static void put_value(struct buf *out, const char *key, struct span s)
{
    struct buf shown;
    if (s.len == 0)
        return;
    buf_init(&shown, 16 * VALUE_MAX);
    put_visible(&shown, s, VALUE_MAX);
    buf_printf(out, " %s=\"", key);
    for (size_t i = 0; i < shown.len; i++) {
        if (shown.at[i] == '"' || shown.at[i] == '\\' || shown.at[i] == ']')
            buf_byte(out, '\\');
        buf_byte(out, shown.at[i]);
    }
    buf_byte(out, '"');
    buf_release(&shown);
}

/* A header field: printable ASCII, else "-". */
static struct span word(struct span s, size_t max)
{
    bool good = s.len > 0 && s.len <= max;
    for (size_t i = 0; i < s.len; i++)
        good &= s.at[i] > ' ' && s.at[i] < 0x7f;
    return good ? s : SPAN("-");
}

static void put_line(struct buf *out, const struct receiver *r, const struct message *m, const struct node *change)
{
    const struct node *f = node_get(change, "finding");
    struct span at = word(node_text(node_get(change, "at")), 32);
    struct span kind = word(node_text(node_get(change, "change")), 32);
    int priority = r->syslog.facility * 8 + level_of(node_text(node_get(change, "severity")));
    buf_printf(out, "<%d>1 %.*s %s ajar - %.*s [ajar@%d", priority, SPAN_FMT(at), m->host, SPAN_FMT(kind), PEN);
    put_value(out, "id", node_text(node_get(change, "id")));
    put_value(out, "severity", node_text(node_get(change, "severity")));
    put_value(out, "finding", node_text(node_get(f, "fingerprint")));
    put_value(out, "rule", node_text(node_get(f, "rule")));
    put_value(out, "endpoint", node_text(node_get(f, "endpoint")));
    put_value(out, "product", node_text(node_get(f, "product")));
    put_value(out, "version", node_text(node_get(f, "version")));
    buf_str(out, "] \xef\xbb\xbf");
    put_visible(out, node_text(node_get(change, "text")), TEXT_MAX);
}

static bool open_net(const struct receiver *r, struct net *n, bool *ret_stream, struct error *e)
{
    *ret_stream = r->syslog.by == SYSLOG_TCP;
    if (r->syslog.by == SYSLOG_UNIX)
        return net_open_local(n, r->syslog.path, r->timeout_ms, ret_stream, e);
    return net_open(n, r->syslog.to.host, r->syslog.to.port, r->syslog.by == SYSLOG_UDP, r->timeout_ms, e);
}

static bool send_line(const struct receiver *r, struct net *n, bool stream, struct span line, struct error *e)
{
    struct buf framed;
    buf_init(&framed, 2 * LINE_MAX_BYTES + 4 * VALUE_MAX * 16);
    if (stream && r->syslog.by == SYSLOG_TCP)
        buf_printf(&framed, "%zu ", line.len);
    buf_put(&framed, line);
    if (stream && r->syslog.by == SYSLOG_UNIX)
        buf_byte(&framed, '\n');
    bool ok = buf_ok(&framed) ? net_send(n, buf_span(&framed), e) : error_set(e, "no memory for a line");
    buf_release(&framed);
    return ok;
}

/* Waits a moment for the peer to close; a connection that breaks now has lost the line. */
static bool await_close(struct net *n, struct error *e)
{
    uint8_t bytes[64];
    size_t got = 1;
    int64_t moment = clock_mono_ms(&CLOCK_SYSTEM) + CLOSE_WAIT_MS;
    net_finish(n);
    n->deadline_ms = moment < n->deadline_ms ? moment : n->deadline_ms;
    for (int i = 0; i < 16 && got; i++)
        if (!net_recv(n, bytes, sizeof(bytes), &got, e))
            return clock_mono_ms(&CLOCK_SYSTEM) >= n->deadline_ms;
    return true;
}

enum delivery syslog_send(const struct receiver *r, const struct message *m, struct error *e)
{
    struct net n;
    struct buf line;
    bool stream = false;
    const struct node *list = node_get(m->root, "changes");
    if (!open_net(r, &n, &stream, e)) {
        net_close(&n);
        return DELIVERY_UNREACHABLE;
    }
    buf_init(&line, 64 * 1024);
    bool ok = true;
    for (const struct node *c = list ? list->first : m->root; ok && c; c = list ? c->next : NULL) {
        buf_reset(&line);
        put_line(&line, r, m, c);
        ok = send_line(r, &n, stream, buf_span(&line), e);
    }
    ok = ok && (!stream || await_close(&n, e));
    buf_release(&line);
    net_close(&n);
    return ok ? DELIVERED : DELIVERY_UNREACHABLE;
}
