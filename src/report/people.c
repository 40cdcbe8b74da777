/* Kinds are told apart by their names and by how they are known. The same people may stand in several
 * stores: the lower end of how many persons is that of the largest, the upper end the sum. */
#include "report/people.h"

#include <limits.h>
#include <stdlib.h>

#include "base/say.h"
#include "report/words.h"
#include "text/amount.h"
#include "text/escape.h"

enum { PERSONS_MAX = 160 };

static const unsigned SAMPLED = UINT_MAX; /* instead of a rank */

static struct people_kind *kind_of(struct people *p, struct span name, unsigned rank, struct arena *a)
{
    bool sampled = rank == SAMPLED;
    for (size_t i = 0; i < p->count; i++)
        if (p->kinds[i].sampled == sampled && span_eq(p->kinds[i].name, name))
            return &p->kinds[i];
    struct span kept = p->count < PEOPLE_KINDS_MAX ? arena_copy(a, name) : SPAN_NONE;
    if (!kept.len) {
        p->left = true;
        return NULL;
    }
    struct people_kind *k = &p->kinds[p->count++];
    *k = (struct people_kind){ .name = kept, .sampled = sampled, .rank = rank, .first = p->count,
                               .records = COUNT_UNKNOWN, .persons_low = COUNT_UNKNOWN, .persons_high = COUNT_UNKNOWN };
    return k;
}

static int64_t number(const struct observation *o, const char *key)
{
    const struct fact *f = fact_get(o, key);
    return f && f->type == FACT_NUMBER && f->number >= 0 ? f->number : COUNT_UNKNOWN;
}

static void count_persons(struct people_kind *k, const struct observation *o)
{
    int64_t low = number(o, "sample.personal.persons.low"), high = number(o, "sample.personal.persons.high");
    if (low < 0)
        return;
    k->persons_low = low > k->persons_low ? low : k->persons_low;
    k->persons_high = count_sum(k->persons_high, high);
    k->persons_unbounded += high < 0;
}

/* What the scratch holds, in the reader's language. */
static struct span said(struct buf *scratch, struct arena *a)
{
    struct span english = arena_copy(a, buf_span(scratch));
    buf_reset(scratch);
    say_made(scratch, NULL, english);
    return buf_span(scratch);
}

/* "resident ID number (China), e-mail address", each once. Whether there was one. */
static bool see_list(struct people *p, const struct observation *o, const char *key, unsigned rank, struct arena *a,
                     struct buf *scratch)
{
    struct span names = fact_get_text(o, key);
    bool any = false;
    for (size_t i = 0; names.len; i++) {
        struct span name = span_trim(span_cut(&names, ','));
        if (i == PEOPLE_EACH_MAX) {
            p->left = true;
            break;
        }
        if (!name.len)
            continue;
        any = true;
        buf_reset(scratch);
        escape_tty(scratch, span_first(name, PEOPLE_TEXT_MAX));
        buf_str(scratch, name.len > PEOPLE_TEXT_MAX ? "..." : "");
        struct people_kind *k = kind_of(p, said(scratch, a), rank, a);
        if (!k || k->turn == p->turns)
            continue;
        k->turn = p->turns;
        k->services++;
        k->records = count_sum(k->records, o->records);
        if (k->sampled)
            count_persons(k, o);
    }
    return any;
}

void people_see(struct people *p, const struct observation *o, struct arena *a, struct buf *scratch)
{
    static const char *const KEYS[] = { "personal.justice", "personal.health",   "personal.identity",
                                        "personal.finance", "personal.contact",  "personal.location",
                                        "personal.attribute" }; /* worst first */
    bool told = false;
    if (o->outcome != OUTCOME_OPEN)
        return;
    p->turns++;
    for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++)
        told |= see_list(p, o, KEYS[i], (unsigned)i, a, scratch);
    p->told += told;
    p->sampled += see_list(p, o, "sample.personal", SAMPLED, a, scratch);
    p->drawn += number(o, "sample.records") > 0;
}

/* The most services first, then what is surer, then what is worse, then what was named first: samples
 * name the likeliest first. */
static int by_services(const void *left, const void *right)
{
    const struct people_kind *a = left, *b = right;
    if (a->services != b->services)
        return a->services > b->services ? -1 : 1;
    if (a->sampled != b->sampled)
        return a->sampled ? -1 : 1;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    return a->first < b->first ? -1 : a->first > b->first;
}

void people_sort(struct people *p)
{
    qsort(p->kinds, p->count, sizeof(p->kinds[0]), by_services);
}

/* ---- in words ---- */

static void put_kinds(const struct people *p, bool sampled, void (*put)(struct buf *, struct span), struct buf *out)
{
    size_t shown = 0, more = 0;
    for (size_t i = 0; i < p->count; i++) {
        if (p->kinds[i].sampled != sampled)
            continue;
        if (shown == PEOPLE_LEAD_MAX) {
            more++;
            continue;
        }
        buf_str(out, shown++ ? _(", ") : _(": "));
        put(out, p->kinds[i].name);
    }
    if (p->left)
        buf_str(out, _(" and more kinds"));
    else if (more)
        buf_printf(out, say_many(" and %s more kind", " and %s more kinds", more), COUNTED(more));
}

static void put_interval(struct buf *out, int64_t low, int64_t high)
{
    if (low < 0)
        return;
    if (high < 0)
        buf_printf(out, _("at least %s"), COUNTED((uint64_t)low));
    else if (high > low)
        buf_printf(out, _("%s to %s"), COUNTED((uint64_t)low), COUNTED((uint64_t)high));
    else
        put_count(out, (uint64_t)low);
}

void people_persons(const struct people_kind *k, struct buf *out)
{
    put_interval(out, k->persons_low, k->persons_unbounded ? COUNT_UNKNOWN : k->persons_high);
}

/* Of all sampled services the kind with the most persons speaks: others may be the same people. */
static const struct people_kind *most_persons(const struct people *p)
{
    const struct people_kind *most = NULL;
    for (size_t i = 0; i < p->count; i++) {
        const struct people_kind *k = &p->kinds[i];
        if (k->persons_low > 0 && (!most || k->persons_low > most->persons_low ||
                                   (k->persons_low == most->persons_low && k->persons_high > most->persons_high)))
            most = k;
    }
    return most;
}

void people_lead(const struct people *p, uint64_t open, void (*put)(struct buf *, struct span), struct buf *out)
{
    const struct people_kind *most = most_persons(p);
    if (p->told) {
        if (open > 1)
            buf_printf(out, say_many("%s holds fields of personal data", "%s hold fields of personal data", p->told),
                       COUNTED(p->told));
        else
            buf_str(out, _("It holds fields of personal data"));
        put_kinds(p, false, put, out);
        buf_str(out, _(". "));
    }
    if (!p->sampled)
        return;
    if (open > 1)
        buf_printf(out, say_many("A random sample of records confirmed personal data in %s service",
                                 "A random sample of records confirmed personal data in %s services", p->sampled),
                   COUNTED(p->sampled));
    else
        buf_str(out, _("A random sample of records confirmed personal data"));
    put_kinds(p, true, put, out);
    if (most) {
        char text[PERSONS_MAX];
        struct buf many = { .at = (uint8_t *)text, .cap = sizeof(text), .max = sizeof(text) };
        people_persons(most, &many);
        bool one = most->persons_low == 1 && most->persons_high <= 1;
        buf_printf(out, one ? _("; of %.*s person") : _("; of %.*s persons"), SPAN_FMT(buf_span(&many)));
    }
    buf_str(out, _(". "));
}

const char *people_how(const struct people_kind *k)
{
    return k->sampled ? _("random sample") : _("names of fields");
}

const char *people_conduct(const struct people *p)
{
    return p->drawn ? _("no record was read but the random sample of what is marked as owned")
                    : _("no record was read");
}
