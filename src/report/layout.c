/* Text in terminal columns. Width is counted per character, never per byte: names of databases are
 * Chinese, Arabic or emoji as often as not. */
#include "report/layout.h"

#include "text/escape.h"

enum { DOTS = 3 };

void layout_spaces(struct buf *out, size_t n)
{
    while (n--)
        buf_byte(out, ' ');
}

/* Bytes of the first character; where the text is no UTF-8, one byte at a time. */
static size_t char_bytes(struct span s)
{
    uint8_t lead = s.at[0];
    size_t n = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    return n > s.len ? s.len : n;
}

/* How many bytes fit into `columns`; *ret_columns is what they take. Combining marks stay with
 * their letter. */
static size_t fit(struct span text, size_t columns, size_t *ret_columns)
{
    size_t bytes = 0, used = 0;
    while (bytes < text.len) {
        struct span rest = span_from(text, bytes);
        size_t n = char_bytes(rest), wide = text_columns(span_first(rest, n));
        if (used + wide > columns)
            break;
        used += wide;
        bytes += n;
    }
    *ret_columns = used;
    return bytes;
}

size_t layout_clip(struct buf *out, struct span text, size_t columns)
{
    size_t used, bytes = fit(text, columns, &used);
    if (bytes == text.len) {
        buf_put(out, text);
        return used;
    }
    size_t dots = columns < DOTS ? columns : DOTS;
    bytes = fit(text, columns - dots, &used);
    buf_put(out, span_first(text, bytes));
    for (size_t i = 0; i < dots; i++)
        buf_byte(out, '.');
    return used + dots;
}

void layout_left(struct buf *out, struct span text, size_t columns)
{
    size_t used = layout_clip(out, text, columns);
    layout_spaces(out, columns - used);
}

void layout_right(struct buf *out, struct span text, size_t columns)
{
    size_t wide = text_columns(text);
    if (wide < columns)
        layout_spaces(out, columns - wide);
    layout_clip(out, text, columns);
}

/* "0.0 %" is one word. */
static bool is_unit(struct span text, size_t at)
{
    return at < text.len && text.at[at] == '%';
}

static bool is_one_of(struct span character, const char *const *list)
{
    while (*list && !span_is(character, *list))
        list++;
    return *list != NULL;
}

static bool is_wide(struct span character)
{
    return text_columns(character) == 2;
}

/* Whether a line may end before the byte `at`: at a space; and beside a wide character, as Chinese is written, but for
 * signs that begin no line or end none (GB/T 15834). */
static bool may_break(struct span text, size_t at)
{
    static const char *const NO_START[] = { "，", "。", "；", "：", "、", "！", "？", "）", "】", "》", "”", "’", "％", NULL };
    static const char *const NO_END[] = { "（", "【", "《", "“", "‘", NULL };
    size_t before = at;
    if (text.at[at] == ' ')
        return !is_unit(text, at + 1);
    if ((text.at[at] & 0xc0) == 0x80)
        return false;
    do
        before--;
    while (before && (text.at[before] & 0xc0) == 0x80);
    struct span last = span_sub(text, before, at - before), next = span_sub(text, at, char_bytes(span_from(text, at)));
    return (is_wide(last) || is_wide(next)) && last.at[0] != ' ' && !is_one_of(next, NO_START) &&
           !is_one_of(last, NO_END);
}

void layout_wrap(struct buf *out, struct span text, size_t indent, size_t columns)
{
    if (columns == 0)
        columns = 1;
    do {
        size_t used, bytes = fit(text, columns, &used);
        if (bytes < text.len) {
            size_t back = bytes;
            while (back && !may_break(text, back))
                back--;
            if (back)
                bytes = back;
            else if (bytes == 0)
                bytes = char_bytes(text); /* a wide character in a single column */
        }
        layout_spaces(out, indent);
        buf_put(out, span_first(text, bytes));
        buf_byte(out, '\n');
        text = span_from(text, bytes);
        while (text.len && text.at[0] == ' ')
            text = span_from(text, 1);
    } while (text.len);
}
