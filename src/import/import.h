/* Targets from where they are: what other tools wrote. A format is known by its content, never by a file's name. What a
 * file says is foreign text: it becomes targets as if somebody had typed them, so scope, exclusions and forbidden space
 * hold for them as for all others. doc/targets.md has the formats.
 *
 * Ceilings: IMPORT_BYTES_MAX of text, IMPORT_TARGETS_MAX targets, IMPORT_VALUES_MAX values of one JSON document. */
#ifndef AJAR_IMPORT_IMPORT_H
#define AJAR_IMPORT_IMPORT_H

#include "record/sighting.h"
#include "target/target.h"

enum { IMPORT_BYTES_MAX = 64 << 20, IMPORT_TARGETS_MAX = 4 << 20, IMPORT_VALUES_MAX = 2 << 20 };

struct imported {
    const char *format;  /* "nmap XML", for people */
    size_t targets;      /* that were added */
    size_t passed_over;  /* that are no targets: closed, UDP, wildcards, no address and no name */
    bool cut;            /* the file ends in the middle, or a ceiling was met: the rest is missing */
};

/* Adds what the text names to `list`, and to `saw` what Shadowserver's reports and Shodan's exports say was seen from
 * outside, all of it in the arena; `file` is for errors and must outlive it. False where the
 * text is of no known format (then it is read as a list of targets, and the error is that of the line), or memory is
 * out. A file that names nothing is good. */
bool import_targets(struct arena *a, struct span text, const char *file, struct targets *list, struct sightings *saw,
                    struct imported *ret, struct error *e);

#endif
