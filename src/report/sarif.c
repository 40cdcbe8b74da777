/* SARIF 2.1.0 (OASIS), one run: results as they come in, the rules that they name at the end, since
 * only then it is known which there are. The order of members is free in JSON.
 *
 * A finding on the network has no file: its artifact is tcp://ADDRESS:PORT, its logical location the
 * service. Where a store knows them, results say whether they are new, and accepted risks are
 * suppressed. A fleet is a result of its own, which asks for nothing (kind informational) and names
 * its members as related locations. */
#include "base/table.h"
#include <stdio.h>

#include "report/formats.h"
#include "report/member.h"
#include "report/remarks.h"
#include "report/unknown.h"
#include "report/words.h"
#include "text/amount.h"
#include "text/escape.h"

enum { SARIF_ARENA_MAX = 16 * 1024 * 1024, COLLECTIONS_NAMED_MAX = 20, RELATED_MAX = 100 };

struct sarif_rule {
    size_t index;
    struct span id, title, fix, where, product;
    enum severity worst;
};

struct sarif {
    struct report_run run;
    struct arena arena;
    struct table by_id;
    LIST_OF(struct sarif_rule *) rules;
    struct remarks remarks;
    struct buf scratch;
    bool started; /* a result was written */
};

static const char *level_of(enum severity s)
{
    return s >= SEVERITY_HIGH ? "error" : s == SEVERITY_MEDIUM ? "warning" : "note";
}

/* The middle of the ranges that code scanners know as critical, high, medium and low. */
static const char *security_severity(enum severity s)
{
    static const char *const SCORE[] = { "0.0", "2.5", "5.5", "8.0", "9.5" };
    return SCORE[(unsigned)s <= SEVERITY_CRITICAL ? s : 0];
}

static void begin(void *state, const struct report_run *run, struct buf *out)
{
    struct sarif *x = state;
    x->run = *run;
    arena_init(&x->arena, SARIF_ARENA_MAX);
    buf_init(&x->scratch, MEMBER_TEXT_MAX);
    table_init(&x->by_id, &x->arena, run->seed);
    buf_str(out, "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\","
                 "\"runs\":[{\"results\":[");
}

/* NULL where there is no memory: the result then names its rule by id alone. */
static struct sarif_rule *rule_of(struct sarif *x, const struct finding *f)
{
    struct sarif_rule *r = table_get(&x->by_id, span_str(f->rule));
    char where[ENDPOINT_CALLED_MAX];
    if (r) {
        r->worst = f->severity > r->worst ? f->severity : r->worst;
        return r;
    }
    r = ARENA_NEW(&x->arena, struct sarif_rule);
    struct sarif_rule **slot = r ? list_add(&x->arena, &x->rules) : NULL;
    if (!slot)
        return NULL;
    *slot = r;
    r->index = x->rules.len - 1;
    r->id = arena_copy(&x->arena, span_str(f->rule));
    r->title = arena_copy(&x->arena, span_str(f->title));
    r->fix = arena_copy(&x->arena, span_first(f->fix, MEMBER_TEXT_MAX));
    r->product = arena_copy(&x->arena, span_str(f->product));
    r->where = arena_copy(&x->arena, span_str(endpoint_called(&f->endpoint, where)));
    r->worst = f->severity;
    return table_put(&x->by_id, r->id, r) ? r : NULL;
}

static void place(struct buf *out, const struct endpoint *e)
{
    char where[ENDPOINT_TEXT_MAX], uri[ENDPOINT_CALLED_MAX + 8], called[ENDPOINT_NAME_MAX + ENDPOINT_PATH_MAX];
    struct buf whole = { .at = (uint8_t *)uri, .cap = sizeof(uri), .max = sizeof(uri) };
    buf_str(&whole, "tcp://");
    buf_str(&whole, endpoint_text(e, where));
    size_t place_len = whole.len;
    snprintf(called, sizeof(called), "%s%s", e->name ? e->name : e->path ? where : "", e->path ? e->path : "");
    if (called[0]) {
        buf_byte(&whole, '#');
        buf_str(&whole, called);
    }
    member_open(out, NULL, '{');
    member_open(out, "physicalLocation", '{');
    member_open(out, "artifactLocation", '{');
    member_text(out, "uri", span_first(buf_span(&whole), place_len));
    member_close(out, '}');
    member_close(out, '}');
    member_open(out, "logicalLocations", '[');
    member_open(out, NULL, '{');
    member_str(out, "name", called[0] ? called : where);
    member_text(out, "fullyQualifiedName", buf_span(&whole));
    member_str(out, "kind", "resource");
    member_close(out, '}');
    member_close(out, ']');
    member_close(out, '}');
}

static void location(struct buf *out, const struct endpoint *e)
{
    member_open(out, "locations", '[');
    place(out, e);
    member_close(out, ']');
}

static void sizes(struct buf *out, const struct observation *o)
{
    size_t named = o->collections.len < COLLECTIONS_NAMED_MAX ? o->collections.len : COLLECTIONS_NAMED_MAX;
    member_str(out, "verdict", outcome_name(o->outcome));
    member_str(out, "transport", o->tls ? "tls" : "tcp");
    if (o->collection_count >= 0)
        member_i64(out, "collections", o->collection_count);
    if (o->records >= 0)
        member_i64(out, "records", o->records);
    if (o->bytes >= 0)
        member_i64(out, "bytes", o->bytes);
    if (!named)
        return;
    member_open(out, "largest", '[');
    for (size_t i = 0; i < named; i++)
        member_text(out, NULL, span_first(o->collections.at[i].name, COLLECTION_NAME_MAX));
    member_close(out, ']');
}

static void properties(struct buf *out, const struct finding *f, const struct observation *o)
{
    member_open(out, "properties", '{');
    member_str(out, "severity", severity_name(f->severity));
    member_str(out, "security-severity", security_severity(f->severity));
    member_str(out, "product", f->product);
    if (f->version.len)
        member_text(out, "version", f->version);
    member_str(out, "via", f->via);
    if (o && o->kind != KIND_TLS)
        sizes(out, o);
    member_life(out, f);
    member_whose(out, f);
    member_open(out, "evidence", '[');
    for (size_t i = 0; i < f->evidence.len; i++) {
        const struct fact *fact = &f->evidence.at[i];
        member_open(out, NULL, '{');
        member_str(out, "fact", fact->key);
        member_fact(out, "value", fact);
        member_str(out, "ask", fact->ask);
        member_bytes(out, "shows", fact->proof);
        member_close(out, '}');
    }
    member_close(out, ']');
    member_lines(out, "fix", f->fix);
    member_close(out, '}');
}

static void baseline(struct buf *out, const struct finding *f)
{
    if (!f->life.known && f->accepted_until_ms <= 0)
        return;
    if (f->life.known)
        member_str(out, "baselineState", f->life.is_new ? "new" : "unchanged");
    member_open(out, "suppressions", '[');
    if (f->accepted_until_ms > 0) {
        member_open(out, NULL, '{');
        member_str(out, "kind", "external");
        member_str(out, "status", "accepted");
        member_text(out, "justification", f->accepted_why);
        member_close(out, '}');
    }
    member_close(out, ']');
}

static void result(struct sarif *x, struct buf *out, const struct visit *v, const struct finding *f)
{
    const struct sarif_rule *r = rule_of(x, f);
    buf_str(out, x->started ? ",\n" : "\n");
    x->started = true;
    buf_byte(out, '{');
    member_str(out, "ruleId", f->rule);
    if (r)
        member_i64(out, "ruleIndex", (int64_t)r->index);
    member_str(out, "level", level_of(f->severity));
    member_open(out, "message", '{');
    member_text(out, "text", f->why);
    member_close(out, '}');
    location(out, &f->endpoint);
    member_open(out, "partialFingerprints", '{');
    member_str(out, "ajarFinding/v1", f->fingerprint);
    member_close(out, '}');
    baseline(out, f);
    properties(out, f, report_seen(v, f));
    member_close(out, '}');
}

static void visit(void *state, const struct visit *v, const struct finding *f, size_t findings,
                  struct buf *out)
{
    struct finding unknown;
    struct buf why;
    for (size_t i = 0; i < findings; i++)
        result(state, out, v, &f[i]);
    buf_init(&why, UNKNOWN_WORDS_MAX);
    if (unknown_finding(v, &why, &unknown))
        result(state, out, v, &unknown);
    buf_release(&why);
}

/* ---- fleets ---- */

static void fleet(struct sarif *x, struct buf *out, const struct fleet *f)
{
    struct finding as = { .rule = "fleet", .title = "Services were set up as copies of each other", .product = "fleet",
                          .endpoint = f->members.at[0].endpoint,
                          .fix = SPAN("# What is wrong with one is wrong with all: close one, then the others so.\n"
                                      "# Where they come from one template or image, mend that first.") };
    struct buf text;
    const struct sarif_rule *r = rule_of(x, &as);
    buf_init(&text, MEMBER_TEXT_MAX);
    words_fleet(&text, f);
    buf_str(&text, ": ");
    words_reasons(&text, f, FLEET_REASONS_MAX);
    buf_str(out, x->started ? ",\n" : "\n");
    x->started = true;
    buf_byte(out, '{');
    member_str(out, "ruleId", as.rule);
    if (r)
        member_i64(out, "ruleIndex", (int64_t)r->index);
    member_str(out, "kind", "informational");
    member_str(out, "level", "none");
    member_open(out, "message", '{');
    member_text(out, "text", buf_span(&text));
    member_close(out, '}');
    location(out, &as.endpoint);
    member_open(out, "relatedLocations", '[');
    for (size_t i = 0; i < f->members.len && i < RELATED_MAX; i++)
        place(out, &f->members.at[i].endpoint);
    member_close(out, ']');
    member_open(out, "partialFingerprints", '{');
    member_str(out, "ajarFinding/v1", f->fingerprint);
    member_close(out, '}');
    member_open(out, "properties", '{');
    member_str(out, "severity", severity_name(f->severity));
    member_str(out, "product", f->product);
    if (f->accepted_until_ms > 0)
        member_time(out, "accepted_until", f->accepted_until_ms);
    member_i64(out, "members", (int64_t)f->member_count);
    member_i64(out, "open", (int64_t)f->open);
    member_i64(out, "partial", (int64_t)f->partial);
    member_i64(out, "locked", (int64_t)f->locked);
    if (f->records >= 0)
        member_i64(out, "records", f->records);
    if (f->bytes >= 0)
        member_i64(out, "bytes", f->bytes);
    member_close(out, '}');
    member_close(out, '}');
    buf_release(&text);
}

static void remark(void *state, const struct remark *r, struct buf *out)
{
    struct sarif *x = state;
    (void)out;
    remarks_add(&x->remarks, &x->arena, &x->scratch, r);
}

static void fleets(void *state, const struct fleet *list, size_t count, struct buf *out)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].members.len)
            fleet(state, out, &list[i]);
}

/* ---- the end ---- */

static void help(struct buf *out, const struct sarif_rule *r)
{
    struct buf text;
    buf_init(&text, 2 * MEMBER_TEXT_MAX);
    buf_str(&text, "How to close it, as an example for ");
    buf_put(&text, r->product);
    buf_str(&text, " at ");
    buf_put(&text, r->where);
    buf_str(&text, " (each result has its own):\n\n");
    buf_put(&text, r->fix);
    member_open(out, "help", '{');
    member_lines(out, "text", buf_span(&text));
    member_close(out, '}');
    buf_release(&text);
}

static void rules(struct sarif *x, struct buf *out)
{
    member_open(out, "rules", '[');
    for (size_t i = 0; i < x->rules.len; i++) {
        const struct sarif_rule *r = x->rules.at[i];
        member_open(out, NULL, '{');
        member_text(out, "id", r->id);
        member_open(out, "shortDescription", '{');
        member_text(out, "text", r->title);
        member_close(out, '}');
        help(out, r);
        member_open(out, "defaultConfiguration", '{');
        member_str(out, "level", level_of(r->worst));
        member_close(out, '}');
        member_open(out, "properties", '{');
        member_str(out, "security-severity", security_severity(r->worst));
        member_open(out, "tags", '[');
        member_str(out, NULL, "security");
        member_str(out, NULL, "exposure");
        member_close(out, ']');
        member_close(out, '}');
        member_close(out, '}');
    }
    member_close(out, ']');
}

static void notification(struct buf *out, struct span text)
{
    member_open(out, NULL, '{');
    member_str(out, "level", "warning");
    member_open(out, "message", '{');
    member_text(out, "text", text);
    member_close(out, '}');
    member_close(out, '}');
}

/* What the scan has to say of itself. */
static void notifications(struct sarif *x, struct buf *out)
{
    if (!x->remarks.kept.len)
        return;
    member_open(out, "toolExecutionNotifications", '[');
    for (size_t i = 0; i < x->remarks.kept.len; i++)
        notification(out, x->remarks.kept.at[i]);
    if (x->remarks.left) {
        buf_reset(&x->scratch);
        put_many(&x->scratch, x->remarks.left, "more remark", "more remarks");
        notification(out, buf_span(&x->scratch));
    }
    member_close(out, ']');
}

static void invocation(struct sarif *x, struct buf *out, const struct report_summary *s)
{
    member_open(out, "invocations", '[');
    member_open(out, NULL, '{');
    member_bool(out, "executionSuccessful", !s->interrupted && s->failed == 0 && !x->remarks.incomplete);
    member_time(out, "startTimeUtc", x->run.started_ms);
    member_time(out, "endTimeUtc", x->run.started_ms + s->took_ms);
    notifications(x, out);
    member_open(out, "properties", '{');
    member_i64(out, "endpoints", (int64_t)x->run.endpoints);
    member_i64(out, "done", (int64_t)s->done);
    member_i64(out, "skipped", (int64_t)s->skipped);
    member_i64(out, "failed", (int64_t)s->failed);
    member_bool(out, "interrupted", s->interrupted);
    member_close(out, '}');
    member_close(out, '}');
    member_close(out, ']');
}

static void end(void *state, const struct report_summary *s, struct buf *out)
{
    struct sarif *x = state;
    buf_str(out, x->started ? "\n]" : "]");
    member_open(out, "tool", '{');
    member_open(out, "driver", '{');
    member_str(out, "name", "Ajar");
    member_str(out, "semanticVersion", x->run.ajar_version);
    rules(x, out);
    member_close(out, '}');
    member_close(out, '}');
    invocation(x, out, s);
    buf_str(out, "}]}\n");
    buf_release(&x->scratch);
    arena_release(&x->arena);
}

const struct report report_sarif = {
    .name = "sarif",
    .about = "SARIF 2.1.0, for code scanning and CI",
    .state_size = sizeof(struct sarif),
    .begin = begin,
    .visit = visit,
    .remark = remark,
    .fleets = fleets,
    .end = end,
};
