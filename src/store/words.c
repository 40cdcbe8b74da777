/* The dictionary: texts that are stored once, and known by their numbers. */
#include <stdlib.h>

#include "base/random.h"
#include "store/inside.h"

enum { WORDS_BYTES_MAX = 64 << 20, WORDS_KEPT_MAX = 1 << 16, FIX_BYTES_MAX = 1 << 20 };

void dictionary_init(struct dictionary *d)
{
    arena_init(&d->arena, WORDS_BYTES_MAX);
    table_init(&d->words, &d->arena, random_seed());
}

void dictionary_release(struct dictionary *d)
{
    free(d->texts);
    for (size_t i = 0; i < FIXES_CACHED; i++)
        buf_release(&d->fixes[i].text);
    arena_release(&d->arena);
}

/* Where a word used last is looked for. Words that meet there only lose the shortcut. */
static size_t near_of(struct span text)
{
    uint32_t h = (uint32_t)text.len;
    for (size_t i = 0; i < text.len; i++)
        h = h * 31 + text.at[i];
    return (h ^ h >> 8) % WORDS_NEAR;
}

static int64_t find_or_add_word(struct store *s, struct span text)
{
    struct query q = query(s, SQL_WORD_FIND);
    query_text(&q, 1, text);
    int64_t id = query_value(&q, 0);
    if (!id) {
        q = query(s, SQL_WORD_ADD);
        query_text(&q, 1, text);
        id = query_added(&q);
    }
    return id;
}

/* A word of the dictionary in memory. */
struct known_word {
    int64_t id;
    char text[];
};

int64_t store_word(struct store *s, const char *word)
{
    struct span text = span_str(word);
    if (text.len == 0)
        return 0;
    size_t near = near_of(text);
    if (s->words.near[near].text && strcmp(s->words.near[near].text, word) == 0)
        return s->words.near[near].id;
    struct known_word *known = table_get(&s->words.words, text);
    if (!known) {
        int64_t id = find_or_add_word(s, text);
        /* A full arena only costs the shortcut. */
        known = store_ok(s) ? arena_alloc(&s->words.arena, sizeof(*known) + text.len + 1) : NULL;
        if (!known)
            return id;
        known->id = id;
        memcpy(known->text, text.at, text.len);
        table_put(&s->words.words, span_of(known->text, text.len), known);
    }
    s->words.near[near].text = known->text;
    s->words.near[near].id = known->id;
    return known->id;
}

/* Where the text of a word is kept once it was read; NULL for numbers beyond WORDS_KEPT_MAX. */
static const char **word_slot(struct store *s, int64_t id)
{
    if (id <= 0 || id >= WORDS_KEPT_MAX)
        return NULL;
    if ((size_t)id >= s->words.cap) {
        size_t cap = s->words.cap ? s->words.cap : 256;
        while (cap <= (size_t)id)
            cap *= 2;
        const char **moved = realloc(s->words.texts, cap * sizeof(*moved));
        if (!moved)
            return NULL;
        memset(moved + s->words.cap, 0, (cap - s->words.cap) * sizeof(*moved));
        s->words.texts = moved;
        s->words.cap = cap;
    }
    return &s->words.texts[id];
}

const char *store_word_text(struct store *s, int64_t id, struct arena *a)
{
    const char **slot = word_slot(s, id);
    if (!id)
        return NULL;
    if (slot && *slot)
        return arena_str(a, span_str(*slot));
    struct query q = query(s, SQL_WORD_TEXT);
    query_int(&q, 1, id);
    const char *text = query_row(&q) ? arena_str(a, query_span(&q, 0)) : NULL;
    query_end(&q);
    if (slot && text)
        *slot = arena_str(&s->words.arena, span_str(text));
    return text;
}

const char *store_word_kept(struct store *s, int64_t id)
{
    const char **slot = id ? word_slot(s, id) : NULL;
    if (slot && !*slot)
        *slot = store_word_text(s, id, &s->words.arena);
    return slot ? *slot : NULL;
}

static int64_t find_or_add_text(struct store *s, struct span text)
{
    /* Two keys would be needed against somebody who seeks collisions; here a collision shows the
     * wrong advice of our own for one finding. */
    uint64_t hash = siphash(0x7465787473, 1, text);
    struct query q = query(s, SQL_TEXT_FIND);
    query_int(&q, 1, (int64_t)hash);
    int64_t id = query_value(&q, 0);
    if (!id) {
        q = query(s, SQL_TEXT_ADD);
        query_int(&q, 1, (int64_t)hash);
        query_blob(&q, 2, text);
        id = query_added(&q);
    }
    return id;
}

int64_t store_text(struct store *s, struct span text)
{
    struct span ends[2] = { span_first(text, 8), span_from(text, text.len / 2) };
    size_t slot = (near_of(ends[0]) * 7 + near_of(span_first(ends[1], 8)) + text.len) % FIXES_CACHED;
    if (s->words.fixes[slot].id && span_eq(buf_span(&s->words.fixes[slot].text), text))
        return s->words.fixes[slot].id;
    int64_t id = find_or_add_text(s, text);
    struct buf *kept = &s->words.fixes[slot].text;
    if (!kept->max)
        buf_init(kept, FIX_BYTES_MAX);
    buf_reset(kept);
    buf_put(kept, text);
    s->words.fixes[slot].id = store_ok(s) && buf_ok(kept) ? id : 0;
    return id;
}
