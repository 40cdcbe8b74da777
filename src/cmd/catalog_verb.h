/* The frame of the verbs that print the catalog: `ajar list` and `ajar asks`. */
#ifndef AJAR_CMD_CATALOG_VERB_H
#define AJAR_CMD_CATALOG_VERB_H

#include "base/buf.h"
#include "http/catalog.h"

/* Reads --catalog, loads, lets `print` fill the buffer and writes it out. The exit status. */
int catalog_verb(int argc, char **argv, void (*print)(const struct catalog *c, struct buf *out));

#endif
