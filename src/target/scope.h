/* The scope file: whose systems these are, what may be asked, what never. The format is
 * doc/scope.md. */
#ifndef AJAR_TARGET_SCOPE_H
#define AJAR_TARGET_SCOPE_H

#include "record/tag.h"
#include "target/target.h"

struct scope_entry {
    struct target target;
    LIST_OF(struct range) addresses; /* of a name: the only ones that it may lead to; none: any */
    bool owned;                                /* samples may be taken, see --sample */
    const char *owner, *tier, *contact, *note; /* NULL where not stated */
    LIST_OF(struct tag) tags;                  /* further ones, of keys that its writer chose */
};

struct scope {
    const char *file;
    const char *owner;  /* the ownership statement, for the report */
    struct ports ports; /* default ports; len 0 where not stated */
    LIST_OF(struct scope_entry) allow;
    struct targets deny, decoys;
};

/* The value of a tag of the entry, owner, tier and contact among them; empty where it has none. */
struct span scope_entry_tag(const void *entry, const char *key);

/* Loads a scope file ("-" is standard input). NULL, and an error that names file, line and key,
 * where it is none. */
struct scope *scope_load(struct arena *a, const char *file, struct error *e);
/* The same from bytes; `file` is for errors and must outlive the scope. */
struct scope *scope_parse(struct arena *a, struct span text, const char *file, struct error *e);

#endif
