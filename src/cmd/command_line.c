#include "cmd/command_line.h"

#include "base/buf.h"

enum { LINE_BYTES_MAX = 64 * 1024 };

static bool is_plain(const char *word)
{
    for (const char *c = word; *c; c++)
        if (!ascii_is_digit((uint8_t)*c) && !(ascii_lower((uint8_t)*c) >= 'a' && ascii_lower((uint8_t)*c) <= 'z') &&
            !strchr("@%+=:,./-_", *c))
            return false;
    return *word != '\0';
}

static void put_word(struct buf *out, const char *word)
{
    if (is_plain(word)) {
        buf_str(out, word);
        return;
    }
    buf_byte(out, '\'');
    for (const char *c = word; *c; c++) {
        if (*c == '\'')
            buf_str(out, "'\\''");
        else
            buf_byte(out, (uint8_t)*c);
    }
    buf_byte(out, '\'');
}

struct span command_line(struct arena *a, int argc, char *const *argv)
{
    struct buf b;
    buf_init(&b, 4 * LINE_BYTES_MAX);
    buf_str(&b, "ajar");
    for (int i = 0; i < argc && buf_ok(&b); i++) {
        buf_byte(&b, ' ');
        put_word(&b, argv[i]);
    }
    struct span line = arena_copy(a, span_first(buf_span(&b), LINE_BYTES_MAX));
    buf_release(&b);
    return line;
}
