/* Facts that are worked out: what rules/provider.h asks for. To add one: a name and its value in one of the
 * providers here, or a provider of its own and a line in facts.c; doc/rules.md lists the names. */
#ifndef AJAR_FACTS_FACTS_H
#define AJAR_FACTS_FACTS_H

#include "rules/provider.h"
#include "tables/tables.h"

/* All of them. The tables, which may be NULL (then nobody knows about versions), must outlive the rules. */
void facts_init(struct providers *p, const struct tables *t);

/* cert.*: how long a certificate still holds, from its cert.not_before and cert.not_after. */
struct provider facts_of_certificate(void);
/* lifecycle.*, version.*, exploited.*: what the tables say of a version. */
struct provider facts_of_version(const struct tables *t);

#endif
