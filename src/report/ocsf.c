/* OCSF 1.5 Detection Finding (class 2004), JSON Lines: one event a finding, for data lakes and
 * SIEMs. Times are milliseconds since 1970 (OCSF timestamp_t). */
#include <stdio.h>

#include "report/formats.h"
#include "report/member.h"
#include "report/unknown.h"

enum { OCSF_CREATE = 1, OCSF_UPDATE = 2, OCSF_STATUS_NEW = 1, OCSF_STATUS_IN_PROGRESS = 2,
       OCSF_STATUS_SUPPRESSED = 3 };

struct ocsf {
    struct report_run run;
};

static void begin(void *state, const struct report_run *run, struct buf *out)
{
    struct ocsf *x = state;
    (void)out;
    x->run = *run;
}

static int64_t severity_id(enum severity s)
{
    return (int64_t)s + 1; /* 1 Informational ... 5 Critical */
}

static const char *severity_caption(enum severity s)
{
    static const char *const CAPTION[] = { "Informational", "Low", "Medium", "High", "Critical" };
    return CAPTION[(unsigned)s <= SEVERITY_CRITICAL ? s : 0];
}

static void metadata(const struct ocsf *x, struct buf *out)
{
    member_open(out, "metadata", '{');
    member_str(out, "version", "1.5.0");
    member_open(out, "product", '{');
    member_str(out, "name", "Ajar");
    member_str(out, "vendor_name", "Ajar");
    member_str(out, "version", x->run.ajar_version);
    member_close(out, '}');
    member_close(out, '}');
}

static void finding_info(struct buf *out, const struct finding *f, int64_t at_ms)
{
    member_open(out, "finding_info", '{');
    member_str(out, "uid", f->fingerprint);
    member_str(out, "title", f->title);
    member_text(out, "desc", f->why);
    member_i64(out, "created_time", f->life.known ? f->life.opened_ms : at_ms);
    member_i64(out, "first_seen_time", f->life.known ? f->life.first_ms : at_ms);
    member_i64(out, "last_seen_time", at_ms);
    member_open(out, "types", '[');
    member_str(out, NULL, "Exposure");
    member_close(out, ']');
    member_open(out, "analytic", '{');
    member_str(out, "uid", f->rule);
    member_str(out, "name", f->rule);
    member_i64(out, "type_id", 1);
    member_str(out, "type", "Rule");
    member_close(out, '}');
    member_close(out, '}');
}

static void evidences(struct buf *out, const struct finding *f)
{
    char address[ADDRESS_TEXT_MAX];
    member_open(out, "evidences", '[');
    member_open(out, NULL, '{');
    member_open(out, "dst_endpoint", '{');
    member_str(out, "ip", address_text(&f->endpoint.address, address));
    member_i64(out, "port", f->endpoint.port);
    member_str(out, "hostname", f->endpoint.name);
    member_str(out, "svc_name", f->product);
    member_close(out, '}');
    member_open(out, "data", '{');
    for (size_t i = 0; i < f->evidence.len; i++)
        if (fact_key_ok(span_str(f->evidence.at[i].key)))
            member_fact(out, f->evidence.at[i].key, &f->evidence.at[i]);
    member_close(out, '}');
    member_close(out, '}');
    member_close(out, ']');
}

static void resource(struct buf *out, const struct finding *f, const struct observation *o)
{
    char where[ENDPOINT_TEXT_MAX], name[ENDPOINT_NAME_MAX + ENDPOINT_PATH_MAX];
    bool sized = o && o->kind != KIND_TLS;
    member_open(out, "resources", '[');
    member_open(out, NULL, '{');
    member_str(out, "uid", endpoint_text(&f->endpoint, where));
    snprintf(name, sizeof(name), "%s%s", f->endpoint.name ? f->endpoint.name : where,
             f->endpoint.path ? f->endpoint.path : "");
    member_str(out, "name", name);
    member_str(out, "type", o ? kind_name(o->kind) : "service");
    if (f->version.len)
        member_text(out, "version", f->version);
    if (f->tier.len)
        member_text(out, "criticality", f->tier);
    member_open(out, "data", '{');
    if (f->owner.len)
        member_text(out, "owner", f->owner);
    if (f->contact.len)
        member_text(out, "contact", f->contact);
    member_str(out, "product", f->product);
    member_str(out, "via", f->via);
    if (sized)
        member_str(out, "verdict", outcome_name(o->outcome));
    if (sized && o->collection_count >= 0)
        member_i64(out, "collections", o->collection_count);
    if (sized && o->records >= 0)
        member_i64(out, "records", o->records);
    if (sized && o->bytes >= 0)
        member_i64(out, "bytes", o->bytes);
    member_close(out, '}');
    member_close(out, '}');
    member_close(out, ']');
}

/* Who may answer for it and since when it is open, each with what says so and how surely. */
static void enrichments(struct buf *out, const struct finding *f)
{
    if (!f->owners.len && !f->since.len)
        return;
    member_open(out, "enrichments", '[');
    for (size_t i = 0; i < f->owners.len; i++) {
        const struct attribution *a = &f->owners.at[i];
        member_open(out, NULL, '{');
        member_str(out, "name", "resources.owner");
        member_text(out, "value", a->who);
        member_str(out, "provider", a->how);
        member_open(out, "data", '{');
        member_str(out, "strength", strength_name(a->strength));
        member_close(out, '}');
        member_close(out, '}');
    }
    for (size_t i = 0; i < f->since.len; i++) {
        const struct since *s = &f->since.at[i];
        member_open(out, NULL, '{');
        member_str(out, "name", "finding_info.first_seen_time");
        member_time(out, "value", s->at_ms);
        member_str(out, "provider", s->source);
        member_open(out, "data", '{');
        member_str(out, "strength", strength_name(s->strength));
        member_text(out, "text", s->text);
        member_close(out, '}');
        member_close(out, '}');
    }
    member_close(out, ']');
}

static void status(struct buf *out, const struct finding *f, bool known)
{
    bool accepted = f->accepted_until_ms > 0;
    int64_t id = accepted ? OCSF_STATUS_SUPPRESSED : known ? OCSF_STATUS_IN_PROGRESS : OCSF_STATUS_NEW;
    member_i64(out, "status_id", id);
    member_str(out, "status", accepted ? "Suppressed" : known ? "In Progress" : "New");
    if (f->accepted_why.len)
        member_text(out, "comment", f->accepted_why);
}

static void event(const struct ocsf *x, const struct visit *v, const struct finding *f, struct buf *out)
{
    const struct observation *o = report_seen(v, f);
    int64_t at_ms = o && o->at_ms > 0 ? o->at_ms : x->run.started_ms;
    bool known = f->life.known && !f->life.is_new;
    int64_t activity = known ? OCSF_UPDATE : OCSF_CREATE;
    buf_byte(out, '{');
    member_i64(out, "category_uid", 2);
    member_str(out, "category_name", "Findings");
    member_i64(out, "class_uid", 2004);
    member_str(out, "class_name", "Detection Finding");
    member_i64(out, "activity_id", activity);
    member_str(out, "activity_name", known ? "Update" : "Create");
    member_i64(out, "type_uid", 200400 + activity);
    member_str(out, "type_name", known ? "Detection Finding: Update" : "Detection Finding: Create");
    member_i64(out, "time", at_ms);
    member_i64(out, "severity_id", severity_id(f->severity));
    member_str(out, "severity", severity_caption(f->severity));
    status(out, f, known);
    member_text(out, "message", f->why);
    metadata(x, out);
    finding_info(out, f, at_ms);
    enrichments(out, f);
    evidences(out, f);
    resource(out, f, o);
    member_open(out, "remediation", '{');
    member_lines(out, "desc", f->fix);
    member_close(out, '}');
    buf_str(out, "}\n");
}

static void visit(void *state, const struct visit *v, const struct finding *f, size_t findings,
                  struct buf *out)
{
    struct finding unknown;
    struct buf why;
    for (size_t i = 0; i < findings; i++)
        event(state, v, &f[i], out);
    buf_init(&why, UNKNOWN_WORDS_MAX);
    if (unknown_finding(v, &why, &unknown))
        event(state, v, &unknown, out);
    buf_release(&why);
}

static void end(void *state, const struct report_summary *s, struct buf *out)
{
    (void)state;
    (void)s;
    (void)out;
}

const struct report report_ocsf = {
    .name = "ocsf",
    .about = "OCSF Detection Findings, JSON Lines, for a SIEM",
    .state_size = sizeof(struct ocsf),
    .begin = begin,
    .visit = visit,
    .end = end,
};
