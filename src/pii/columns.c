/* Values of records that are not deep, a field at a time: what is done for each is the same then, the
 * processor foretells it, and the field's sample stays at hand. In what order values of different
 * fields are taken makes no difference. */
#include "pii/quick.h"

TWICE_INLINE void take_all(struct profile *p, const struct text *t)
{
    for (struct column *c = p->columns; c < p->columns + COLUMNS_AT_ONCE; c++) {
        struct field *f = p->fields[c->field];
        f->values += c->count;
        for (unsigned i = 0; i < c->count; i++) {
            size_t from = c->at[i].from, to = c->at[i].to;
            if (is_short(to - from) ? !quick_value(f, t, from, to)
                                    : from == to || !quick_long_value(f, t, from, to))
                profile_value_whole(p, c->field, t, from, to);
        }
        c->count = 0;
    }
}

#ifdef __x86_64__
BMI_TARGET static void take_all_bmi(struct profile *p, const struct text *t)
{
    take_all(p, t);
}
#endif

void profile_columns(struct profile *p, const struct text *t)
{
    bool deep = p->deep;
    p->deep = false;
#ifdef __x86_64__
    if (has_bmi())
        take_all_bmi(p, t);
    else
#endif
        take_all(p, t);
    p->deep = deep;
    p->rows = 0;
}
