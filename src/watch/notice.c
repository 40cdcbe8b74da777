#include "watch/notice.h"

#include <openssl/evp.h>
#include <stdio.h>

#include "base/hex.h"
#include "text/escape.h"

static const char *const KIND_NAMES[] = {
    [NOTICE_NEW] = "new",
    [NOTICE_REOPENED] = "reopened",
    [NOTICE_CHANGED] = "changed",
    [NOTICE_FIXED] = "fixed",
    [NOTICE_ACCEPTANCE_ENDED] = "acceptance-ended",
    [NOTICE_SCAN_FAILED] = "scan-failed",
    [NOTICE_SCAN_INCOMPLETE] = "scan-incomplete",
    [NOTICE_SCAN_WELL] = "scan-well",
};

const char *notice_kind_name(enum notice_kind k)
{
    return KIND_NAMES[k];
}

bool notice_is_of_scan(enum notice_kind k)
{
    return k >= NOTICE_SCAN_FAILED;
}

void digest_id(struct span ids, char id[static NOTICE_ID_MAX])
{
    uint8_t hash[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (!EVP_Digest(ids.at, ids.len, hash, &len, EVP_sha256(), NULL))
        memset(hash, 0, sizeof(hash));
    hex_encode(hash, NOTICE_ID_MAX / 2, id);
}

void notice_id(const struct notice *n, struct span from, char id[static NOTICE_ID_MAX])
{
    char text[256];
    int used = snprintf(text, sizeof(text), "%.*s|%s|%s|%lld|%lld", SPAN_FMT(span_first(from, 64)), KIND_NAMES[n->kind],
                        n->about ? n->about->finding.fingerprint : "", (long long)n->scan,
                        n->about ? 0LL : (long long)n->at_ms);
    digest_id(span_of(text, (size_t)used), id);
}

/* ---- JSON ---- */

void put_visible(struct buf *out, struct span s, size_t max)
{
    struct buf shown;
    buf_init(&shown, 64 + 8 * max);
    /* One byte becomes at least one: more than max + 1 of them can never be shown. */
    escape_tty(&shown, span_first(s, max + 1));
    struct span v = buf_span(&shown);
    if (s.len > max || v.len > max) {
        v = span_first(v, max - 3);
        while (v.len && (v.at[v.len - 1] & 0xc0) == 0x80)
            v.len--;
        if (v.len && v.at[v.len - 1] >= 0xc0)
            v.len--;
        buf_put(out, v);
        buf_str(out, "...");
    } else {
        buf_put(out, v);
    }
    if (!buf_ok(&shown))
        out->failed = true;
    buf_release(&shown);
}

static void put_key(struct buf *out, const char *key)
{
    buf_printf(out, "%s\"%s\":", out->len && out->at[out->len - 1] != '{' ? "," : "", key);
}

static void put_text(struct buf *out, const char *key, struct span s)
{
    struct buf shown;
    put_key(out, key);
    if (!s.at) {
        buf_str(out, "null");
        return;
    }
    buf_init(&shown, 2 * NOTICE_TEXT_MAX);
    put_visible(&shown, s, NOTICE_TEXT_MAX);
    buf_byte(out, '"');
    escape_json(out, buf_span(&shown));
    buf_byte(out, '"');
    buf_release(&shown);
}

/* Several lines, each made visible: what somebody has to paste. */
static void put_lines(struct buf *out, const char *key, struct span s)
{
    struct buf shown;
    buf_init(&shown, 4 * NOTICE_TEXT_MAX);
    s = span_first(s, NOTICE_TEXT_MAX);
    put_key(out, key);
    while (s.len) {
        put_visible(&shown, span_cut(&s, '\n'), NOTICE_TEXT_MAX);
        if (s.len)
            buf_byte(&shown, '\n');
    }
    buf_byte(out, '"');
    escape_json(out, buf_span(&shown));
    buf_byte(out, '"');
    buf_release(&shown);
}

static void put_number(struct buf *out, const char *key, int64_t n)
{
    put_key(out, key);
    if (n < 0)
        buf_str(out, "null");
    else
        buf_i64(out, n);
}

static void put_time(struct buf *out, const char *key, int64_t wall_ms)
{
    char text[TIME_TEXT_MAX];
    put_text(out, key, wall_ms < 0 ? SPAN_NONE : span_str(time_text(wall_ms, text)));
}

static void put_finding(struct buf *out, const struct stored_finding *f)
{
    char where[ENDPOINT_TEXT_MAX], address[ADDRESS_TEXT_MAX];
    const struct finding *g = &f->finding;
    put_key(out, "finding");
    buf_byte(out, '{');
    put_text(out, "fingerprint", span_str(g->fingerprint));
    put_text(out, "rule", span_str(g->rule));
    put_text(out, "severity", span_str(severity_name(g->severity)));
    put_text(out, "endpoint", span_str(endpoint_text(&g->endpoint, where)));
    put_text(out, "address", span_str(address_text(&g->endpoint.address, address)));
    put_number(out, "port", g->endpoint.port);
    put_text(out, "name", span_str(g->endpoint.name));
    if (g->endpoint.path)
        put_text(out, "path", span_str(g->endpoint.path));
    put_text(out, "product", span_str(g->product));
    put_text(out, "version", g->version.len ? g->version : SPAN_NONE);
    put_text(out, "via", span_str(g->via));
    put_text(out, "title", span_str(g->title));
    put_text(out, "why", g->why);
    put_lines(out, "fix", g->fix);
    put_number(out, "records", f->records);
    put_number(out, "bytes", f->bytes);
    put_time(out, "first_seen", f->first_ms);
    put_time(out, "opened", f->exposure.opened_ms);
    put_time(out, "last_seen", f->exposure.seen_ms);
    put_time(out, "closed", f->exposure.closed_ms);
    put_number(out, "reopened", (int64_t)f->reopened);
    buf_byte(out, '}');
}

/* One sentence for those who read no JSON. */
static void put_sentence(struct buf *out, const struct notice *n)
{
    static const char *const SAYS[] = {
        [NOTICE_NEW] = "new", [NOTICE_REOPENED] = "open again", [NOTICE_CHANGED] = "changed", [NOTICE_FIXED] = "fixed",
        [NOTICE_ACCEPTANCE_ENDED] = "no longer an accepted risk", [NOTICE_SCAN_FAILED] = "the scan could not run",
        [NOTICE_SCAN_INCOMPLETE] = "the scan is incomplete", [NOTICE_SCAN_WELL] = "scans run well again",
    };
    char where[ENDPOINT_CALLED_MAX];
    struct buf s;
    buf_init(&s, 4 * NOTICE_TEXT_MAX);
    if (n->about) {
        const struct finding *g = &n->about->finding;
        buf_printf(&s, "%s %s: %s at %s", severity_name(n->severity), SAYS[n->kind], g->title ? g->title : g->rule,
                   endpoint_called(&g->endpoint, where));
        if (g->product) {
            buf_printf(&s, " (%s", g->product);
            buf_str(&s, g->version.len ? " " : "");
            buf_put(&s, span_first(g->version, 100));
            buf_str(&s, ")");
        }
    } else {
        buf_str(&s, SAYS[n->kind]);
    }
    if (n->what.len) {
        buf_str(&s, ": ");
        buf_put(&s, n->what);
    }
    put_text(out, "text", buf_span(&s));
    buf_release(&s);
}

bool notice_write(const struct notice *n, const char *host, const char *id, struct buf *out)
{
    struct buf o;
    buf_init(&o, NOTICE_BYTES_MAX);
    buf_byte(&o, '{');
    put_text(&o, "schema", SPAN("ajar-notice/1"));
    put_text(&o, "type", SPAN("change"));
    put_text(&o, "id", span_str(id));
    put_text(&o, "change", span_str(KIND_NAMES[n->kind]));
    put_text(&o, "severity", span_str(severity_name(n->severity)));
    put_time(&o, "at", n->at_ms);
    put_text(&o, "host", span_str(host));
    put_number(&o, "scan", n->scan > 0 ? n->scan : -1);
    put_sentence(&o, n);
    put_text(&o, "what", n->what.len ? n->what : SPAN_NONE);
    if (n->about)
        put_finding(&o, n->about);
    buf_byte(&o, '}');
    bool ok = buf_ok(&o);
    if (ok)
        buf_put(out, buf_span(&o));
    buf_release(&o);
    return ok && buf_ok(out);
}

bool digest_write(const struct span *notices, size_t count, const char *host, const char *id, int64_t at_ms,
                  struct buf *out)
{
    struct buf o;
    char text[64];
    buf_init(&o, DIGEST_BYTES_MAX);
    buf_byte(&o, '{');
    put_text(&o, "schema", SPAN("ajar-notice/1"));
    put_text(&o, "type", SPAN("digest"));
    put_text(&o, "id", span_str(id));
    put_time(&o, "at", at_ms);
    put_text(&o, "host", span_str(host));
    snprintf(text, sizeof(text), "%zu changes", count);
    put_text(&o, "text", span_str(text));
    put_key(&o, "changes");
    buf_byte(&o, '[');
    for (size_t i = 0; i < count; i++) {
        buf_str(&o, i ? "," : "");
        buf_put(&o, notices[i]);
    }
    buf_str(&o, "]}");
    bool ok = buf_ok(&o);
    if (ok)
        buf_put(out, buf_span(&o));
    buf_release(&o);
    return ok && buf_ok(out);
}
