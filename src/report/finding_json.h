/* A finding in JSON: one schema, whoever tells it (doc/output.md, "One finding"): the reports, `show`,
 * `diff`, `accept`, and the notices of `watch`. */
#ifndef AJAR_REPORT_FINDING_JSON_H
#define AJAR_REPORT_FINDING_JSON_H

#include "report/view.h"
#include "text/json_write.h"

/* The members of a finding, into the object that is open. */
void json_finding(struct json *j, const struct finding_view *v);

/* Parts that other formats have in places of their own. */

/* new, first_seen, opened, last_seen, closed, proof, proof_detail, not_seen_since, not_seen, not_seen_detail, reopened,
 * accepted_until, accepted_why, where a store knows them; nothing where there is none. */
void json_life(struct json *j, const struct finding_view *v);
/* owner, tier, contact, and the lists owners and since, each with its strength; what is known. */
void json_whose(struct json *j, const struct finding *f);
/* fact, value, ask, shows, of each fact that decided it. */
void json_evidence(struct json *j, const struct finding *f);
/* The value in its own type. */
void json_fact(struct json *j, const char *key, const struct fact *f);

#endif
