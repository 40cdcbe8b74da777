/* Text in terminal columns: clipping, padding and wrapping of text that escape_tty() made (valid
 * UTF-8 without control bytes). The room's own header. */
#ifndef AJAR_REPORT_LAYOUT_H
#define AJAR_REPORT_LAYOUT_H

#include "base/buf.h"

void layout_spaces(struct buf *out, size_t n);
/* At most `columns` columns, with "…" as the last where something was cut. Returns how many it
 * took. */
size_t layout_clip(struct buf *out, struct span text, size_t columns);
/* Exactly `columns` columns, filled with spaces on the other side. */
void layout_left(struct buf *out, struct span text, size_t columns);
void layout_right(struct buf *out, struct span text, size_t columns);
/* Lines of at most `columns` columns, each after `indent` spaces, broken at spaces where there is
 * one; ends with a line feed. */
void layout_wrap(struct buf *out, struct span text, size_t indent, size_t columns);
/* 1234567 -> 1,234,567 */
void layout_number(struct buf *out, uint64_t n);
/* 969830266 -> 969.8 M; below 100,000 as layout_number(). */
void layout_brief(struct buf *out, uint64_t n);
/* 23.1 TB, in decimal steps. */
void layout_bytes(struct buf *out, uint64_t n);

#endif
