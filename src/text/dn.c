#include "text/dn.h"

#include "base/hex.h"

/* Where the value ends: at the first comma, semicolon or plus that is neither escaped nor quoted. */
static size_t value_end(struct span s)
{
    bool quoted = false;
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = s.at[i];
        if (c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == ',' || c == ';' || c == '+'))
            return i;
    }
    return s.len;
}

static bool is_common_name(struct span type)
{
    bool letters = type.len == 2 && ascii_lower(type.at[0]) == 'c' && ascii_lower(type.at[1]) == 'n';
    return letters || span_is(type, "2.5.4.3");
}

/* Blanks around a value are not its own, unless the last is escaped. */
static struct span trimmed(struct span s)
{
    struct span out = span_trim(s);
    size_t slashes = 0;
    while (slashes < out.len && out.at[out.len - 1 - slashes] == '\\')
        slashes++;
    if (slashes % 2 && out.at + out.len < s.at + s.len)
        out.len++;
    return out;
}

static void put_value(struct buf *out, struct span s)
{
    s = trimmed(s);
    for (size_t i = 0; i < s.len; i++) {
        uint8_t byte;
        if (s.at[i] == '"')
            continue;
        if (s.at[i] != '\\' || i + 1 == s.len) {
            buf_byte(out, s.at[i]);
        } else if (i + 2 < s.len && hex_decode((const char *)s.at + i + 1, 1, &byte)) {
            buf_byte(out, byte);
            i += 2;
        } else {
            buf_byte(out, s.at[++i]);
        }
    }
}

void dn_common_name(struct buf *out, struct span dn)
{
    while (dn.len) {
        size_t equals = span_index(dn, '=');
        if (equals == dn.len)
            return;
        struct span type = span_trim(span_first(dn, equals)), value = span_from(dn, equals + 1);
        size_t end = value_end(value);
        if (is_common_name(type)) {
            put_value(out, span_first(value, end));
            return;
        }
        dn = span_from(value, end + 1);
    }
}
