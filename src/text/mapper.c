#include "text/mapper.h"

#include <stdarg.h>
#include <stdio.h>

#include "text/nearest.h"

enum { WORDS_TEXT = 240 };

const char *map_shown(struct span s, char text[static MAP_SHOWN_MAX])
{
    size_t max = MAP_SHOWN_MAX - 1, len = s.len <= max ? s.len : max - 3;
    for (size_t i = 0; i < len; i++)
        text[i] = s.at[i] >= ' ' && s.at[i] < 0x7f ? (char)s.at[i] : '?';
    memcpy(text + len, len < s.len ? "..." : "", len < s.len ? 4 : 1);
    return text;
}

/* ---- where we are ---- */

size_t map_enter(struct mapper *m, struct span key)
{
    char word[MAP_SHOWN_MAX];
    size_t was = strlen(m->path);
    snprintf(m->path + was, sizeof(m->path) - was, "%s%s", was ? "." : "", map_shown(key, word));
    return was;
}

void map_leave(struct mapper *m, size_t was)
{
    m->path[was] = '\0';
}

/* Whether the path ends with this key already. */
static bool ends_with(const char *path, struct span key)
{
    struct span all = span_str(path);
    return span_ends(all, key) && (all.len == key.len || all.at[all.len - key.len - 1] == '.');
}

bool map_wrong(struct mapper *m, const struct node *n, const char *format, ...)
{
    char text[400];
    va_list args;
    size_t was = strlen(m->path);
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (n && n->key.len && !ends_with(m->path, n->key))
        map_enter(m, n->key);
    error_set(m->error, "%s:%u: %s%s%s", m->file, n ? n->line : 1, m->path, m->path[0] ? ": " : "", text);
    map_leave(m, was);
    return false;
}

bool map_no_memory(struct mapper *m)
{
    return error_set(m->error, "%s: not enough memory", m->file);
}

unsigned map_error_line(const char *file, struct span error, struct span *ret_text)
{
    struct span name = span_str(file), rest = span_from(error, name.len + 1), number;
    uint64_t line;
    *ret_text = error;
    if (!span_starts(error, name) || error.len <= name.len || error.at[name.len] != ':')
        return 0;
    *ret_text = span_trim(rest);
    number = span_cut(&rest, ':');
    if (!span_u64(number, UINT32_MAX, &line))
        return 0;
    *ret_text = span_trim(rest);
    return (unsigned)line;
}

/* What stands before the key `skip`, whose value goes on to the end of the file: each line of it is indented, an item
 * of a list, a comment or empty. All of the text where it does not. */
static struct span without_last(struct span text, const char *skip)
{
    size_t len = strlen(skip);
    for (size_t at = 0; at < text.len;) {
        struct span line = span_from(text, at);
        if (line.len > len + 1 && memcmp(line.at, skip, len) == 0 && line.at[len] == ':' && line.at[len + 1] == '\n') {
            struct span rest = span_from(line, len + 2);
            while (rest.len && (memchr(" #\n", rest.at[0], 3) || span_starts(rest, SPAN("- "))))
                span_cut(&rest, '\n');
            return rest.len ? text : span_first(text, at);
        }
        at += span_index(line, '\n') + 1;
    }
    return text;
}

struct node *map_parse(struct mapper *m, struct span text)
{
    unsigned line;
    if (m->skip)
        text = without_last(text, m->skip);
    struct node *root = yaml_parse_lines(m->arena, text, &line, m->error);
    if (!root && line)
        error_in(m->error, "%s:%u", m->file, line);
    else if (!root)
        error_in(m->error, "%s", m->file);
    return root;
}

/* ---- maps ---- */

/* "a, b, c", cut where it grows long. */
static const char *list_words(const char *const *words, char text[static WORDS_TEXT])
{
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; words[i] && len + 40 < WORDS_TEXT; i++)
        len += (size_t)snprintf(text + len, WORDS_TEXT - len, "%s%.30s", i ? ", " : "", words[i]);
    return text;
}

static bool unknown_key(struct mapper *m, const struct node *n, const struct map_key *keys)
{
    const char *words[MAP_KEYS_MAX + 1] = { NULL };
    char typed[MAP_SHOWN_MAX], all[WORDS_TEXT];
    for (size_t i = 0; keys[i].key && i < MAP_KEYS_MAX; i++)
        words[i] = keys[i].key;
    const char *meant = nearest_word(words, map_shown(n->key, typed));
    /* The key itself stands in the sentence, not in the path. */
    struct node at = { .line = n->line };
    return map_wrong(m, &at, "unknown key \"%s\"%s%s%s; there are %s", typed, meant ? ", did you mean \"" : "",
                     meant ? meant : "", meant ? "\"?" : "", list_words(words, all));
}

static const struct map_key *row_of(const struct map_key *keys, struct span key)
{
    while (keys->key && !span_is(key, keys->key))
        keys++;
    return keys->key ? keys : NULL;
}

bool map_keys(struct mapper *m, const struct node *map, const struct map_key *keys, void *to)
{
    if (!map || map->kind != NODE_MAP)
        return map_wrong(m, map, "expected a map of keys and values");
    for (const struct node *n = map->first; n; n = n->next)
        if (!row_of(keys, n->key))
            return unknown_key(m, n, keys);
    for (; keys->key; keys++) {
        const struct node *n = node_get(map, keys->key);
        bool skipped = !n && m->skip && !m->path[0] && strcmp(keys->key, m->skip) == 0;
        if (!n && keys->missing && !skipped)
            return map_wrong(m, map, "the key \"%s\" is missing%s", keys->key, keys->missing);
        if (!n || !keys->take)
            continue;
        size_t was = map_enter(m, n->key);
        if (n->kind == NODE_NULL)
            return map_wrong(m, n, "has no value");
        if (!keys->take(m, n, (char *)to + keys->offset))
            return false;
        map_leave(m, was);
    }
    return true;
}

const struct node *map_first(const struct node *n)
{
    return n && n->kind == NODE_LIST ? n->first : n;
}

const struct node *map_next(const struct node *n, const struct node *at)
{
    return n->kind == NODE_LIST ? at->next : NULL;
}

/* ---- takers ---- */

bool map_scalar(struct mapper *m, const struct node *n, void *to)
{
    if (n->kind == NODE_LIST || n->kind == NODE_MAP || n->kind == NODE_NULL)
        return map_wrong(m, n, "expected one value");
    *(struct span *)to = n->text;
    return true;
}

bool map_text(struct mapper *m, const struct node *n, void *to)
{
    struct span *ret = to;
    return map_scalar(m, n, ret) && (ret->len > 0 || map_wrong(m, n, "the text is empty"));
}

bool map_prose(struct mapper *m, const struct node *n, void *to)
{
    struct span s;
    const char **ret = to;
    return map_text(m, n, &s) && ((*ret = arena_str(m->arena, s)) || map_no_memory(m));
}

bool map_str(struct mapper *m, const struct node *n, void *to)
{
    struct span s;
    const char **ret = to;
    if (!map_scalar(m, n, &s))
        return false;
    if (s.len == 0 || s.len > MAP_TEXT_MAX)
        return map_wrong(m, n, "expected 1 to %d bytes of text", MAP_TEXT_MAX);
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] < ' ' || s.at[i] == 0x7f)
            return map_wrong(m, n, "expected one line of text without control characters");
    *ret = arena_str(m->arena, s);
    return *ret || map_no_memory(m);
}

bool map_bool(struct mapper *m, const struct node *n, void *to)
{
    if (n->kind != NODE_BOOL)
        return map_wrong(m, n, "expected true or false");
    *(bool *)to = n->integer != 0;
    return true;
}

bool map_i64(struct mapper *m, const struct node *n, void *to)
{
    return node_i64(n, to) || map_wrong(m, n, "expected a whole number");
}

bool map_port(struct mapper *m, const struct node *n, void *to)
{
    int64_t port;
    if (!node_i64(n, &port) || port < 1 || port > UINT16_MAX)
        return map_wrong(m, n, "expected a port number, 1 to 65535");
    *(uint16_t *)to = (uint16_t)port;
    return true;
}

bool map_list(struct mapper *m, const struct node *n)
{
    return (n->kind == NODE_LIST && n->count) || map_wrong(m, n, "expected a list with at least one entry");
}

bool map_word(struct mapper *m, const struct node *n, const char *const *words, int *ret)
{
    char typed[MAP_SHOWN_MAX], all[WORDS_TEXT];
    struct span text;
    if (!map_scalar(m, n, &text))
        return false;
    for (int i = 0; words[i]; i++)
        if (span_is(text, words[i])) {
            *ret = i;
            return true;
        }
    const char *meant = nearest_word(words, map_shown(text, typed));
    return map_wrong(m, n, "\"%s\" is none of %s%s%s%s", typed, list_words(words, all),
                     meant ? "; did you mean \"" : "", meant ? meant : "", meant ? "\"?" : "");
}
