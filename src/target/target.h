/* Targets as people write them: addresses, prefixes, ranges, names, URLs, each with or without
 * ports. Reading one decides nothing: whether it may be asked is for the plan to say. */
#ifndef AJAR_TARGET_TARGET_H
#define AJAR_TARGET_TARGET_H

#include "base/list.h"
#include "target/ports.h"
#include "target/range.h"

/* Where something was written. */
struct origin {
    const char *file; /* NULL: on the command line */
    unsigned line;    /* 1-based; 0 on the command line */
};

struct target {
    struct range range; /* family 0 where it is a name */
    const char *name;   /* lower case; NULL where it is a range */
    const char *path;   /* of a URL, as in struct endpoint; NULL where it has none */
    struct ports ports; /* len 0 where none are stated */
    const char *text;   /* as written, in printable form */
    struct origin origin;
    bool cut;           /* a URL with a "?" or "#", from where on it was not read */
};

struct targets {
    LIST_OF(struct target) list;
};

/* Reads one target:
 *   10.0.0.1  10.0.0.1:9200  10.1.0.0/24  10.1.0.0/24:9200,9300-9305  10.0.0.1-10.0.0.99
 *   10.0.0.1-99  fd00::1  [fd00::1]:9200  fd00::/120  [fd00::/120]:9200  db.internal:9200
 *   10.0.0.5:161/udp  snmp://10.0.0.5  (also tftp:// and coap://: UDP)
 *   https://db.internal:5601/logs/  (asked below /logs; doc/scope.md)
 * The error is one line that names the text and says what to write instead. */
bool target_parse(struct arena *a, struct span text, struct origin origin, struct target *ret,
                  struct error *e);

/* Reads one argument: a target, "@FILE" (one target a line, # starts a comment) or "@-" for
 * standard input. Errors in files name file:line. A file without any target is good: whether nothing
 * was meant is for the caller to say. */
bool targets_add(struct arena *a, struct targets *list, struct span argument, struct error *e);
/* The lines of a target file; `file` is for errors and must outlive the targets. */
bool targets_add_lines(struct arena *a, struct targets *list, struct span text, const char *file,
                       struct error *e);

#endif
