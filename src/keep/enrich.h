/* What the user's own files say of what was found (tags of the scope, names, an address database,
 * logs of certificates), put on each visit as facts before it is judged and stored: so what is
 * stored can be judged again without those files (doc/owners.md). */
#ifndef AJAR_KEEP_ENRICH_H
#define AJAR_KEEP_ENRICH_H

#include "base/error.h"
#include "record/sighting.h"
#include "record/tag.h"

enum { ENRICH_FILES_MAX = 8 };

/* What the scope says of an endpoint; NULL where it says nothing. */
struct scope_words {
    const char *scope_owner; /* who answers for the whole scope */
    const char *owner, *tier, *contact;
    const struct tag *tags; /* further ones */
    size_t tag_count;
};

struct enrich_sources {
    const char *names;                  /* a file of names, "-" is standard input; or NULL */
    const char *logs[ENRICH_FILES_MAX]; /* exports of certificate logs, likewise */
    const char *registries[ENRICH_FILES_MAX]; /* address databases */
    size_t log_count, registry_count;
    struct sighting *sightings; /* what others saw from outside; they are sorted here */
    size_t sighting_count;
    bool (*scope)(void *self, const struct endpoint *e, struct scope_words *ret); /* NULL: there is no scope */
    void (*say)(void *self, const char *sentence); /* what the user is to know meanwhile */
    void *self;
};

struct enrichment;

/* Opens all of it into the arena; it is read or mapped by then, and no disk is needed later. NULL and one sentence. */
struct enrichment *enrich_open(const struct enrich_sources *s, struct arena *a, struct error *e);
/* NULL is none. */
void enrich_close(struct enrichment *n);
/* Adds facts to the observations of the visit. NULL adds none. */
void enrich_visit(struct enrichment *n, struct visit *v);

#endif
