/* What a conversation that broke off may still claim, beside what the whole one proved. */
#ifndef AJAR_TEST_CLAIMS_H
#define AJAR_TEST_CLAIMS_H

#include <stdio.h>
#include <string.h>

#include "probe/probe.h"
#include "wire/tape.h"

/* Facts that only a broken conversation states: they say that something is missing, or odd about it. */
static const char *const CLAIMS_OF_LACK[] = { "counts.partial", "http.cut", "http.odd", "unasked", "left.unasked", NULL };
/* Facts that count or list: of what broke off there may be fewer. */
static const char *const CLAIMS_OF_NUMBER[] = { "fields.count", "collections.system", NULL };
static const char *const CLAIMS_OF_LIST[] = { "fields", "left.asked", NULL };
/* Products that stand for whatever was not told apart. */
static const char *const CLAIMS_IN_GENERAL[] = { "web", "unknown", "tls-service", NULL };

static bool claims_listed(const char *const *list, const char *word)
{
    while (*list && strcmp(*list, word) != 0)
        list++;
    return *list != NULL;
}

/* Whether the tape says that what is told of this moves. */
static bool claims_vary(const struct tape *t, const char *word)
{
    for (size_t i = 0; i < t->varying.len; i++)
        if (span_is(t->varying.at[i], word))
            return true;
    return false;
}

static bool claims_same_via(const struct observation *a, const struct observation *b)
{
    return a->via && b->via ? strcmp(a->via, b->via) == 0 : !a->via && !b->via;
}

/* What the whole conversation says of the same service: by product, else by place; NULL: nothing. */
static const struct observation *claims_whole_of(const struct visit *whole, const struct observation *o)
{
    const struct observation *same = NULL;
    for (size_t i = 0; i < whole->observations.len; i++) {
        const struct observation *w = &whole->observations.at[i];
        if (w->outcome == OUTCOME_NOT_MINE || !claims_same_via(w, o) || (w->kind == KIND_TLS) != (o->kind == KIND_TLS))
            continue;
        if (strcmp(w->product, o->product) == 0)
            return w;
        same = same ? same : w;
    }
    return same;
}

/* A version of fewer parts is the same one, less closely told: "26.9" of "26.9.2.1". */
static bool claims_same_version(const struct fact *a, const struct fact *b)
{
    return strcmp(a->key, "version") == 0 && a->text.len && a->text.len < b->text.len && span_starts(b->text, a->text) &&
           b->text.at[a->text.len] == '.';
}

/* Whether each word of a list "a, b" stands in another. */
static bool claims_are_among(struct span some, struct span all)
{
    while (some.len) {
        struct span word = span_trim(span_cut(&some, ',')), rest = all;
        bool found = false;
        while (rest.len && !found)
            found = span_eq(span_trim(span_cut(&rest, ',')), word);
        if (!found)
            return false;
    }
    return true;
}

/* Whether broken `a` of `o` counts or lists a part of what whole `b` does, and `o` says that something is missing. */
static bool claims_part_of(const struct observation *o, const struct fact *a, const struct fact *b)
{
    if (!fact_get(o, "counts.partial") && !fact_get(o, "http.cut") && !fact_get(o, "left.unasked"))
        return false;
    if (claims_listed(CLAIMS_OF_LIST, a->key))
        return a->type == FACT_TEXT && b->type == FACT_TEXT && claims_are_among(a->text, b->text);
    return claims_listed(CLAIMS_OF_NUMBER, a->key) && a->type == FACT_NUMBER && b->type == FACT_NUMBER &&
           a->number >= 0 && a->number <= b->number;
}

/* Whether broken `a` says what whole `b` does. */
static bool claims_same_fact(const struct fact *a, const struct fact *b)
{
    if (a->type == FACT_TEXT && b->type == FACT_TEXT && claims_same_version(a, b))
        return true;
    return a->type == b->type && (a->type == FACT_TEXT ? span_eq(a->text, b->text) : a->number == b->number);
}

/* The verdict: the whole one, or less. Locked where the whole is partial: what tells was not reached. */
static bool claims_outcome_ok(enum outcome broken, enum outcome whole)
{
    return broken == whole || broken == OUTCOME_UNCLEAR || broken == OUTCOME_IDENTIFIED ||
           (broken == OUTCOME_LOCKED && whole == OUTCOME_PARTIAL);
}

static const char *claims_of_counts(const struct tape *t, const struct observation *o, const struct observation *w,
                                    char why[static 512])
{
    const struct {
        const char *what;
        int64_t broken, whole;
    } COUNTS[] = { { "collections", o->collection_count, w->collection_count },
                   { "records", o->records, w->records },
                   { "bytes", o->bytes, w->bytes } };
    bool partial = fact_get(o, "counts.partial");
    for (size_t i = 0; i < 3; i++) {
        int64_t broken = COUNTS[i].broken, all = COUNTS[i].whole;
        if (broken == COUNT_UNKNOWN || broken == all || claims_vary(t, COUNTS[i].what) || (broken >= 0 && partial && (broken < all || all == COUNT_UNKNOWN)))
            continue;
        snprintf(why, 512, "%s are %lld, %lld in the whole%s", COUNTS[i].what, (long long)broken, (long long)all,
                 partial ? "" : ", and counts.partial is not said");
        return why;
    }
    return NULL;
}

static const char *claims_of_facts(const struct tape *t, const struct observation *o, const struct observation *w,
                                   char why[static 512])
{
    for (size_t i = 0; i < o->facts.len; i++) {
        const struct fact *f = &o->facts.at[i], *of_whole = fact_get(w, f->key);
        if (claims_listed(CLAIMS_OF_LACK, f->key) || claims_vary(t, f->key) ||
            (of_whole && (claims_same_fact(f, of_whole) || claims_part_of(o, f, of_whole))))
            continue;
        snprintf(why, 512, "fact %s (%.*s %lld) is not the whole's (%s%.*s %lld)", f->key, SPAN_FMT(span_first(f->text, 60)),
                 (long long)f->number, of_whole ? "" : "none ", SPAN_FMT(of_whole ? span_first(of_whole->text, 60) : SPAN_NONE),
                 of_whole ? (long long)of_whole->number : 0LL);
        return why;
    }
    return NULL;
}

/* Bounds that hold whatever the peer said. */
static const char *claims_out_of_bounds(const struct visit *v)
{
    for (size_t i = 0; i < v->observations.len; i++) {
        const struct observation *o = &v->observations.at[i];
        if (o->records < COUNT_UNKNOWN || o->bytes < COUNT_UNKNOWN || o->collection_count < COUNT_UNKNOWN)
            return "a negative count";
        if (o->facts.len > FACTS_MAX || o->collections.len > COLLECTIONS_LISTED_MAX)
            return "more facts or collections than a visit may have";
        if (!o->product || !fact_key_ok(span_str(o->product)))
            return "a product that is no word";
    }
    return NULL;
}

/* Whether `word` is how a probe names what it has not told apart yet, the product among it. */
static bool claims_base_of(const char *word, const char *product)
{
    const struct probe *p = probe_by_name(span_str(word));
    return p && claims_listed(p->products, product);
}

/* Why the broken visit claims what the whole one denies, or NULL. */
static const char *claims_compare(const struct tape *t, const struct visit *whole, const struct visit *broken,
                                  char why[static 512])
{
    for (size_t i = 0; i < broken->observations.len; i++) {
        const struct observation *o = &broken->observations.at[i], *w;
        if (o->outcome == OUTCOME_NOT_MINE)
            continue;
        bool general = claims_listed(CLAIMS_IN_GENERAL, o->product);
        w = claims_whole_of(whole, o);
        if (general && !w)
            continue;
        if (!w || (strcmp(w->product, o->product) != 0 && !general && !claims_base_of(o->product, w->product))) {
            snprintf(why, 512, "the product %s is not the whole's (%s)", o->product, w ? w->product : "none");
            return why;
        }
        if (!claims_outcome_ok(o->outcome, w->outcome)) {
            snprintf(why, 512, "%s is %s, %s in the whole", o->product, outcome_name(o->outcome), outcome_name(w->outcome));
            return why;
        }
        const char *wrong = general ? NULL : claims_of_facts(t, o, w, why);
        if (!wrong && !(wrong = claims_of_counts(t, o, w, why)))
            continue;
        return wrong;
    }
    return NULL;
}

/* Why two visits that read the same bytes differ, or NULL. */
static const char *claims_differ(const struct tape *t, const struct visit *a, const struct visit *b, char why[static 512])
{
    if (a->observations.len != b->observations.len)
        return "another number of observations";
    for (size_t i = 0; i < a->observations.len; i++) {
        const struct observation *x = &a->observations.at[i], *y = &b->observations.at[i];
        if (strcmp(x->product, y->product) != 0 || x->outcome != y->outcome || x->facts.len != y->facts.len ||
            x->collections.len != y->collections.len || x->records != y->records || x->bytes != y->bytes ||
            x->collection_count != y->collection_count)
            return "product, verdict, counts or the number of facts differ";
        const char *wrong = claims_of_facts(t, y, x, why);
        if (wrong)
            return wrong;
    }
    return NULL;
}

#endif
