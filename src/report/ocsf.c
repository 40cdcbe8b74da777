/* OCSF 1.5 Detection Finding (class 2004), JSON Lines: one event a finding, for data lakes and SIEMs;
 * what a scan proved closed is told once, as the activity Close. Times are milliseconds since 1970
 * (OCSF timestamp_t). */
#include <stdio.h>

#include "report/finding_json.h"
#include "report/formats.h"
#include "report/words.h"

enum { OCSF_CREATE = 1, OCSF_UPDATE = 2, OCSF_CLOSE = 3, OCSF_STATUS_NEW = 1, OCSF_STATUS_IN_PROGRESS = 2,
       OCSF_STATUS_SUPPRESSED = 3, OCSF_STATUS_RESOLVED = 4 };

enum { STATUS_BYTES_MAX = 4096 };

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

static void metadata(const struct ocsf *x, struct json *j)
{
    json_object(j, "metadata");
    json_str(j, "version", "1.5.0");
    json_object(j, "product");
    json_str(j, "name", "Ajar");
    json_str(j, "vendor_name", "Ajar");
    json_str(j, "version", x->run.ajar_version);
    json_close(j);
    json_close(j);
}

static void finding_info(struct json *j, const struct finding_view *v, int64_t at_ms)
{
    const struct finding *f = v->finding;
    json_object(j, "finding_info");
    json_str(j, "uid", f->fingerprint);
    json_str(j, "title", f->title);
    json_text(j, "desc", f->why);
    json_i64(j, "created_time", v->life.known ? v->life.opened_ms : at_ms);
    json_i64(j, "first_seen_time", v->life.known ? v->life.first_ms : at_ms);
    json_i64(j, "last_seen_time", at_ms);
    if (!v->open)
        json_i64(j, "modified_time", v->closed_ms);
    json_array(j, "types");
    json_str(j, NULL, "Exposure");
    json_close(j);
    json_object(j, "analytic");
    json_str(j, "uid", f->rule);
    json_str(j, "name", f->rule);
    json_i64(j, "type_id", 1);
    json_str(j, "type", "Rule");
    json_close(j);
    json_close(j);
}

static void evidences(struct json *j, const struct finding *f)
{
    char address[ADDRESS_TEXT_MAX];
    json_array(j, "evidences");
    json_object(j, NULL);
    json_object(j, "dst_endpoint");
    json_str(j, "ip", address_text(&f->endpoint.address, address));
    json_i64(j, "port", f->endpoint.port);
    json_str(j, "hostname", f->endpoint.name);
    json_str(j, "svc_name", f->product);
    json_close(j);
    json_object(j, "data");
    for (size_t i = 0; i < f->evidence.len; i++)
        if (fact_key_ok(span_str(f->evidence.at[i].key)))
            json_fact(j, f->evidence.at[i].key, &f->evidence.at[i]);
    json_close(j);
    json_close(j);
    json_close(j);
}

static void resource(struct json *j, const struct finding_view *v)
{
    const struct finding *f = v->finding;
    char where[ENDPOINT_TEXT_MAX], name[ENDPOINT_NAME_MAX + ENDPOINT_PATH_MAX];
    json_array(j, "resources");
    json_object(j, NULL);
    json_str(j, "uid", endpoint_text(&f->endpoint, where));
    snprintf(name, sizeof(name), "%s%s", f->endpoint.name ? f->endpoint.name : where,
             f->endpoint.path ? f->endpoint.path : "");
    json_str(j, "name", name);
    json_str(j, "type", v->seen ? kind_name(v->seen->kind) : "service");
    json_text_if(j, "version", f->version);
    json_text_if(j, "criticality", f->tier);
    json_object(j, "data");
    json_text_if(j, "owner", f->owner);
    json_text_if(j, "contact", f->contact);
    json_str(j, "product", f->product);
    json_str(j, "via", f->via);
    json_str(j, "verdict", v->verdict);
    if (v->collections >= 0)
        json_i64(j, "collections", v->collections);
    if (v->records >= 0)
        json_i64(j, "records", v->records);
    if (v->bytes >= 0)
        json_i64(j, "bytes", v->bytes);
    json_close(j);
    json_close(j);
    json_close(j);
}

/* Who may answer for it and since when it is open, each with what says so and how surely. */
static void enrichments(struct json *j, const struct finding *f)
{
    if (!f->owners.len && !f->since.len)
        return;
    json_array(j, "enrichments");
    for (size_t i = 0; i < f->owners.len; i++) {
        const struct attribution *a = &f->owners.at[i];
        json_object(j, NULL);
        json_str(j, "name", "resources.owner");
        json_text(j, "value", a->who);
        json_str(j, "provider", a->how);
        json_object(j, "data");
        json_str(j, "strength", strength_name(a->strength));
        json_close(j);
        json_close(j);
    }
    for (size_t i = 0; i < f->since.len; i++) {
        const struct since *s = &f->since.at[i];
        json_object(j, NULL);
        json_str(j, "name", "finding_info.first_seen_time");
        json_time(j, "value", s->at_ms);
        json_str(j, "provider", s->source);
        json_object(j, "data");
        json_str(j, "strength", strength_name(s->strength));
        json_text(j, "text", s->text);
        json_close(j);
        json_close(j);
    }
    json_close(j);
}

static const char *activity_name(int64_t activity)
{
    return activity == OCSF_CLOSE ? "Close" : activity == OCSF_UPDATE ? "Update" : "Create";
}

static void activity(struct json *j, int64_t id)
{
    char type[64];
    snprintf(type, sizeof(type), "Detection Finding: %s", activity_name(id));
    json_i64(j, "activity_id", id);
    json_str(j, "activity_name", activity_name(id));
    json_i64(j, "type_uid", 200400 + id);
    json_str(j, "type_name", type);
}

static void status(struct json *j, const struct finding_view *v, bool known)
{
    static const char *const NAMES[] = { [OCSF_STATUS_NEW] = "New", [OCSF_STATUS_IN_PROGRESS] = "In Progress",
                                         [OCSF_STATUS_SUPPRESSED] = "Suppressed", [OCSF_STATUS_RESOLVED] = "Resolved" };
    int64_t id = !v->open                   ? OCSF_STATUS_RESOLVED
                 : v->accepted_until_ms > 0 ? OCSF_STATUS_SUPPRESSED
                 : known                    ? OCSF_STATUS_IN_PROGRESS
                                            : OCSF_STATUS_NEW;
    json_i64(j, "status_id", id);
    json_str(j, "status", NAMES[id]);
    if (!v->open) {
        struct buf how;
        buf_init(&how, STATUS_BYTES_MAX);
        words_closed(&how, v, in_english);
        json_text(j, "status_detail", buf_span(&how));
        buf_release(&how);
    }
    char text[UNSEEN_WORDS_MAX];
    json_text_if(j, "comment", v->accepted_why.len ? v->accepted_why : words_unseen(&v->life, text, in_english));
}

static void event(const struct ocsf *x, const struct finding_view *v, struct buf *out)
{
    const struct finding *f = v->finding;
    int64_t seen_ms = v->at_ms > 0 ? v->at_ms : x->run.started_ms;
    bool known = v->life.known && !v->life.is_new;
    struct json line = json_visible_over(out), *j = &line;
    json_object(j, NULL);
    json_i64(j, "category_uid", 2);
    json_str(j, "category_name", "Findings");
    json_i64(j, "class_uid", 2004);
    json_str(j, "class_name", "Detection Finding");
    activity(j, !v->open ? OCSF_CLOSE : known ? OCSF_UPDATE : OCSF_CREATE);
    json_i64(j, "time", v->open ? seen_ms : v->closed_ms);
    json_i64(j, "severity_id", severity_id(f->severity));
    json_str(j, "severity", severity_caption(f->severity));
    status(j, v, known);
    json_text(j, "message", f->why);
    metadata(x, j);
    finding_info(j, v, seen_ms);
    enrichments(j, f);
    evidences(j, f);
    resource(j, v);
    json_object(j, "remediation");
    json_lines(j, "desc", f->fix);
    json_close(j);
    json_line(j);
}

static void visit(void *state, const struct visit *v, const struct finding_view *f, size_t findings,
                  struct buf *out)
{
    (void)v;
    for (size_t i = 0; i < findings; i++)
        event(state, &f[i], out);
}

static void closed(void *state, const struct finding_view *f, struct buf *out)
{
    event(state, f, out);
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
    .with_unknown = true,
    .visit = visit,
    .closed = closed,
    .end = end,
};
