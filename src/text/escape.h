/* The one door through which peer text leaves: each function appends `s` in a form that cannot
 * act on what reads it. Control bytes, invalid UTF-8, bidirectional marks and invisible
 * characters never pass raw. */
#ifndef AJAR_TEXT_ESCAPE_H
#define AJAR_TEXT_ESCAPE_H

#include "base/buf.h"

/* For a terminal or a log: printable UTF-8 stays, the rest becomes \xNN or \u{NNNN}. */
void escape_tty(struct buf *out, struct span s);
/* The inside of a JSON string, always valid UTF-8: invalid bytes become U+FFFD. */
void escape_json(struct buf *out, struct span s);
/* Text and attribute values of HTML. */
void escape_html(struct buf *out, struct span s);
/* One CSV field (RFC 4180), quoted where needed; a leading = + - @ TAB CR gets a ' in front. */
void escape_csv(struct buf *out, struct span s);
/* Raw bytes for eyes: printable ASCII stays, \r \n \t and \xNN for the rest. */
void escape_bytes(struct buf *out, struct span s);

/* How many terminal columns escaped text takes (East Asian wide = 2, combining = 0). */
size_t text_columns(struct span utf8);

#endif
