/* Services that nobody knows, as the reports show them: a row without a verdict and without a rule.
 * The formats for people list those that said something; formats that hold nothing but findings carry
 * them as lines of a rule of their own, "unknown", severity info. The room's own header. */
#ifndef AJAR_REPORT_UNKNOWN_H
#define AJAR_REPORT_UNKNOWN_H

#include "base/list.h"
#include "report/report.h"
#include "report/words.h"

enum { UNKNOWN_KEPT_MAX = 500, UNKNOWN_GREETING_SHOWN = 100, UNKNOWN_WORDS_MAX = 2048 };

/* The row of the visit's unknown service, or NULL. */
const struct observation *unknown_of(const struct visit *v);
/* Whether it said anything at all. */
bool unknown_speaks(const struct observation *o);
/* `says "SSH-2.0-OpenSSH_9.2p1\x0d\x0a" unasked; not asked: ldap, mongodb`: visible, UNKNOWN_WORDS_MAX at most. */
void unknown_words(struct buf *out, const struct observation *o, tongue *in);

/* What the reports for people keep of them. */
struct unknowns {
    LIST_OF(struct span) kept; /* "192.0.2.7:22 says ..." */
    uint64_t spoke, silent;    /* of all that answered and are like nothing that we know */
};

/* Counts the visit where nothing in it was recognised, and keeps a line where it speaks (or where
 * `all`). `scratch` is used and left empty. */
void unknowns_add(struct unknowns *u, struct arena *a, struct buf *scratch, const struct visit *v, bool all);

/* The visit's unknown service as a finding, for formats that have nothing else; *why holds its sentence
 * and must outlive it. False where there is none or where it said nothing. */
bool unknown_finding(const struct visit *v, struct buf *why, struct finding *ret);

#endif
