/* SARIF 2.1.0 (OASIS), one run: results as they come in, the rules that they name at the end, since
 * only then it is known which there are. The order of members is free in JSON.
 *
 * A finding on the network has no file: its artifact is tcp://ADDRESS:PORT, its logical location the
 * service. Where a store knows them, results say whether they are new, what this scan proved closed is
 * there as absent, and accepted risks are suppressed. A fleet is a result of its own, which asks for
 * nothing (kind informational) and names its members as related locations. */
#include "base/table.h"
#include <stdio.h>

#include "report/finding_json.h"
#include "report/formats.h"
#include "report/remarks.h"
#include "report/words.h"
#include "text/amount.h"
#include "text/escape.h"

enum { SARIF_ARENA_MAX = 16 * 1024 * 1024, WHY_SHOWN_MAX = JSON_TEXT_MAX - 1024,
       COLLECTIONS_NAMED_MAX = 20, RELATED_MAX = 100 };

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
    struct json json;
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
    buf_init(&x->scratch, JSON_TEXT_MAX);
    table_init(&x->by_id, &x->arena, run->seed);
    x->json = json_visible_over(out);
    json_object(&x->json, NULL);
    json_str(&x->json, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    json_str(&x->json, "version", "2.1.0");
    json_array(&x->json, "runs");
    json_object(&x->json, NULL);
    json_array(&x->json, "results");
}

/* The writer of the one document that all calls write, over today's buffer. */
static struct json *json_of(struct sarif *x, struct buf *out)
{
    x->json.out = out;
    return &x->json;
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
    r->fix = arena_copy(&x->arena, span_first(f->fix, JSON_TEXT_MAX));
    r->product = arena_copy(&x->arena, span_str(f->product));
    r->where = arena_copy(&x->arena, span_str(endpoint_called(&f->endpoint, where)));
    r->worst = f->severity;
    return table_put(&x->by_id, r->id, r) ? r : NULL;
}

static void place(struct json *j, const struct endpoint *e)
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
    json_object(j, NULL);
    json_object(j, "physicalLocation");
    json_object(j, "artifactLocation");
    json_text(j, "uri", span_first(buf_span(&whole), place_len));
    json_close(j);
    json_close(j);
    json_array(j, "logicalLocations");
    json_object(j, NULL);
    json_str(j, "name", called[0] ? called : where);
    json_text(j, "fullyQualifiedName", buf_span(&whole));
    json_str(j, "kind", "resource");
    json_close(j);
    json_close(j);
    json_close(j);
}

static void location(struct json *j, const struct endpoint *e)
{
    json_array(j, "locations");
    place(j, e);
    json_close(j);
}

static void sizes(struct json *j, const struct finding_view *v)
{
    const struct observation *o = v->seen;
    json_str(j, "verdict", v->verdict);
    if (v->verdict)
        json_str(j, "transport", v->transport);
    if (v->collections >= 0)
        json_i64(j, "collections", v->collections);
    if (v->records >= 0)
        json_i64(j, "records", v->records);
    if (v->bytes >= 0)
        json_i64(j, "bytes", v->bytes);
    if (!o || !o->collections.len)
        return;
    json_array(j, "largest");
    for (size_t i = 0; i < o->collections.len && i < COLLECTIONS_NAMED_MAX; i++)
        json_text(j, NULL, span_first(o->collections.at[i].name, COLLECTION_NAME_MAX));
    json_close(j);
}

static void properties(struct json *j, const struct finding_view *v)
{
    const struct finding *f = v->finding;
    json_object(j, "properties");
    json_str(j, "severity", severity_name(f->severity));
    json_str(j, "security-severity", security_severity(f->severity));
    json_str(j, "product", f->product);
    if (f->version.len)
        json_text(j, "version", f->version);
    json_str(j, "via", f->via);
    sizes(j, v);
    json_life(j, v);
    json_whose(j, f);
    if (v->judged)
        json_evidence(j, f);
    json_lines(j, "fix", f->fix);
    json_close(j);
}

/* Where one result of a run has these, all must (3.27.23, 3.27.24): what the store does not follow, fleets
 * and strangers, asks for nothing and counts as unchanged. */
static void baseline(const struct sarif *x, struct json *j, const struct finding_view *v)
{
    bool is_new = v->life.known && v->life.is_new;
    if (!x->run.remembers)
        return;
    json_str(j, "baselineState", !v->open ? "absent" : is_new ? "new" : "unchanged");
    json_array(j, "suppressions");
    if (v->accepted_until_ms > 0) {
        json_object(j, NULL);
        json_str(j, "kind", "external");
        json_str(j, "status", "accepted");
        json_text(j, "justification", v->accepted_why);
        json_close(j);
    }
    json_close(j);
}

static void message(struct sarif *x, struct json *j, const struct finding_view *v)
{
    struct buf *text = &x->scratch;
    buf_reset(text);
    words_closed(text, v, in_english);
    if (text->len)
        buf_str(text, " Before: ");
    buf_put(text, span_first(v->finding->why, WHY_SHOWN_MAX));
    json_text(j, "text", buf_span(text));
}

static void result(struct sarif *x, struct json *j, const struct finding_view *v)
{
    const struct finding *f = v->finding;
    const struct sarif_rule *r = rule_of(x, f);
    json_break(j);
    json_object(j, NULL);
    json_str(j, "ruleId", f->rule);
    if (r)
        json_i64(j, "ruleIndex", (int64_t)r->index);
    json_str(j, "level", level_of(f->severity));
    json_object(j, "message");
    message(x, j, v);
    json_close(j);
    location(j, &f->endpoint);
    json_object(j, "partialFingerprints");
    json_str(j, "ajarFinding/v1", f->fingerprint);
    json_close(j);
    baseline(x, j, v);
    properties(j, v);
    json_close(j);
    json_break(j);
}

static void visit(void *state, const struct visit *v, const struct finding_view *f, size_t findings,
                  struct buf *out)
{
    (void)v;
    for (size_t i = 0; i < findings; i++)
        result(state, json_of(state, out), &f[i]);
}

static void closed(void *state, const struct finding_view *f, struct buf *out)
{
    result(state, json_of(state, out), f);
}

/* ---- fleets ---- */

static void fleet(struct sarif *x, struct json *j, const struct fleet *f)
{
    struct finding as = { .rule = "fleet", .title = "Services were set up as copies of each other", .product = "fleet",
                          .endpoint = f->members.at[0].endpoint,
                          .fix = SPAN("# What is wrong with one is wrong with all: close one, then the others so.\n"
                                      "# Where they come from one template or image, mend that first.") };
    struct buf text;
    const struct sarif_rule *r = rule_of(x, &as);
    buf_init(&text, JSON_TEXT_MAX);
    words_fleet(&text, f, in_english);
    buf_str(&text, ": ");
    words_reasons(&text, f, FLEET_REASONS_MAX, in_english);
    json_break(j);
    json_object(j, NULL);
    json_str(j, "ruleId", as.rule);
    if (r)
        json_i64(j, "ruleIndex", (int64_t)r->index);
    json_str(j, "kind", "informational");
    json_str(j, "level", "none");
    json_object(j, "message");
    json_text(j, "text", buf_span(&text));
    json_close(j);
    location(j, &as.endpoint);
    json_array(j, "relatedLocations");
    for (size_t i = 0; i < f->members.len && i < RELATED_MAX; i++)
        place(j, &f->members.at[i].endpoint);
    json_close(j);
    json_object(j, "partialFingerprints");
    json_str(j, "ajarFinding/v1", f->fingerprint);
    json_close(j);
    baseline(x, j, &(struct finding_view){ .finding = &as, .open = true, .accepted_until_ms = f->accepted_until_ms });
    json_object(j, "properties");
    json_str(j, "severity", severity_name(f->severity));
    json_str(j, "product", f->product);
    if (f->accepted_until_ms > 0)
        json_time(j, "accepted_until", f->accepted_until_ms);
    json_i64(j, "members", (int64_t)f->member_count);
    json_i64(j, "open", (int64_t)f->open);
    json_i64(j, "partial", (int64_t)f->partial);
    json_i64(j, "locked", (int64_t)f->locked);
    if (f->records >= 0)
        json_i64(j, "records", f->records);
    if (f->bytes >= 0)
        json_i64(j, "bytes", f->bytes);
    json_close(j);
    json_close(j);
    json_break(j);
    buf_release(&text);
}

static void remark(void *state, const struct remark *r, struct buf *out)
{
    struct sarif *x = state;
    (void)out;
    remarks_add(&x->remarks, &x->arena, &x->scratch, r, in_english);
}

static void fleets(void *state, const struct fleet *list, size_t count, struct buf *out)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].members.len)
            fleet(state, json_of(state, out), &list[i]);
}

/* ---- the end ---- */

static void help(struct json *j, const struct sarif_rule *r)
{
    struct buf text;
    buf_init(&text, 2 * JSON_TEXT_MAX);
    buf_str(&text, "How to close it, as an example for ");
    buf_put(&text, r->product);
    buf_str(&text, " at ");
    buf_put(&text, r->where);
    buf_str(&text, " (each result has its own):\n\n");
    buf_put(&text, r->fix);
    json_object(j, "help");
    json_lines(j, "text", buf_span(&text));
    json_close(j);
    buf_release(&text);
}

static void rules(struct sarif *x, struct json *j)
{
    json_array(j, "rules");
    for (size_t i = 0; i < x->rules.len; i++) {
        const struct sarif_rule *r = x->rules.at[i];
        json_object(j, NULL);
        json_text(j, "id", r->id);
        json_object(j, "shortDescription");
        json_text(j, "text", r->title);
        json_close(j);
        help(j, r);
        json_object(j, "defaultConfiguration");
        json_str(j, "level", level_of(r->worst));
        json_close(j);
        json_object(j, "properties");
        json_str(j, "security-severity", security_severity(r->worst));
        json_array(j, "tags");
        json_str(j, NULL, "security");
        json_str(j, NULL, "exposure");
        json_close(j);
        json_close(j);
        json_close(j);
    }
    json_close(j);
}

static void notification(struct json *j, struct span text)
{
    json_object(j, NULL);
    json_str(j, "level", "warning");
    json_object(j, "message");
    json_text(j, "text", text);
    json_close(j);
    json_close(j);
}

/* What the scan has to say of itself. */
static void notifications(struct sarif *x, struct json *j)
{
    if (!x->remarks.kept.len)
        return;
    json_array(j, "toolExecutionNotifications");
    for (size_t i = 0; i < x->remarks.kept.len; i++)
        notification(j, x->remarks.kept.at[i]);
    if (x->remarks.left) {
        buf_reset(&x->scratch);
        put_many(&x->scratch, x->remarks.left, "more remark", "more remarks");
        notification(j, buf_span(&x->scratch));
    }
    json_close(j);
}

static void invocation(struct sarif *x, struct json *j, const struct report_summary *s)
{
    json_array(j, "invocations");
    json_object(j, NULL);
    json_bool(j, "executionSuccessful", !s->interrupted && !s->trouble && s->failed == 0 && !x->remarks.incomplete);
    json_time(j, "startTimeUtc", x->run.started_ms);
    json_time(j, "endTimeUtc", x->run.started_ms + s->took_ms);
    notifications(x, j);
    json_object(j, "properties");
    json_i64(j, "endpoints", (int64_t)x->run.endpoints);
    json_i64(j, "done", (int64_t)s->done);
    json_i64(j, "skipped", (int64_t)s->skipped);
    json_i64(j, "failed", (int64_t)s->failed);
    json_bool(j, "interrupted", s->interrupted);
    json_close(j);
    json_close(j);
    json_close(j);
}

static void end(void *state, const struct report_summary *s, struct buf *out)
{
    struct sarif *x = state;
    struct json *j = json_of(x, out);
    json_close(j);
    json_object(j, "tool");
    json_object(j, "driver");
    json_str(j, "name", "Ajar");
    json_str(j, "semanticVersion", x->run.ajar_version);
    rules(x, j);
    json_close(j);
    json_close(j);
    invocation(x, j, s);
    json_line(j);
    buf_release(&x->scratch);
    arena_release(&x->arena);
}

const struct report report_sarif = {
    .name = "sarif",
    .about = "SARIF 2.1.0, for code scanning and CI",
    .state_size = sizeof(struct sarif),
    .begin = begin,
    .with_unknown = true,
    .visit = visit,
    .closed = closed,
    .remark = remark,
    .fleets = fleets,
    .end = end,
};
