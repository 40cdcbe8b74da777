/* The packets of the MySQL protocol 4.1, as mysql_talk.h promises. */
#include "probe/mysql_talk.h"

static const struct frame_form MY_FRAME = { .head = 4, .width = 3, .little = true, .least = 1, .most = MY_PACKET_MAX };

bool my_read(struct wire *w, struct my_packet *ret)
{
    struct frame f;
    *ret = (struct my_packet){ 0 };
    if (!frame_read(w, &MY_FRAME, &f))
        return false;
    *ret = (struct my_packet){ f.head.at[3], f.body };
    return true;
}

bool my_first(struct span bytes, struct my_packet *ret)
{
    struct frame f;
    if (!frame_first(&MY_FRAME, bytes, &f))
        return false;
    *ret = (struct my_packet){ f.head.at[3], f.body };
    return true;
}

/* 0xfb (NULL) and 0xff are none. */
uint64_t my_length(struct reader *r)
{
    uint8_t first = reader_u8(r);
    if (first < 0xfb)
        return first;
    if (first == 0xfc)
        return reader_le16(r);
    if (first == 0xfd)
        return reader_le24(r);
    if (first == 0xfe)
        return reader_le64(r);
    reader_fail(r, "this is no length");
    return 0;
}

bool my_error_parse(struct span packet, struct my_error *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, packet);
    if (reader_u8(&r) != 0xff)
        reader_fail(&r, "no ERR packet");
    uint16_t code = reader_le16(&r);
    if (reader_sees(&r, SPAN("#")))
        reader_skip(&r, 6);
    struct span text = reader_rest(&r);
    if (!reader_ok(&r) || code < 1000 || text.len == 0)
        return false;
    *ret = (struct my_error){ code, text, packet };
    return true;
}

bool my_greeting_parse(struct span packet, struct my_greeting *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, packet);
    struct my_greeting g = { .whole = packet };
    if (reader_u8(&r) != 10)
        reader_fail(&r, "another version of the protocol");
    g.version = reader_cstr(&r, MY_VERSION_MAX);
    reader_skip(&r, 4);
    g.salt = reader_take(&r, 8);
    reader_skip(&r, 1);
    g.abilities = reader_le16(&r);
    if (reader_more(&r)) {
        reader_skip(&r, 3);
        g.abilities |= (uint32_t)reader_le16(&r) << 16;
        size_t salt_len = reader_u8(&r);
        reader_skip(&r, 10);
        reader_skip(&r, salt_len > 21 ? salt_len - 8 : 13);
        if (reader_more(&r)) {
            g.plugin = reader_rest(&r);
            g.plugin = span_first(g.plugin, span_index(g.plugin, 0));
        }
    }
    if (!reader_ok(&r) || g.version.len == 0)
        return false;
    for (size_t i = 0; i < g.version.len; i++)
        if (g.version.at[i] < 0x20 || g.version.at[i] > 0x7e)
            return false;
    *ret = g;
    return true;
}

struct span my_cell(struct reader *r)
{
    if (!reader_sees(r, SPAN("\xfb")))
        return reader_take(r, my_length(r));
    reader_skip(r, 1);
    return SPAN_NONE;
}

bool my_row_parse(struct span packet, size_t columns, struct my_row *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, packet);
    struct my_row row = { { SPAN_NONE } };
    for (size_t i = 0; i < columns && reader_ok(&r); i++) {
        struct span cell = my_cell(&r);
        if (i < MY_CELLS_MAX)
            row.cell[i] = cell;
    }
    reader_end(&r);
    if (!reader_ok(&r))
        return false;
    *ret = row;
    return true;
}

/* Also an OK packet in its place. */
bool my_is_eof(struct span packet)
{
    return packet.at[0] == 0xfe && packet.len < 9;
}

/* The definitions of the columns and the packet that ends them; the whole is thrown away. */
static bool my_skip_columns(struct wire *w, size_t columns)
{
    struct my_packet p;
    for (size_t i = 0; i <= columns; i++)
        if (!my_read(w, &p) || my_is_eof(p.body) != (i == columns))
            return wire_fail(w);
    return true;
}

bool my_query(struct wire *w, const struct ask *a, const struct span *arg, size_t least, struct my_rows *ret,
              struct my_error *why)
{
    return my_query_with(w, a, arg, arg ? 1 : 0, least, ret, why);
}

bool my_query_with(struct wire *w, const struct ask *a, const struct span *args, size_t arg_count, size_t least,
                   struct my_rows *ret, struct my_error *why)
{
    struct my_packet p;
    struct my_rows rows = { 0 };
    *why = (struct my_error){ 0 };
    wire_ask_with(w, a, args, arg_count);
    if (!my_read(w, &p) || my_error_parse(p.body, why))
        return false;
    size_t columns = p.body.len == 1 ? p.body.at[0] : 0;
    if (columns < least || columns > MY_COLUMNS_MAX)
        return wire_fail(w);
    if (!my_skip_columns(w, columns))
        return false;
    for (;;) {
        if (!my_read(w, &p) || my_error_parse(p.body, why))
            return false;
        if (my_is_eof(p.body))
            break;
        struct my_row row, *at = NULL;
        if (rows.list.len < MY_ROWS_MAX && my_row_parse(p.body, columns, &row))
            at = list_add(wire_arena(w), &rows.list);
        if (!at)
            return wire_fail(w);
        *at = row;
    }
    *ret = rows;
    return true;
}

int64_t my_number(struct span cell)
{
    uint64_t n;
    return span_u64(cell, INT64_MAX / 2048, &n) ? (int64_t)n : COUNT_UNKNOWN;
}
