#include "owner/names.h"

#include "base/random.h"
#include "text/host.h"
#include "text/quote.h"

enum { KEY_BYTES = 17 };

struct name_entry {
    uint8_t key[KEY_BYTES];
    char *name;
};

static void key_of(const struct address *a, uint8_t key[static KEY_BYTES])
{
    memset(key, 0, KEY_BYTES);
    key[0] = a->family;
    memcpy(key + 1, a->bytes, a->family == 4 ? 4 : 16);
}

static struct span cut_word(struct span *line)
{
    *line = span_trim(*line);
    size_t i = 0;
    while (i < line->len && !ascii_is_space(line->at[i]))
        i++;
    struct span word = span_first(*line, i);
    *line = span_trim(span_from(*line, i));
    return word;
}

static bool read_line(struct name_book *b, struct arena *a, struct span line, struct error *e)
{
    struct quoted q;
    struct address address;
    struct span rest = span_first(line, span_index(line, '#')), who = cut_word(&rest), name = cut_word(&rest);
    if (who.len == 0)
        return true;
    if (!address_parse(who, &address))
        return error_set(e, "\"%s\" is no address; a line is an address and its name, as in 10.0.0.5 db.example.org",
                         quote(&q, who));
    if (!host_name_ok(name))
        return error_set(e, "\"%s\" is no host name", quote(&q, name));
    if (rest.len)
        return error_set(e, "one name a line; \"%s\" is too much", quote(&q, rest));
    struct name_entry *entry = ARENA_NEW(a, struct name_entry);
    if (!entry || !(entry->name = arena_str(a, name)))
        return error_set(e, "not enough memory for the names");
    key_of(&address, entry->key);
    if (table_get(&b->by_address, span_of(entry->key, KEY_BYTES)))
        return true;
    b->count++;
    return table_put(&b->by_address, span_of(entry->key, KEY_BYTES), entry) ||
           error_set(e, "not enough memory for the names");
}

bool name_book_read(struct name_book *b, struct arena *a, const char *file, struct span text,
                    struct error *e)
{
    *b = (struct name_book){ .count = 0 };
    table_init(&b->by_address, a, random_seed());
    for (size_t line = 1; text.len; line++) {
        if (line > NAMES_LINES_MAX)
            return error_set(e, "%.200s: more than %d lines", file, NAMES_LINES_MAX);
        if (!read_line(b, a, span_cut(&text, '\n'), e))
            return error_in(e, "%.200s:%zu", file, line);
    }
    return true;
}

const char *name_book_find(const struct name_book *b, const struct address *a)
{
    uint8_t key[KEY_BYTES];
    if (!b->count)
        return NULL;
    key_of(a, key);
    struct name_entry *entry = table_get(&b->by_address, span_of(key, KEY_BYTES));
    return entry ? entry->name : NULL;
}
