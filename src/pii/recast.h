/* Formats that are read by being written anew as NDJSON (tree.h): markup, cards, mail, settings, messages between
 * machines, columns of a fixed width. A stream goes through; a line, a tag or a segment is kept, never more
 * than RECAST_PIECE_MAX of it: what is longer is cut and goes on as another value. What does not keep to
 * its format becomes text, so nothing is lost to the search. */
#ifndef AJAR_PII_RECAST_H
#define AJAR_PII_RECAST_H

#include "base/buf.h"
#include "pii/tree.h"

enum recast_kind {
    RECAST_NOT,
    RECAST_XML,
    RECAST_HTML,
    RECAST_LDIF,
    RECAST_VCARD,
    RECAST_CALENDAR,
    RECAST_MAIL,
    RECAST_GIT,
    RECAST_YAML,
    RECAST_INI,
    RECAST_FORM,
    RECAST_HL7,
    RECAST_X12,
    RECAST_EDIFACT,
    RECAST_FIXED,
};

enum { RECAST_PIECE_MAX = 64 << 10, RECAST_COLUMNS_MAX = 128, RECAST_LINES_LOOKED_AT = 200 };

struct recast;

/* What this is: by how it begins, which is beyond doubt, or by what most of its lines are, for what is no table
 * (UTF-8; `whole`: nothing follows the head). */
enum recast_kind recast_guess_begin(struct span head);
enum recast_kind recast_guess_lines(struct span head, bool whole);
/* "xml", "mailbox". */
const char *recast_name(enum recast_kind kind);

/* `head` is what comes first, as the guess saw it; it has to be written, too. NULL where there is no memory. */
struct recast *recast_new(enum recast_kind kind, struct span head, bool whole,
                          void (*emit)(void *self, struct span bytes), void *self);
void recast_write(struct recast *r, struct span bytes);
/* Nothing follows. */
void recast_end(struct recast *r);
void recast_free(struct recast *r);
/* Parts that are not read, and counted: pictures and documents in mail. */
size_t recast_left_out(const struct recast *r);

#endif
