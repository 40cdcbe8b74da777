/* What belongs together: endpoints that show one certificate, findings that one party answers for,
 * and fleets, which were found elsewhere (record/fleet.h). */
#include <stdlib.h>

#include "base/say.h"
#include "report/story.h"
#include "report/words.h"

static void add_place(struct story *s, struct story_places *p, const struct endpoint *e)
{
    char text[ENDPOINT_CALLED_MAX];
    if (p->count < STORY_PLACES_MAX)
        p->listed[p->count] = story_keep(s, span_str(endpoint_called(e, text)), sizeof(text));
    p->count++;
}

static int64_t moment(const struct observation *o, const char *key)
{
    const struct fact *f = fact_get(o, key);
    return f && f->type == FACT_TIME ? f->number : COUNT_UNKNOWN;
}

static bool is_set(const struct observation *o, const char *key)
{
    const struct fact *f = fact_get(o, key);
    return f && f->type == FACT_BOOL && f->number;
}

static void add_certificate(struct story *s, const struct visit *v, const struct observation *o)
{
    struct span hash = fact_get_text(o, "cert.sha256");
    if (!hash.len)
        hash = fact_get_text(o, "cert.subject");
    hash = span_first(hash, STORY_TEXT_MAX);
    struct story_certificate *c = table_get(&s->certificates_by_hash, hash);
    if (c) {
        add_place(s, &c->places, &v->endpoint);
        return;
    }
    c = ARENA_NEW(&s->arena, struct story_certificate);
    hash = arena_copy(&s->arena, hash);
    if (!c || !table_put(&s->certificates_by_hash, hash, c))
        return;
    struct story_certificate **slot = list_add(&s->arena, &s->certificates);
    if (!slot)
        return;
    *slot = c;
    c->subject = story_keep(s, fact_get_text(o, "cert.subject"), 300);
    c->issuer = story_keep(s, fact_get_text(o, "cert.issuer"), 300);
    c->names = story_keep(s, fact_get_text(o, "cert.names"), 600);
    c->key = story_keep(s, fact_get_text(o, "cert.key"), 60);
    c->not_after_ms = moment(o, "cert.not_after");
    c->self_signed = is_set(o, "cert.self_signed");
    add_place(s, &c->places, &v->endpoint);
}

void story_alike(struct story *s, const struct visit *v)
{
    if (s->depth != STORY_WHOLE)
        return;
    const struct observation *cert = report_certificate(v);
    if (cert)
        add_certificate(s, v, cert);
}

/* ---- owners ---- */

static struct story_party *new_party(struct story *s, const struct finding *f, struct span who)
{
    struct span key = arena_copy(&s->arena, who);
    struct story_party *p = key.len ? ARENA_NEW(&s->arena, struct story_party) : NULL;
    if (!p || !table_put(&s->parties_by_name, key, p))
        return NULL;
    struct story_party **slot = list_add(&s->arena, &s->parties);
    if (!slot)
        return NULL;
    *slot = p;
    p->who = story_keep(s, who, 200);
    p->how = f->owner.len ? SPAN_NONE : story_keep(s, span_str(say(f->owners.at[0].how)), 100);
    p->strength = f->owner.len ? STRENGTH_PROVEN : f->owners.at[0].strength;
    p->tier = story_keep(s, f->tier, 60);
    p->contact = story_keep(s, f->contact, 200);
    p->records = p->bytes = COUNT_UNKNOWN;
    return p;
}

struct story_party *story_party(struct story *s, const struct finding *f)
{
    struct span who = f->owner.len ? f->owner : f->owners.len ? f->owners.at[0].who : SPAN_NONE;
    who = span_first(who, STORY_TEXT_MAX);
    struct story_party *p = who.len ? table_get(&s->parties_by_name, who) : NULL;
    if (!p && who.len)
        p = new_party(s, f, who);
    if (!p) {
        s->ownerless++;
        return NULL;
    }
    p->findings++;
    p->worst = f->severity > p->worst ? f->severity : p->worst;
    return p;
}

/* ---- fleets ---- */

static void add_members(struct story *s, struct story_fleet *to, const struct fleet *f)
{
    size_t count = f->members.len < STORY_MEMBERS_MAX ? f->members.len : STORY_MEMBERS_MAX;
    char where[ENDPOINT_CALLED_MAX];
    to->members = count ? arena_array(&s->arena, count, sizeof(*to->members)) : NULL;
    for (size_t i = 0; to->members && i < count; i++) {
        const struct fleet_member *m = &f->members.at[i];
        struct story_member *kept = &to->members[to->member_count++];
        *kept = (struct story_member){
            .where = story_keep(s, span_str(endpoint_called(&m->endpoint, where)), STORY_TEXT_MAX),
            .what = story_what(s, m->product, m->version, NULL),
            .state = say(outcome_name(m->outcome)),
            .severity = (unsigned)m->severity <= SEVERITY_CRITICAL ? m->severity : SEVERITY_INFO,
            .records = m->records,
            .bytes = m->bytes,
        };
        memcpy(kept->worst, m->worst, sizeof(kept->worst) - 1);
    }
}

void story_fleets(void *story, const struct fleet *list, size_t count, struct buf *out)
{
    struct story *s = story;
    (void)out;
    for (size_t i = 0; i < count; i++) {
        const struct fleet *f = &list[i];
        struct story_fleet *to = s->fleets.len < STORY_FLEETS_MAX ? list_add(&s->arena, &s->fleets) : NULL;
        if (!to) {
            s->fleets_left++;
            continue;
        }
        *to = (struct story_fleet){
            .severity = (unsigned)f->severity <= SEVERITY_CRITICAL ? f->severity : SEVERITY_INFO,
            .score = f->score,
            .count = f->member_count,
            .open = f->open,
            .records = f->records,
            .bytes = f->bytes,
            .accepted_until_ms = f->accepted_until_ms > 0 ? f->accepted_until_ms : COUNT_UNKNOWN,
        };
        memcpy(to->fingerprint, f->fingerprint, sizeof(to->fingerprint) - 1);
        buf_reset(&s->scratch);
        words_fleet(&s->scratch, f, say);
        to->counts = arena_copy(&s->arena, buf_span(&s->scratch));
        buf_reset(&s->scratch);
        words_reasons(&s->scratch, f, FLEET_REASONS_MAX, say);
        to->reasons = arena_copy(&s->arena, buf_span(&s->scratch));
        add_members(s, to, f);
    }
}

/* ---- order ---- */

static int by_end(const void *left, const void *right)
{
    const struct story_certificate *a = *(struct story_certificate *const *)left;
    const struct story_certificate *b = *(struct story_certificate *const *)right;
    return a->not_after_ms < b->not_after_ms ? -1 : a->not_after_ms > b->not_after_ms;
}

static int by_work(const void *left, const void *right)
{
    const struct story_party *a = *(struct story_party *const *)left, *b = *(struct story_party *const *)right;
    unsigned first = tier_rank(a->tier), second = tier_rank(b->tier);
    if (a->worst != b->worst)
        return a->worst > b->worst ? -1 : 1;
    if (first != second)
        return first < second ? -1 : 1;
    if (!a->how.len != !b->how.len)
        return a->how.len ? 1 : -1;
    if (a->records != b->records)
        return a->records > b->records ? -1 : 1;
    return a->findings > b->findings ? -1 : a->findings < b->findings;
}

void story_sort_alike(struct story *s)
{
    if (s->certificates.len)
        qsort(s->certificates.at, s->certificates.len, sizeof(s->certificates.at[0]), by_end);
    if (s->parties.len)
        qsort(s->parties.at, s->parties.len, sizeof(s->parties.at[0]), by_work);
}
