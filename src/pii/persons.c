/* Counting persons.
 *
 * A national number is one person's, a mailbox or a telephone mostly; the same value in two fields is the same
 * person's, which the samples tell exactly, since they keep values by their hash. Whether another type's values
 * are of the same persons is not known, and the interval says so. Names tell less: those of one record, with its
 * birth date, are taken together, and people of one name stay apart only by their records. */
#include <math.h>

#include "pii/verdict.h"

/* What a type counts, best first. */
enum rank { RANK_NONE, RANK_NAME, RANK_PHONE, RANK_MAIL, RANK_MOBILE, RANK_ID };

/* A mailbox or a telephone more for each person is usual. */
static const double CONTACTS_EACH = 2;

static enum rank rank_of(const struct detectors *d, unsigned type)
{
    switch (type) {
    case PII_CN_NAME:
    case PII_PERSON_NAME:
        return RANK_NAME;
    case PII_PHONE:
        return RANK_PHONE;
    case PII_EMAIL:
        return RANK_MAIL;
    case PII_CN_MOBILE:
        return RANK_MOBILE;
    case PII_CN_PLATE:
        return RANK_NONE;
    default:
        return detectors_category(d, type) == IDENTITY ? RANK_ID : RANK_NONE;
    }
}

/* Distinct values over all fields of a type. */
struct count {
    struct sample values;
    uint16_t field; /* that has most of them */
    uint32_t most;
    uint16_t parent; /* of all these fields, or FIELD_NONE where there are several */
    bool any;
};

struct counting {
    const struct profile *p;
    struct sample_budget budget;
    struct count of[PII_TYPES_MAX];
    uint16_t name_field;
    size_t names; /* fields with names of people */
    bool births;
};

static void count_field(struct counting *c, uint16_t field, const struct verdict *v)
{
    const struct field *f = c->p->fields[field];
    const struct sample *s = v->in_text ? &f->tokens : &f->distinct;
    bool form = !v->in_text && v->passed == v->shaped && v->type == PII_PHONE;
    struct count *count = &c->of[v->type];
    struct sample kept = { .level = s->level };
    for (uint32_t i = 0; i < s->used; i++) {
        const struct sample_entry *e = &s->at[i];
        bool good = pii_has(e->pass, v->type) || (form && pii_has(e->shape, v->type)), is_new;
        if (good && !(e->flags & SAMPLE_ROLE))
            (void)sample_add(&kept, &c->budget, e->hash, &is_new);
    }
    if (!count->any || kept.used > count->most) {
        count->field = field;
        count->most = kept.used;
    }
    count->parent = !count->any || count->parent == f->parent ? f->parent : FIELD_NONE;
    count->any = true;
    sample_merge(&count->values, &c->budget, &kept);
    sample_release(&kept, &c->budget);
}

static void note_name(struct counting *c, uint16_t field, unsigned type)
{
    bool part = pii_has(c->p->fields[field]->hint.sure, type);
    if (c->names++ == 0 || !part)
        c->name_field = field;
}

static void collect(struct counting *c)
{
    for (size_t i = 0; i < c->p->field_count; i++) {
        struct verdict v[VERDICTS_PER_FIELD_MAX];
        size_t count = c->p->fields[i]->folded ? 0 : verdict_field(c->p, (uint16_t)i, v);
        for (size_t k = 0; k < count; k++) {
            if (v[k].state != VERDICT_CONFIRMED || v[k].test_data)
                continue;
            enum rank rank = rank_of(c->p->d, v[k].type);
            c->births = c->births || v[k].type == PII_BIRTH_DATE;
            if (rank == RANK_NAME)
                note_name(c, (uint16_t)i, v[k].type);
            else if (rank > RANK_NAME)
                count_field(c, (uint16_t)i, &v[k]);
        }
    }
}

/* How many values a sample stands for, and the ends of its 95 % interval. */
static double estimate(const struct sample *s, double *ret_low, double *ret_high)
{
    double scale = ldexp(1.0, (int)s->level), k = s->used, width = s->level ? 1.96 * sqrt(k) : 0;
    *ret_low = (k - width) * scale;
    *ret_high = (k + width) * scale;
    return k * scale;
}

/* By numbers, mailboxes and telephones. */
static bool by_values(const struct counting *c, struct persons *ret)
{
    enum rank best = RANK_NONE;
    double low, high;
    for (unsigned type = 0; type < PII_TYPES_MAX; type++) {
        if (!c->of[type].any)
            continue;
        enum rank rank = rank_of(c->p->d, type);
        double count = estimate(&c->of[type].values, &low, &high);
        if (rank < best || (rank == best && count <= ret->estimate))
            continue;
        best = rank;
        *ret = (struct persons){ c->of[type].field, type, low, count, high };
    }
    if (best == RANK_NONE)
        return false;
    const uint16_t parent = c->of[ret->type].parent;
    double sure = ret->low, most = ret->high, elsewhere = 0;
    for (unsigned type = 0; type < PII_TYPES_MAX; type++) {
        const struct count *other = &c->of[type];
        if (!other->any || type == ret->type)
            continue;
        (void)estimate(&other->values, &low, &high);
        double each = rank_of(c->p->d, type) == RANK_ID ? 1 : CONTACTS_EACH;
        sure = low / each > sure ? low / each : sure;
        /* In the same records they are of the same persons, or of some that have no other; elsewhere of
         * who knows whom. */
        if (other->parent == parent && parent != FIELD_NONE)
            most = high > most ? high : most;
        else
            elsewhere = high > elsewhere ? high : elsewhere;
    }
    ret->low = sure;
    ret->high = most + elsewhere;
    return true;
}

/* By names and birth dates of a record together. */
static bool by_names(const struct counting *c, struct persons *ret)
{
    const struct profile *p = c->p;
    double low, high, looked = (double)p->people_records;
    if (c->names == 0)
        return false;
    *ret = (struct persons){ .field = c->name_field, .type = PII_PERSON_NAME };
    if (looked <= 0) { /* names in text or outside records */
        ret->low = p->fields[c->name_field]->distinct.used;
        ret->high = (double)p->fields[c->name_field]->values;
        return ret->high >= ret->low;
    }
    double distinct = estimate(&p->people, &low, &high), again = looked - distinct;
    double all = looked / (double)p->deep_records * (double)p->records;
    ret->high = all;
    ret->low = distinct;
    /* Where next to none came again among those that were looked at, few do among all. */
    if (again * 50 <= looked) {
        double pairs = again + 3 + 2 * sqrt(again > 0 ? again : 0);
        double least = looked * looked / (2 * pairs), most = all * distinct / looked;
        ret->low = least > most ? most : least > distinct ? least : distinct;
    } else if (c->births) {
        ret->high = all * distinct / looked;
    }
    ret->low = ret->low < ret->high ? ret->low : ret->high;
    return true;
}

bool verdict_persons(const struct profile *p, struct persons *ret)
{
    struct counting c = { .p = p, .budget.left_bytes = SAMPLES_BYTES_MAX };
    collect(&c);
    bool known = by_values(&c, ret) || by_names(&c, ret);
    for (unsigned type = 0; type < PII_TYPES_MAX; type++)
        sample_release(&c.of[type].values, &c.budget);
    if (!known)
        return false;
    if (ret->estimate < ret->low || ret->estimate > ret->high || ret->high > 1.5 * ret->low)
        ret->estimate = sqrt(ret->low * ret->high);
    return true;
}
