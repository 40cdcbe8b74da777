/* The frame of the verbs that print the catalog: `ajar list` and `ajar asks`. */
#ifndef AJAR_CMD_CATALOG_VERB_H
#define AJAR_CMD_CATALOG_VERB_H

#include "base/buf.h"
#include "http/catalog.h"

struct catalog_format {
    const char *name; /* for --format */
    void (*print)(const struct catalog *c, struct buf *out);
};

/* Reads --catalog and, where there is more than one, --format (--json stands for json), loads, lets the format fill the
 * buffer and writes it out. `formats` ends with a row without a name; the first is the default. The exit status. */
int catalog_verb(int argc, char **argv, const struct catalog_format *formats);

#endif
