/* Two scans side by side. Their sightings lie in the order of the findings' numbers, so both are
 * walked once, in step, and nothing is held. */
#include <stdio.h>

#include "store/inside.h"
#include "store/pack.h"

static const char *const CHANGE_NAMES[] = {
    [CHANGE_NEW] = "new",
    [CHANGE_STILL] = "still",
    [CHANGE_CHANGED] = "changed",
    [CHANGE_FIXED] = "fixed",
    [CHANGE_NOT_SEEN] = "not-seen",
    [CHANGE_NOT_ASKED] = "not-asked",
};

const char *change_name(enum change c)
{
    return (unsigned)c < CHANGE_COUNT ? CHANGE_NAMES[c] : "unknown";
}

struct sighting {
    bool there;
    int64_t finding, severity, observation;
};

struct diffing {
    struct store *store;
    int64_t older, newer;
    int64_t version_key;
};

static struct sighting next_sighting(struct query *q)
{
    struct sighting at = { query_row(q), 0, 0, 0 };
    if (at.there)
        at = (struct sighting){ true, query_get(q, 0), query_get(q, 1), query_get(q, 2) };
    return at;
}

/* ---- gone ---- */

/* Copies a sentence of record/ending.h. */
static void put_what(struct stored_change *ret, struct span text)
{
    snprintf(ret->what, sizeof(ret->what), "%.*s", SPAN_FMT(span_first(text, sizeof(ret->what) - 1)));
}

/* Whether the finding was closed by proof between the two scans. */
static bool was_closed(struct diffing *d, int64_t finding, struct stored_change *ret)
{
    char text[ENDING_TEXT_MAX];
    struct query q = query(d->store, SQL_LIFE_CLOSED);
    query_int(&q, 1, finding);
    query_int(&q, 2, d->older);
    bool closed = query_row(&q) && !query_is_null(&q, 0) && query_get(&q, 0) <= d->newer;
    if (closed) {
        ret->proof = (enum proof)query_get(&q, 1);
        put_what(ret, proof_text(ret->proof, query_span(&q, 2), text));
    }
    query_end(&q);
    return closed;
}

/* Why it was not seen, as the finding knows it; where later scans have overwritten that, as the visit knows it. */
static void say_unseen(struct diffing *d, int64_t finding, struct span why, struct stored_change *ret)
{
    char text[ENDING_TEXT_MAX];
    struct query q = query(d->store, SQL_FINDING_UNSEEN_WHY);
    query_int(&q, 1, finding);
    query_int(&q, 2, d->older);
    query_int(&q, 3, d->newer);
    if (query_row(&q)) {
        ret->unseen = (enum unseen)query_get(&q, 0);
        put_what(ret, unseen_text(ret->unseen, query_span(&q, 1), text));
    } else {
        put_what(ret, why);
    }
    query_end(&q);
}

/* Seen in the older scan, not in the newer one: closed by proof, or only not seen. */
static void say_gone(struct diffing *d, int64_t finding, struct stored_change *ret)
{
    char why[WHY_MAX];
    ret->change = CHANGE_FIXED;
    if (was_closed(d, finding, ret))
        return;
    struct query q = query(d->store, SQL_VISIT_ASKED);
    query_int(&q, 1, finding);
    query_int(&q, 2, d->newer);
    query_int(&q, 3, STORED_SKIPPED);
    bool asked = query_row(&q);
    snprintf(why, sizeof(why), "%.*s", SPAN_FMT(span_first(query_span(&q, 0), sizeof(why) - 1)));
    query_end(&q);
    ret->change = asked ? CHANGE_NOT_SEEN : CHANGE_NOT_ASKED;
    if (asked)
        say_unseen(d, finding, span_str(why), ret);
}

static bool was_open_before(struct diffing *d, int64_t finding)
{
    struct query q = query(d->store, SQL_LIFE_OPEN_BEFORE);
    query_int(&q, 1, finding);
    query_int(&q, 2, d->newer);
    return query_value(&q, 0) != 0;
}

/* Whether what the newer scan saw had been open since before the older one, which did not see it: then the last scan
 * before that did is what it is compared with. */
static bool was_open_through(struct diffing *d, const struct sighting *after, struct sighting *ret)
{
    struct query q = query(d->store, SQL_LIFE_SINCE);
    query_int(&q, 1, after->finding);
    query_int(&q, 2, d->newer);
    int64_t since = query_value(&q, INT64_MAX);
    if (since > d->older)
        return false;
    *ret = *after;
    q = query(d->store, SQL_SIGHTING_BEFORE);
    query_int(&q, 1, after->finding);
    query_int(&q, 2, d->older);
    query_int(&q, 3, since);
    if (query_row(&q)) {
        ret->severity = query_get(&q, 0);
        ret->observation = query_get(&q, 1);
    }
    query_end(&q);
    return true;
}

/* ---- changed ---- */

struct looks {
    int64_t outcome, collections, records, bytes;
    uint8_t version[64];
    size_t version_len;
};

static void take_version(struct diffing *d, struct span packed, struct looks *ret)
{
    struct verdict bad;
    struct reader r = reader_over(&bad, packed);
    struct packed_fact f = { 0 };
    while (reader_more(&r) && f.key != d->version_key)
        unpack_fact(&r, &f);
    if (!reader_ok(&r) || f.key != d->version_key)
        return;
    f.text = span_first(f.text, sizeof(ret->version));
    ret->version_len = f.text.len;
    if (f.text.len)
        memcpy(ret->version, f.text.at, f.text.len);
}

static void look(struct diffing *d, int64_t observation, struct looks *ret)
{
    struct query q = query(d->store, SQL_OBSERVATION_LOOK);
    query_int(&q, 1, observation);
    *ret = (struct looks){ COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN, { 0 }, 0 };
    if (query_row(&q)) {
        *ret = (struct looks){
            query_get(&q, 0), query_get(&q, 1), query_get(&q, 2), query_get(&q, 3), { 0 }, 0
        };
        take_version(d, query_span(&q, 4), ret);
    }
    query_end(&q);
}

/* Counts of a live store move all the time; a tenth more records or less, or a quarter of the
 * bytes, is news. */
static bool moved(int64_t before, int64_t after, int64_t parts)
{
    if (before == after)
        return false;
    if (before < 0 || after < 0)
        return true;
    int64_t by = before > after ? before - after : after - before;
    return by > before / parts;
}

static void tell(char what[static ENDING_TEXT_MAX], const char *name, int64_t before, int64_t after)
{
    size_t n = strlen(what);
    if (before < 0 || after < 0)
        snprintf(what + n, ENDING_TEXT_MAX - n, "%s%s", n ? ", " : "", name);
    else
        snprintf(what + n, ENDING_TEXT_MAX - n, "%s%s %lld -> %lld", n ? ", " : "", name, (long long)before,
                 (long long)after);
}

static bool compare(struct diffing *d, const struct sighting *a, const struct sighting *b,
                    char what[static ENDING_TEXT_MAX])
{
    struct looks before, after;
    what[0] = '\0';
    if (a->severity != b->severity)
        snprintf(what, ENDING_TEXT_MAX, "severity %s -> %s", severity_name((enum severity)a->severity),
                 severity_name((enum severity)b->severity));
    if (a->observation != b->observation) {
        look(d, a->observation, &before);
        look(d, b->observation, &after);
        if (!span_eq(span_of(before.version, before.version_len),
                     span_of(after.version, after.version_len)))
            tell(what, "version", COUNT_UNKNOWN, COUNT_UNKNOWN);
        if (before.outcome != after.outcome)
            tell(what, "verdict", COUNT_UNKNOWN, COUNT_UNKNOWN);
        if (before.collections != after.collections)
            tell(what, "collections", before.collections, after.collections);
        if (moved(before.records, after.records, 10))
            tell(what, "records", before.records, after.records);
        if (moved(before.bytes, after.bytes, 4))
            tell(what, "bytes", before.bytes, after.bytes);
    }
    return what[0] != '\0';
}

/* ---- the walk ---- */

static void judge_pair(struct diffing *d, const struct sighting *a, const struct sighting *b,
                       struct stored_change *ret)
{
    bool in_a = a->there && (!b->there || a->finding <= b->finding);
    bool in_b = b->there && (!a->there || b->finding <= a->finding);
    const struct sighting *before = in_a ? a : b, *after = in_b ? b : a;
    struct sighting then;
    *ret = (struct stored_change){ .change = CHANGE_STILL,
                                   .finding = before->finding,
                                   .before = (enum severity)before->severity,
                                   .after = (enum severity)after->severity };
    if (in_a && in_b) {
        if ((a->observation != b->observation || a->severity != b->severity) &&
            compare(d, a, b, ret->what))
            ret->change = CHANGE_CHANGED;
    } else if (in_b && was_open_through(d, b, &then)) {
        ret->before = (enum severity)then.severity;
        if (compare(d, &then, b, ret->what))
            ret->change = CHANGE_CHANGED;
        else
            put_what(ret, SPAN("the older scan did not see it"));
    } else if (in_b) {
        ret->change = CHANGE_NEW;
        ret->reopened = was_open_before(d, b->finding);
    } else {
        say_gone(d, a->finding, ret);
    }
}

static int64_t word_number(struct store *s, const char *word)
{
    struct query q = query(s, SQL_WORD_FIND);
    query_text(&q, 1, span_str(word));
    return query_value(&q, 0);
}

bool store_diff(struct store *s, int64_t older, int64_t newer, bool with_still,
                bool (*each)(void *self, const struct stored_change *c), void *self,
                uint64_t counts[CHANGE_COUNT], struct error *e)
{
    struct diffing d = { s, older, newer, word_number(s, "version") };
    struct query qa = query(s, SQL_SIGHTINGS_OLDER), qb = query(s, SQL_SIGHTINGS_NEWER);
    uint64_t sums[CHANGE_COUNT] = { 0 };
    bool more = true;
    query_int(&qa, 1, older);
    query_int(&qb, 1, newer);
    struct sighting a = next_sighting(&qa), b = next_sighting(&qb);
    while (more && store_ok(s) && (a.there || b.there)) {
        struct stored_change c;
        judge_pair(&d, &a, &b, &c);
        sums[c.change]++;
        if (with_still || c.change != CHANGE_STILL)
            more = each(self, &c);
        bool step_a = a.there && (!b.there || a.finding <= b.finding);
        bool step_b = b.there && (!a.there || b.finding <= a.finding);
        if (step_a)
            a = next_sighting(&qa);
        if (step_b)
            b = next_sighting(&qb);
    }
    query_end(&qa);
    query_end(&qb);
    for (size_t i = 0; counts && i < CHANGE_COUNT; i++)
        counts[i] = sums[i];
    return store_told(s, e);
}
