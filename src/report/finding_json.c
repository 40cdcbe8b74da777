#include "report/finding_json.h"

void json_fact(struct json *j, const char *key, const struct fact *f)
{
    switch (f->type) {
    case FACT_TEXT:
        json_text(j, key, f->text);
        return;
    case FACT_NUMBER:
        json_i64(j, key, f->number);
        return;
    case FACT_BOOL:
        json_bool(j, key, f->number != 0);
        return;
    case FACT_TIME:
        json_time(j, key, f->number);
        return;
    }
    json_null(j, key);
}

void json_evidence(struct json *j, const struct finding *f)
{
    json_array(j, "evidence");
    for (size_t i = 0; i < f->evidence.len; i++) {
        const struct fact *fact = &f->evidence.at[i];
        json_object(j, NULL);
        json_str(j, "fact", fact->key);
        json_fact(j, "value", fact);
        json_text_or_null(j, "ask", span_str(fact->ask));
        json_bytes(j, "shows", span_first(fact->proof, PROOF_MAX));
        json_close(j);
    }
    json_close(j);
}

void json_life(struct json *j, const struct finding_view *v)
{
    const struct finding_life *l = &v->life;
    if (!l->known && v->accepted_until_ms <= 0)
        return;
    if (l->known) {
        if (v->judged)
            json_bool(j, "new", l->is_new);
        json_time(j, "first_seen", l->first_ms);
        json_time(j, "opened", l->opened_ms);
        json_known_time(j, "last_seen", v->at_ms);
        json_known_time(j, "closed", v->closed_ms);
        json_text_or_null(j, "proof", span_str(proof_name(v->proof)));
        json_text_or_null(j, "proof_detail", v->proof_detail);
        json_known_time(j, "not_seen_since", v->unseen == UNSEEN_NOT ? COUNT_UNKNOWN : v->at_ms);
        json_text_or_null(j, "not_seen", span_str(unseen_name(v->unseen)));
        json_text_or_null(j, "not_seen_detail", v->unseen_detail);
        json_u64(j, "reopened", l->reopened);
    }
    json_known_time(j, "accepted_until", v->accepted_until_ms > 0 ? v->accepted_until_ms : COUNT_UNKNOWN);
    json_text_or_null(j, "accepted_why", v->accepted_why);
}

static void owners(struct json *j, const struct finding *f)
{
    json_array(j, "owners");
    for (size_t i = 0; i < f->owners.len; i++) {
        json_object(j, NULL);
        json_text(j, "who", f->owners.at[i].who);
        json_str(j, "how", f->owners.at[i].how);
        json_str(j, "strength", strength_name(f->owners.at[i].strength));
        json_close(j);
    }
    json_close(j);
}

static void since(struct json *j, const struct finding *f)
{
    json_array(j, "since");
    for (size_t i = 0; i < f->since.len; i++) {
        json_object(j, NULL);
        json_time(j, "at", f->since.at[i].at_ms);
        json_str(j, "source", f->since.at[i].source);
        json_str(j, "strength", strength_name(f->since.at[i].strength));
        json_text(j, "text", f->since.at[i].text);
        json_close(j);
    }
    json_close(j);
}

void json_whose(struct json *j, const struct finding *f)
{
    json_text_if(j, "owner", f->owner);
    json_text_if(j, "tier", f->tier);
    json_text_if(j, "contact", f->contact);
    json_text_if(j, "tags", f->tags);
    if (f->owners.len)
        owners(j, f);
    if (f->since.len)
        since(j, f);
}

static void where(struct json *j, const struct endpoint *e)
{
    char text[ENDPOINT_TEXT_MAX], address[ADDRESS_TEXT_MAX];
    json_str(j, "endpoint", endpoint_text(e, text));
    json_str(j, "address", address_text(&e->address, address));
    json_u64(j, "port", e->port);
    json_text_or_null(j, "name", span_str(e->name));
    json_text_or_null(j, "path", span_str(e->path));
}

void json_finding(struct json *j, const struct finding_view *v)
{
    const struct finding *f = v->finding;
    json_str(j, "fingerprint", f->fingerprint);
    json_text(j, "rule", span_str(f->rule));
    json_str(j, "severity", severity_name(f->severity));
    where(j, &f->endpoint);
    json_text(j, "product", span_str(f->product));
    json_text_or_null(j, "version", f->version);
    json_text_or_null(j, "via", span_str(f->via));
    json_text(j, "title", span_str(f->title));
    json_text(j, "why", f->why);
    json_lines(j, "fix", f->fix);
    json_known(j, "records", v->records);
    json_known(j, "bytes", v->bytes);
    json_life(j, v);
    json_whose(j, f);
    if (v->judged)
        json_evidence(j, f);
}
