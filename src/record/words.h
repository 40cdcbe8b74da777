/* The words of the record (kinds, outcomes, severities) as files of the user write them: takers of text/mapper.h. */
#ifndef AJAR_RECORD_WORDS_H
#define AJAR_RECORD_WORDS_H

#include "record/record.h"
#include "text/mapper.h"

bool take_kind(struct mapper *m, const struct node *n, void *to);     /* enum kind */
bool take_outcome(struct mapper *m, const struct node *n, void *to);  /* enum outcome */
bool take_severity(struct mapper *m, const struct node *n, void *to); /* enum severity */

#endif
