#include "watch/notice.h"

#include <openssl/evp.h>
#include <stdio.h>

#include "base/hex.h"
#include "base/say.h"
#include "report/finding_json.h"
#include "text/amount.h"
#include "text/escape.h"
#include "text/node.h"

static const char *const KIND_NAMES[] = {
    [NOTICE_NEW] = "new",
    [NOTICE_REOPENED] = "reopened",
    [NOTICE_CHANGED] = "changed",
    [NOTICE_FIXED] = "fixed",
    [NOTICE_ACCEPTANCE_ENDED] = "acceptance-ended",
    [NOTICE_SCAN_FAILED] = "scan-failed",
    [NOTICE_SCAN_INCOMPLETE] = "scan-incomplete",
    [NOTICE_SCAN_WELL] = "scan-well",
    [NOTICE_NOT_SEEN] = "not-seen",
};

const char *notice_kind_name(enum notice_kind k)
{
    return KIND_NAMES[k];
}

bool notice_is_of_scan(enum notice_kind k)
{
    return k >= NOTICE_SCAN_FAILED && k <= NOTICE_SCAN_WELL;
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

/* Visible, and none longer than a receiver has room for. */
static struct json notice_json(struct buf *out, const char *type, const char *id)
{
    struct json j = { .out = out, .shown_max = NOTICE_TEXT_MAX - 3 };
    json_object(&j, NULL);
    json_str(&j, "schema", "ajar-notice/1");
    json_str(&j, "type", type);
    json_str(&j, "id", id);
    return j;
}

const char *notice_says(enum notice_kind k)
{
    static const char *const SAYS[] = {
        [NOTICE_NEW] = N_("new"), [NOTICE_REOPENED] = N_("open again"), [NOTICE_CHANGED] = N_("changed"),
        [NOTICE_FIXED] = N_("fixed"), [NOTICE_ACCEPTANCE_ENDED] = N_("no longer an accepted risk"),
        [NOTICE_SCAN_FAILED] = N_("the scan could not run"), [NOTICE_SCAN_INCOMPLETE] = N_("the scan is incomplete"),
        [NOTICE_SCAN_WELL] = N_("scans run well again"), [NOTICE_NOT_SEEN] = N_("not seen"),
    };
    return SAYS[k];
}

/* One sentence for those who read no JSON. */
static void put_sentence(struct json *j, const struct notice *n)
{
    char where[ENDPOINT_CALLED_MAX];
    struct buf s;
    buf_init(&s, 4 * NOTICE_TEXT_MAX);
    if (n->about) {
        const struct finding *g = &n->about->finding;
        const char *says = n->kind == NOTICE_FIXED ? proof_says(n->about->exposure.proof) : notice_says(n->kind);
        buf_printf(&s, "%s %s: %s at %s", severity_name(n->severity), says, g->title ? g->title : g->rule,
                   endpoint_called(&g->endpoint, where));
        if (g->product) {
            buf_printf(&s, " (%s", g->product);
            buf_str(&s, g->version.len ? " " : "");
            buf_put(&s, span_first(g->version, 100));
            buf_str(&s, ")");
        }
    } else {
        buf_str(&s, notice_says(n->kind));
    }
    if (n->what.len) {
        buf_str(&s, ": ");
        buf_put(&s, n->what);
    }
    json_text(j, "text", buf_span(&s));
    buf_release(&s);
}

bool notice_write(const struct notice *n, const char *host, const char *id, struct buf *out)
{
    struct buf o;
    buf_init(&o, NOTICE_BYTES_MAX);
    struct json j = notice_json(&o, "change", id);
    json_str(&j, "change", KIND_NAMES[n->kind]);
    json_str(&j, "severity", severity_name(n->severity));
    json_known_time(&j, "at", n->at_ms);
    json_text_or_null(&j, "host", span_str(host));
    json_known(&j, "scan", n->scan > 0 ? n->scan : -1);
    put_sentence(&j, n);
    json_text_or_null(&j, "what", n->what);
    if (n->about) {
        struct finding_view v = view_of_stored(n->about);
        json_object(&j, "finding");
        json_finding(&j, &v);
        json_close(&j);
    }
    json_close(&j);
    bool ok = buf_ok(&o);
    if (ok)
        buf_put(out, buf_span(&o));
    buf_release(&o);
    return ok && buf_ok(out);
}

/* "4 changes, the worst of them: critical new: ..."; the first of the worst is named. */
static void put_digest_sentence(struct json *j, const struct span *notices, size_t count)
{
    struct arena a;
    struct error none;
    struct buf s;
    int worst = -1;
    size_t at = 0;
    char many[MANY_TEXT_MAX];
    arena_init(&a, 4 * DIGEST_BYTES_MAX);
    buf_init(&s, 4 * NOTICE_TEXT_MAX);
    for (size_t i = 0; i < count; i++) {
        enum severity severity;
        const struct node *n = json_parse(&a, notices[i], &none);
        if (!severity_parse(node_text(node_get(n, "severity")), &severity) || (int)severity <= worst)
            continue;
        worst = (int)severity;
        at = i;
    }
    buf_str(&s, many_text(count, "change", "changes", many));
    struct span named = worst < 0 ? SPAN_NONE : node_text(node_get(json_parse(&a, notices[at], &none), "text"));
    if (named.len) {
        buf_str(&s, count == 1 ? ": " : ", the worst: ");
        buf_put(&s, named);
    }
    json_text(j, "text", buf_span(&s));
    buf_release(&s);
    arena_release(&a);
}

bool digest_write(const struct span *notices, size_t count, const char *host, const char *id, int64_t at_ms,
                  struct buf *out)
{
    struct buf o;
    buf_init(&o, DIGEST_BYTES_MAX);
    struct json j = notice_json(&o, "digest", id);
    json_known_time(&j, "at", at_ms);
    json_text_or_null(&j, "host", span_str(host));
    put_digest_sentence(&j, notices, count);
    json_array(&j, "changes");
    for (size_t i = 0; i < count; i++)
        json_raw(&j, NULL, notices[i]);
    json_close(&j);
    json_close(&j);
    bool ok = buf_ok(&o);
    if (ok)
        buf_put(out, buf_span(&o));
    buf_release(&o);
    return ok && buf_ok(out);
}
