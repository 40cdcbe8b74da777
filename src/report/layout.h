/* Text in terminal columns: clipping, padding and wrapping of text that escape_tty() made (valid
 * UTF-8 without control bytes). The room's own header. */
#ifndef AJAR_REPORT_LAYOUT_H
#define AJAR_REPORT_LAYOUT_H

#include "base/buf.h"

void layout_spaces(struct buf *out, size_t n);
/* At most `columns` columns, with "..." at the end where something was cut. Returns how many it
 * took. */
size_t layout_clip(struct buf *out, struct span text, size_t columns);
/* Exactly `columns` columns, filled with spaces on the other side. */
void layout_left(struct buf *out, struct span text, size_t columns);
void layout_right(struct buf *out, struct span text, size_t columns);
/* Lines of at most `columns` columns, each after `indent` spaces, broken at spaces where there is
 * one, and between wide characters; ends with a line feed. */
void layout_wrap(struct buf *out, struct span text, size_t indent, size_t columns);

#endif
