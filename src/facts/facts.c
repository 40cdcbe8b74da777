#include "facts/facts.h"

void facts_init(struct providers *p, const struct tables *t)
{
    *p = (struct providers){ .len = 0 };
    p->at[p->len++] = facts_of_certificate();
    p->at[p->len++] = facts_of_version(t);
}
