/* What the user's own files say of what was found (tags of the scope, names, an address database,
 * logs of certificates), put on each visit as facts before it is judged and stored: so what is
 * stored can be judged again without those files. */
#ifndef AJAR_CMD_OWNERS_H
#define AJAR_CMD_OWNERS_H

#include "cmd/scan_options.h"
#include "record/record.h"

struct owner_sources;

/* Opens everything that the options name, into the arena; all of it is read or mapped by then, and no
 * disk is needed later. NULL and one sentence. `plan` may have no scope. */
struct owner_sources *owners_open(const struct scan_options *o, const struct plan *plan,
                                  struct error *e);
void owners_close(struct owner_sources *s);
/* Adds facts to the observations of the visit. `s` may be NULL. */
void owners_add_facts(struct owner_sources *s, struct visit *v);

#endif
