#include "cmd/settings.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/file.h"
#include "text/mapper.h"

enum { CONFIG_BYTES_MAX = 1 << 20, NAMES_MAX = 300 };

/* The shipped profiles, as a file would say them. */
static const struct {
    const char *name, *option, *value;
} SHIPPED[] = {
    { "quick", "top-ports", "10" },
    { "quick", "timeout", "1.5" },
    { "usual", "ports", "usual" },
    { "full", "ports", "all-known" },
    { "full", "leavings", "true" },
};

/* ---- the file ---- */

static const char *default_path(struct arena *a)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (config && config[0] == '/')
        return arena_printf(a, "%s/ajar/config.yaml", config);
    return home && home[0] == '/' ? arena_printf(a, "%s/.config/ajar/config.yaml", home) : NULL;
}

bool settings_load(struct arena *a, const char *path, struct settings *ret, struct error *e)
{
    const char *file = path ? path : default_path(a);
    bool missing = false;
    struct span text;
    *ret = (struct settings){ 0 };
    if (!file)
        return true;
    if (!(path ? file_read_or_stdin(a, file, CONFIG_BYTES_MAX, &text, e)
               : file_read_optional(a, file, CONFIG_BYTES_MAX, &text, &missing, e)))
        return false;
    if (missing)
        return true;
    struct mapper m = { .arena = a, .error = e, .file = file };
    ret->file = file;
    if (!span_trim(text).len)
        return true;
    ret->root = map_parse(&m, text);
    return ret->root && (ret->root->kind == NODE_MAP || map_wrong(&m, ret->root, "a map of options is wanted"));
}

/* ---- values ---- */

static size_t find_row(const struct option_row *rows, struct span name)
{
    size_t i = 0;
    while (rows[i].name && !span_is(name, rows[i].name))
        i++;
    return i;
}

static bool is_path(const struct option_row *row)
{
    return row->value && (strncmp(row->value, "FILE", 4) == 0 || strncmp(row->value, "DIR", 3) == 0);
}

/* As it is on the command line: a path of a file is seen from the file's folder. */
static const char *value_of(const struct settings *s, struct arena *a, const struct option_row *row, struct span text)
{
    const char *slash = s->file ? strrchr(s->file, '/') : NULL;
    bool relative = is_path(row) && text.len && text.at[0] != '/' && !span_is(text, "-") && !span_is(text, "none");
    if (!relative || !slash)
        return arena_str(a, text);
    return arena_printf(a, "%.*s/%.*s", (int)(slash - s->file), s->file, SPAN_FMT(text));
}

static bool take_scalar(const struct settings *s, struct mapper *m, const struct node *n, size_t row,
                        const struct settings_taker *t)
{
    const struct option_row *r = &t->rows[row];
    struct error why;
    if (!r->value) {
        bool on = false;
        if (!map_bool(m, n, &on))
            return false;
        return !on || t->take(t->self, row, NULL, &why) || map_wrong(m, n, "%s", why.text);
    }
    struct span text;
    if (!map_text(m, n, &text))
        return false;
    const char *value = value_of(s, m->arena, r, text);
    return value ? t->take(t->self, row, value, &why) || map_wrong(m, n, "%s", why.text) : map_no_memory(m);
}

static bool is_list_row(const struct option_row *r)
{
    size_t len = r->value ? strlen(r->value) : 0;
    return len > 3 && strcmp(r->value + len - 3, "...") == 0;
}

/* One key: a value, or a list of them where the option may be given again; ports as a list are one text. */
static bool take_key(const struct settings *s, struct mapper *m, const struct node *n, const struct settings_taker *t)
{
    char shown[MAP_SHOWN_MAX];
    size_t row = find_row(t->rows, n->key);
    if (!t->rows[row].name || !t->allowed(t->self, row))
        return map_wrong(m, n, "%s is no option that a settings file may hold", map_shown(n->key, shown));
    if (t->skipped(t->self, row))
        return true;
    if (n->kind != NODE_LIST)
        return take_scalar(s, m, n, row, t);
    if (!is_list_row(&t->rows[row]))
        return map_wrong(m, n, "one value is wanted, in quotes where it holds commas");
    for (const struct node *c = n->first; c; c = c->next)
        if (!take_scalar(s, m, c, row, t))
            return false;
    return true;
}

static bool take_map(const struct settings *s, struct mapper *m, const struct node *map, const struct settings_taker *t)
{
    if (map->kind != NODE_MAP)
        return map_wrong(m, map, "a map of options is wanted");
    for (const struct node *n = map->first; n; n = n->next) {
        if (map == s->root && (span_is(n->key, "profiles") || span_is(n->key, "profile")))
            continue;
        size_t was = map_enter(m, n->key);
        if (!take_key(s, m, n, t))
            return false;
        map_leave(m, was);
    }
    return true;
}

bool settings_take(const struct settings *s, struct arena *a, const struct settings_taker *t, struct error *e)
{
    struct mapper m = { .arena = a, .error = e, .file = s->file };
    return !s->root || take_map(s, &m, s->root, t);
}

/* ---- profiles ---- */

static bool take_shipped(const char *name, const struct settings_taker *t, bool *ret_found, struct error *e)
{
    *ret_found = false;
    for (size_t i = 0; i < sizeof(SHIPPED) / sizeof(*SHIPPED); i++) {
        if (strcmp(SHIPPED[i].name, name) != 0)
            continue;
        size_t row = find_row(t->rows, span_str(SHIPPED[i].option));
        *ret_found = true;
        if (!t->skipped(t->self, row) && !t->take(t->self, row, SHIPPED[i].value, e))
            return false;
    }
    return true;
}

/* All names, for whoever wrote another. */
static bool no_profile(const struct node *own, const char *name, struct error *e)
{
    char room[NAMES_MAX];
    struct buf names = { .at = (uint8_t *)room, .cap = sizeof(room) - 1, .max = sizeof(room) - 1 };
    for (const struct node *n = own ? own->first : NULL; n; n = n->next) {
        buf_put(&names, n->key);
        buf_str(&names, ", ");
    }
    room[names.len] = '\0';
    return error_set(e, "--profile %.60s: there are %squick, usual and full", name, room);
}

bool settings_take_profile(const struct settings *s, const char *name, struct arena *a, const struct settings_taker *t,
                           struct error *e)
{
    struct mapper m = { .arena = a, .error = e, .file = s->file };
    const struct node *own = s->root ? node_get(s->root, "profiles") : NULL;
    const struct node *chosen = s->root ? node_get(s->root, "profile") : NULL;
    bool found;
    if (own && own->kind != NODE_MAP)
        return map_wrong(&m, own, "a map of profiles is wanted");
    if (!name && chosen) {
        if (!map_str(&m, chosen, &name))
            return false;
    }
    if (!name)
        return true;
    const struct node *mine = own ? node_get(own, name) : NULL;
    if (mine)
        return take_map(s, &m, mine, t);
    if (!take_shipped(name, t, &found, e))
        return false;
    return found || no_profile(own, name, e);
}
