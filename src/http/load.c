/* Loads catalog files: one product each (doc/catalog.md). This file holds the directory walk, the table of an
 * entry's keys and what takes the simple ones. */
#include "http/load.h"

#include <stdio.h>

#include "base/file.h"
#include "http/match.h"
#include "http/pattern.h"
#include "record/words.h"

enum { DIRECTORY_FILES_MAX = 1000 };

static bool take_pattern(struct mapper *m, const struct node *n, bool capture, struct span *ret)
{
    struct error why;
    return map_scalar(m, n, ret) && (pattern_check(*ret, capture, &why) || map_wrong(m, n, "%s", why.text));
}

bool load_pattern(struct mapper *m, const struct node *n, void *to)
{
    return take_pattern(m, n, false, to);
}

bool load_capture(struct mapper *m, const struct node *n, void *to)
{
    return take_pattern(m, n, true, to);
}

static bool take_ports(struct mapper *m, const struct node *n, void *to)
{
    uint16_t *ret = to;
    size_t count = 0;
    for (const struct node *p = map_first(n); p; p = map_next(n, p)) {
        if (count == ENTRY_PORTS_MAX)
            return map_wrong(m, p, "at most %d ports", ENTRY_PORTS_MAX);
        if (!map_port(m, p, &ret[count++]))
            return false;
    }
    return true;
}

static bool take_leaks(struct mapper *m, const struct node *n, void *to)
{
    uint8_t *ret = to;
    int64_t leaks;
    if (!map_i64(m, n, &leaks))
        return false;
    if (leaks < 0 || leaks > LEAKS_MAX)
        return map_wrong(m, n, "a number from 0 to %d", LEAKS_MAX);
    *ret = (uint8_t)leaks;
    return true;
}

static bool is_word(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!ascii_is_digit(s.at[i]) && (s.at[i] < 'a' || s.at[i] > 'z') && s.at[i] != '-')
            return false;
    return s.len > 0 && s.len <= 40;
}

static bool take_product(struct mapper *m, const struct node *n, void *to)
{
    const char **ret = to;
    return map_str(m, n, ret) &&
           (is_word(span_str(*ret)) || map_wrong(m, n, "a product is a word of a-z, 0-9 and -"));
}

/* `base: ["/app/", "/login"]`: where the path of a redirect stops being the base path. */
static bool take_base(struct mapper *m, const struct node *n, void *to)
{
    struct entry *e = to;
    for (const struct node *one = map_first(n); one; one = map_next(n, one)) {
        struct span *mark = list_add(m->arena, &e->base_marks);
        if (!mark)
            return map_no_memory(m);
        if (!map_scalar(m, one, mark))
            return false;
        if (mark->len < 2 || mark->at[0] != '/')
            return map_wrong(m, one, "a mark of a base path begins with /");
    }
    return true;
}

static bool take_suspect(struct mapper *m, const struct node *n, void *to)
{
    const struct condition **ret = to;
    return load_condition(m, n, ret) &&
           (condition_root_only(*ret) || map_wrong(m, n, "\"suspect\" looks at the answer to \"root\" and no other"));
}

/* In the order in which they need each other: requests are there before anything speaks of their answers. */
static const struct map_key ENTRY[] = {
    { "product", take_product, offsetof(struct entry, product.name), "" },
    { "title", map_prose, offsetof(struct entry, product.title), "" },
    { "kind", take_kind, offsetof(struct entry, product.kind), "" },
    { "ports", take_ports, offsetof(struct entry, ports), NULL },
    { "tls_ports", take_ports, offsetof(struct entry, tls_ports), NULL },
    { "leaks", take_leaks, offsetof(struct entry, leaks), NULL },
    { "proof", map_prose, offsetof(struct entry, product.proof), "" },
    { "counted", map_prose, offsetof(struct entry, product.counts), NULL },
    { "base", take_base, 0, NULL },
    { "requests", load_requests, 0, NULL },
    { "nested", load_nested_marks, 0, NULL },
    { "behind", load_routes, 0, NULL },
    { "suspect", take_suspect, offsetof(struct entry, suspect), NULL },
    { "identify", load_identify, 0, NULL },
    { "version", load_sources, offsetof(struct entry, version), NULL },
    { "facts", load_facts, 0, NULL },
    { "verdict", load_verdicts, 0, NULL },
    { "counts", load_counts, 0, NULL },
    { "fields", load_fields, 0, NULL },
    { "leavings", load_leavings, 0, NULL },
    { "examples", load_examples, 0, ": an entry needs at least one" },
    { NULL, NULL, 0, NULL },
};

static bool load_entry(struct mapper *m, const struct node *n)
{
    struct entry *e = loader_of(m)->entry = ARENA_NEW(m->arena, struct entry);
    if (!e)
        return map_no_memory(m);
    e->file = m->file;
    e->product.ports = e->ports;
    e->product.tls_ports = e->tls_ports;
    e->product.counts = "nothing";
    if (!load_root(m) || !map_keys(m, n, ENTRY, e) || !load_over(m, n))
        return false;
    if (span_is(span_str(e->product.name), "web") != (e->identify.len == 0))
        return map_wrong(m, n, "\"identify\" is missing (only the product \"web\" has none)");
    return true;
}

/* The directory part of a file's name. */
static struct span dir_of(const char *file)
{
    struct span name = span_str(file);
    while (name.len && name.at[name.len - 1] != '/')
        name.len--;
    return name;
}

/* Puts the entry at its place in name order; one of the same name is replaced where it comes from
 * an earlier directory, and is an error in the same one. */
static bool keep_entry(struct mapper *m)
{
    struct catalog *c = loader_of(m)->catalog;
    const char *name = loader_of(m)->entry->product.name;
    size_t at = 0;
    while (at < c->entries.len && strcmp(c->entries.at[at]->product.name, name) < 0)
        at++;
    if (at < c->entries.len && strcmp(c->entries.at[at]->product.name, name) == 0) {
        if (span_eq(dir_of(c->entries.at[at]->file), dir_of(m->file)))
            return error_set(m->error, "%s: the product \"%s\" is already defined in %s", m->file, name,
                             c->entries.at[at]->file);
        c->entries.at[at] = loader_of(m)->entry;
        return true;
    }
    struct entry **slot = list_add(m->arena, &c->entries);
    if (!slot)
        return map_no_memory(m);
    memmove(c->entries.at + at + 1, c->entries.at + at,
            (c->entries.len - 1 - at) * sizeof(c->entries.at[0]));
    c->entries.at[at] = loader_of(m)->entry;
    return true;
}

static bool load_file(struct mapper *m)
{
    struct span text;
    m->path[0] = '\0';
    if (!file_read(m->arena, m->file, YAML_BYTES_MAX, &text, m->error))
        return false;
    if (text.len == 0)
        return error_set(m->error, "%s: the file is empty", m->file);
    const struct node *n = map_parse(m, text);
    return n && load_entry(m, n) && keep_entry(m);
}

static bool load_dir(struct loader *l, const char *dir)
{
    struct mapper *m = &l->map;
    struct paths files;
    if (!folder_list(m->arena, dir, SPAN(".yaml"), DIRECTORY_FILES_MAX, &files, m->error))
        return error_in(m->error, "the catalog directory");
    for (size_t i = 0; i < files.list.len; i++) {
        m->file = files.list.at[i];
        if (!load_file(m) && !load_problem(l, m->file))
            return false;
    }
    return true;
}

struct catalog *load_catalog_into(struct loader *l, const char *const *dirs, size_t dir_count)
{
    struct mapper *m = &l->map;
    struct catalog *c = l->catalog = ARENA_NEW(m->arena, struct catalog);
    m->self = l;
    m->file = "catalog";
    if (!c) {
        map_no_memory(m);
        return NULL;
    }
    c->arena = m->arena;
    for (size_t i = 0; i < dir_count; i++)
        if (!load_dir(l, dirs[i]))
            return NULL;
    m->file = "catalog";
    m->path[0] = '\0';
    if (!load_link(l))
        return NULL;
    if (!c->web) {
        error_set(m->error, "the catalog has no entry for the product \"web\"");
        return NULL;
    }
    return c;
}

struct catalog *catalog_load(struct arena *a, const char *const *dirs, size_t dir_count,
                             struct error *e)
{
    struct loader l = { .map = { .arena = a, .error = e } };
    return load_catalog_into(&l, dirs, dir_count);
}

struct catalog *catalog_load_to_ask(struct arena *a, const char *const *dirs, size_t dir_count, struct error *e)
{
    struct loader l = { .map = { .arena = a, .error = e, .skip = "examples" } };
    return load_catalog_into(&l, dirs, dir_count);
}

size_t catalog_count(const struct catalog *c)
{
    return c->entries.len;
}

const struct catalog_product *catalog_product(const struct catalog *c, size_t i)
{
    return i < c->entries.len ? &c->entries.at[i]->product : NULL;
}

bool catalog_source(const struct catalog *c, size_t i, size_t n, struct span *ret)
{
    if (i >= c->entries.len || n >= c->entries.at[i]->examples.len)
        return false;
    *ret = c->entries.at[i]->examples.at[n].source;
    return true;
}

const struct ask *catalog_ask(const struct catalog *c, size_t i)
{
    return i < c->asks.len ? c->asks.at[i] : NULL;
}
