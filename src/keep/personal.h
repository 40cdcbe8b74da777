/* Personal data told from the names of fields: a name like GMSFHM or birth_date says what a column
 * holds, and no record was read for it. */
#ifndef AJAR_KEEP_PERSONAL_H
#define AJAR_KEEP_PERSONAL_H

#include "base/error.h"
#include "record/record.h"

struct personal;

void personal_free(struct personal *p);
/* States the facts `personal.*` of each observation that has `fields`, where the names of at least
 * two fields speak of people in different ways: one field named "name" says nothing. The dictionary
 * is loaded into *p, which begins as NULL, when it is first needed; false where that fails. */
bool personal_tell(struct personal **p, struct visit *v, struct error *e);

#endif
