/* Moments are believed only between 1995 and the visit itself: a peer that claims another one has a
 * broken clock or lies. Each source gives at most one sentence. */
#include "owner/since.h"

#include "base/clock.h"

static const int64_t EARLIEST_MS = 788918400000; /* 1995-01-01 */
static const int64_t DAY_MS = 86400000;

struct telling {
    struct arena *arena;
    struct since at[SINCE_MAX];
    size_t len;
    int64_t seen_ms;
    bool full;
};

static bool believable(const struct telling *t, int64_t ms)
{
    return ms >= EARLIEST_MS && ms <= t->seen_ms;
}

static const char *day(int64_t ms, char text[static TIME_TEXT_MAX])
{
    time_text(ms, text);
    text[10] = '\0';
    return text;
}

static void tell(struct telling *t, const char *source, int64_t at_ms, enum strength strength,
                 const char *text)
{
    if (t->len == SINCE_MAX)
        return;
    t->at[t->len] = (struct since){ source, at_ms, strength, span_str(text) };
    if (text)
        t->len++;
    else
        t->full = true;
}

static bool fact_moment(const struct observation *o, const char *key, int64_t *ret)
{
    const struct fact *f = fact_get(o, key);
    if (!f || f->type != FACT_TIME)
        return false;
    *ret = f->number;
    return true;
}

/* ---- what is told of an earlier moment ---- */

static void from_process(struct telling *t, const struct observation *o)
{
    char text[TIME_TEXT_MAX];
    int64_t ms;
    if (!fact_moment(o, "started", &ms) || !believable(t, ms))
        return;
    tell(t, "process", ms, STRENGTH_LIKELY,
         arena_printf(t->arena,
                      "%s has run since %s, likely as open as it is now (process start, likely)",
                      o->product, day(ms, text)));
}

static void from_collections(struct telling *t, const struct observation *o)
{
    char text[TIME_TEXT_MAX];
    const struct collection *oldest = NULL;
    for (size_t i = 0; i < o->collections.len; i++) {
        const struct collection *c = &o->collections.at[i];
        if (believable(t, c->created_ms) && (!oldest || c->created_ms < oldest->created_ms))
            oldest = c;
    }
    if (!oldest)
        return;
    struct span name = span_first(oldest->name, SINCE_NAME_BYTES_MAX);
    char *made = arena_printf(
        t->arena, "its oldest collection, %.*s, was made on %s: the store holds data since then (collections, hint)",
        SPAN_FMT(name), day(oldest->created_ms, text));
    tell(t, "collections", oldest->created_ms, STRENGTH_HINT, made);
}

static void from_log(struct telling *t, const struct observation *c)
{
    char text[TIME_TEXT_MAX];
    int64_t ms;
    if (fact_moment(c, "ct.logged", &ms) && believable(t, ms))
        tell(t, "certificate log", ms, STRENGTH_HINT,
             arena_printf(t->arena, "this very certificate was logged on %s (certificate log, hint)",
                          day(ms, text)));
    else if (fact_moment(c, "ct.names_logged", &ms) && believable(t, ms))
        tell(t, "certificate log", ms, STRENGTH_HINT,
             arena_printf(t->arena,
                          "a certificate for its names was first logged on %s (certificate log, hint)",
                          day(ms, text)));
}

/* A certificate that nobody renewed was put there while it was good: between its two dates. */
static void from_certificate(struct telling *t, const struct observation *c)
{
    char text[TIME_TEXT_MAX];
    int64_t from, until;
    if (!fact_moment(c, "cert.not_before", &from) || !fact_moment(c, "cert.not_after", &until))
        return;
    bool expired = believable(t, until) && until < t->seen_ms && from < until;
    bool renewed = until / DAY_MS - from / DAY_MS <= SINCE_RENEWED_DAYS;
    if (expired)
        tell(t, "certificate", until, STRENGTH_HINT,
             arena_printf(t->arena,
                          "its certificate ran out on %s and was never renewed: nobody has looked after it since "
                          "(certificate, hint)",
                          day(until, text)));
    if (believable(t, from) && (expired || !renewed))
        tell(t, "certificate", from, STRENGTH_HINT,
             arena_printf(t->arena, "the certificate was put there no earlier than %s (certificate, hint)",
                          day(from, text)));
}

/* Somebody else reached it, and says nothing of a password. */
static void from_outside(struct telling *t, const struct observation *o)
{
    char text[TIME_TEXT_MAX];
    int64_t ms;
    if (fact_moment(o, "outside.first", &ms) && believable(t, ms))
        tell(t, SINCE_OUTSIDE, ms, STRENGTH_HINT,
             arena_printf(t->arena, "seen from outside since %s (%.*s, hint)", day(ms, text),
                          SPAN_FMT(span_first(fact_get_text(o, "outside.by"), SINCE_NAME_BYTES_MAX))));
}

/* ---- order ---- */

static bool stands_before(const struct since *a, const struct since *b)
{
    return a->strength != b->strength ? a->strength > b->strength : a->at_ms < b->at_ms;
}

static void sort(struct since *at, size_t len)
{
    for (size_t i = 1; i < len; i++)
        for (size_t k = i; k > 0 && stands_before(&at[k], &at[k - 1]); k--) {
            struct since moved = at[k];
            at[k] = at[k - 1];
            at[k - 1] = moved;
        }
}

bool since_judge(const struct visit *v, const struct observation *o, int64_t now_ms,
                 struct arena *a, struct finding *f)
{
    struct telling t = { .arena = a, .seen_ms = o->at_ms > 0 && o->at_ms < now_ms ? o->at_ms : now_ms };
    if (o->kind == KIND_TLS || (o->outcome != OUTCOME_OPEN && o->outcome != OUTCOME_PARTIAL))
        return true;
    from_outside(&t, o);
    from_process(&t, o);
    from_collections(&t, o);
    for (size_t i = 0; i < v->observations.len; i++)
        if (v->observations.at[i].kind == KIND_TLS) {
            from_certificate(&t, &v->observations.at[i]);
            from_log(&t, &v->observations.at[i]);
            break;
        }
    if (t.full)
        return false;
    sort(t.at, t.len);
    f->since.len = 0;
    for (size_t i = 0; i < t.len; i++) {
        struct since *slot = list_add(a, &f->since);
        if (!slot)
            return false;
        *slot = t.at[i];
    }
    return true;
}

bool since_add_history(struct finding *f, bool partial, struct arena *a)
{
    const char *open = partial ? "partly open" : "open";
    char opened[TIME_TEXT_MAX], first[TIME_TEXT_MAX];
    const struct finding_life *l = &f->life;
    if (!l->known || l->opened_ms <= 0)
        return true;
    day(l->opened_ms, opened);
    char *text = l->is_new ? arena_printf(a, "first seen %s on %s (own history, proven)", open, opened)
                 : l->reopened
                     ? arena_printf(a, "%s since at least %s, and once before: first on %s (own history, proven)",
                                    open, opened, day(l->first_ms, first))
                     : arena_printf(a, "%s since at least %s (own history, proven)", open, opened);
    struct since *slot = text ? list_add(a, &f->since) : NULL;
    if (!slot)
        return false;
    *slot = (struct since){ "own history", l->opened_ms, STRENGTH_PROVEN, span_str(text) };
    sort(f->since.at, f->since.len);
    return true;
}
