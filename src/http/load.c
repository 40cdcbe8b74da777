/* Loads catalog files: one product each (doc/catalog.md). This file holds the directory walk, the
 * head of an entry and the strict little readers that the other parts use. */
#include "http/load.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/file.h"
#include "http/match.h"
#include "http/pattern.h"

enum { DIRECTORY_FILES_MAX = 1000 };

bool load_fail(struct loader *l, const struct node *at, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (at && at->line)
        return error_set(l->error, "%s: line %u: %s", l->file, at->line, text);
    return error_set(l->error, "%s: %s", l->file, text);
}

bool load_no_memory(struct loader *l)
{
    return error_set(l->error, "%s: the catalog does not fit into memory", l->file);
}

bool load_keys(struct loader *l, const struct node *n, const char *const *allowed)
{
    if (!n || n->kind != NODE_MAP)
        return load_fail(l, n, "a map of keys is needed here");
    for (const struct node *k = n->first; k; k = k->next) {
        size_t i = 0;
        while (allowed[i] && !span_is(k->key, allowed[i]))
            i++;
        if (!allowed[i])
            return load_fail(l, k, "the key \"%.*s\" is not known here",
                             SPAN_FMT(span_first(k->key, 60)));
        for (const struct node *other = n->first; other != k; other = other->next)
            if (span_eq(other->key, k->key))
                return load_fail(l, k, "the key \"%.*s\" stands here twice", SPAN_FMT(k->key));
    }
    return true;
}

bool load_scalar(struct loader *l, const struct node *n, struct span *ret)
{
    if (n->kind == NODE_LIST || n->kind == NODE_MAP)
        return load_fail(l, n, "\"%.*s\" must be one value", SPAN_FMT(n->key));
    *ret = n->text;
    return true;
}

bool load_text(struct loader *l, const struct node *map, const char *key, bool needed,
               struct span *ret)
{
    const struct node *n = node_get(map, key);
    if (!n)
        return !needed || load_fail(l, map, "the key \"%s\" is missing", key);
    if (!load_scalar(l, n, ret))
        return false;
    return ret->len > 0 || load_fail(l, n, "\"%s\" is empty", key);
}

bool load_str(struct loader *l, const struct node *map, const char *key, bool needed,
              const char **ret)
{
    struct span text = SPAN_NONE;
    if (!load_text(l, map, key, needed, &text))
        return false;
    if (!text.at)
        return true;
    *ret = arena_str(l->arena, text);
    return *ret || load_no_memory(l);
}

bool load_bool(struct loader *l, const struct node *map, const char *key, bool *ret)
{
    const struct node *n = node_get(map, key);
    if (!n)
        return true;
    if (n->kind != NODE_BOOL)
        return load_fail(l, n, "\"%s\" must be true or false", key);
    *ret = n->integer != 0;
    return true;
}

bool load_pattern(struct loader *l, const struct node *n, bool capture, struct span *ret)
{
    struct error why;
    if (!load_scalar(l, n, ret))
        return false;
    return pattern_check(*ret, capture, &why) || load_fail(l, n, "%s", why.text);
}

const struct node *load_first(const struct node *n)
{
    return n && n->kind == NODE_LIST ? n->first : n;
}

const struct node *load_next(const struct node *n, const struct node *at)
{
    return n->kind == NODE_LIST ? at->next : NULL;
}

static bool load_ports(struct loader *l, const struct node *map, const char *key, uint16_t *ret)
{
    const struct node *n = node_get(map, key);
    size_t count = 0;
    for (const struct node *p = load_first(n); p; p = load_next(n, p)) {
        int64_t port;
        if (!node_i64(p, &port) || port < 1 || port > 65535)
            return load_fail(l, p, "\"%s\" must be port numbers", key);
        if (count == ENTRY_PORTS_MAX)
            return load_fail(l, p, "at most %d ports", ENTRY_PORTS_MAX);
        ret[count++] = (uint16_t)port;
    }
    return true;
}

static bool is_word(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!ascii_is_digit(s.at[i]) && (s.at[i] < 'a' || s.at[i] > 'z') && s.at[i] != '-')
            return false;
    return s.len > 0 && s.len <= 40;
}

static bool load_head(struct loader *l, const struct node *n)
{
    struct entry *e = l->entry;
    struct catalog_product *p = &e->product;
    struct span kind;
    if (!load_str(l, n, "product", true, &p->name) || !load_str(l, n, "title", true, &p->title) ||
        !load_text(l, n, "kind", true, &kind) || !load_str(l, n, "proof", true, &p->proof) ||
        !load_str(l, n, "counted", false, &p->counts))
        return false;
    if (!is_word(span_str(p->name)))
        return load_fail(l, node_get(n, "product"), "a product is a word of a-z, 0-9 and -");
    if (!kind_parse(kind, &p->kind))
        return load_fail(l, node_get(n, "kind"), "\"%.*s\" is no kind",
                         SPAN_FMT(span_first(kind, 40)));
    p->ports = e->ports;
    p->tls_ports = e->tls_ports;
    if (!p->counts)
        p->counts = "nothing";
    return load_ports(l, n, "ports", e->ports) && load_ports(l, n, "tls_ports", e->tls_ports);
}

/* `base: ["/app/", "/login"]`: where the path of a redirect stops being the base path. */
static bool load_base(struct loader *l, const struct node *n)
{
    for (const struct node *m = load_first(n); m; m = load_next(n, m)) {
        struct span *mark = list_add(l->arena, &l->entry->base_marks);
        if (!mark)
            return load_no_memory(l);
        if (!load_scalar(l, m, mark))
            return false;
        if (mark->len < 2 || mark->at[0] != '/')
            return load_fail(l, m, "a mark of a base path begins with /");
    }
    return true;
}

static bool load_entry(struct loader *l, const struct node *n)
{
    static const char *const keys[] = { "product", "title",    "kind",     "ports",  "tls_ports",
                                        "proof",   "counted",  "requests", "nested", "base",
                                        "suspect", "identify", "version",  "facts",  "verdict",
                                        "counts",  "fields",   "behind",   "examples", NULL };
    struct entry *e = l->entry = ARENA_NEW(l->arena, struct entry);
    if (!e)
        return load_no_memory(l);
    e->file = l->file;
    if (!load_keys(l, n, keys) || !load_head(l, n) || !load_base(l, node_get(n, "base")) ||
        !load_root(l) || !load_requests(l, node_get(n, "requests")) ||
        !load_nested_marks(l, node_get(n, "nested")) || !load_routes(l, node_get(n, "behind")) ||
        !load_identify(l, node_get(n, "identify")) ||
        !load_sources(l, node_get(n, "version"), &e->version) ||
        !load_facts(l, node_get(n, "facts")) || !load_verdicts(l, node_get(n, "verdict")) ||
        !load_counts(l, node_get(n, "counts")) || !load_fields(l, node_get(n, "fields")) ||
        !load_examples(l, node_get(n, "examples")))
        return false;
    const struct node *suspect = node_get(n, "suspect");
    if (suspect && !(e->suspect = load_condition(l, suspect, 0)))
        return false;
    if (e->suspect && !condition_root_only(e->suspect))
        return load_fail(l, suspect, "\"suspect\" looks at the answer to \"root\" and no other");
    if (span_is(span_str(e->product.name), "web") != (e->identify.len == 0))
        return load_fail(l, n, "\"identify\" is missing (only the product \"web\" has none)");
    return e->examples.len > 0 || load_fail(l, n, "an entry needs at least one example");
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
static bool keep_entry(struct loader *l)
{
    struct catalog *c = l->catalog;
    const char *name = l->entry->product.name;
    size_t at = 0;
    while (at < c->entries.len && strcmp(c->entries.at[at]->product.name, name) < 0)
        at++;
    if (at < c->entries.len && strcmp(c->entries.at[at]->product.name, name) == 0) {
        if (span_eq(dir_of(c->entries.at[at]->file), dir_of(l->file)))
            return load_fail(l, NULL, "the product \"%s\" is already defined in %s", name,
                             c->entries.at[at]->file);
        c->entries.at[at] = l->entry;
        return true;
    }
    struct entry **slot = list_add(l->arena, &c->entries);
    if (!slot)
        return load_no_memory(l);
    memmove(c->entries.at + at + 1, c->entries.at + at,
            (c->entries.len - 1 - at) * sizeof(c->entries.at[0]));
    c->entries.at[at] = l->entry;
    return true;
}

static bool load_file(struct loader *l)
{
    struct span text;
    struct error why;
    if (!file_read(l->arena, l->file, YAML_BYTES_MAX, &text, l->error))
        return false;
    if (text.len == 0)
        return error_set(l->error, "%s: the file is empty", l->file);
    const struct node *n = yaml_parse(l->arena, text, &why);
    if (!n)
        return error_set(l->error, "%s: %s", l->file, why.text);
    return load_entry(l, n) && keep_entry(l);
}

static bool load_dir(struct loader *l, const char *dir)
{
    struct paths files;
    if (!folder_list(l->arena, dir, SPAN(".yaml"), DIRECTORY_FILES_MAX, &files, l->error))
        return error_in(l->error, "the catalog directory");
    for (size_t i = 0; i < files.list.len; i++) {
        l->file = files.list.at[i];
        if (!load_file(l) && !load_problem(l, l->file))
            return false;
    }
    return true;
}

struct catalog *load_catalog_into(struct loader *l, const char *const *dirs, size_t dir_count)
{
    struct catalog *c = l->catalog = ARENA_NEW(l->arena, struct catalog);
    l->file = "catalog";
    if (!c) {
        (void)load_no_memory(l);
        return NULL;
    }
    c->arena = l->arena;
    for (size_t i = 0; i < dir_count; i++)
        if (!load_dir(l, dirs[i]))
            return NULL;
    l->file = "catalog";
    if (!load_link(l))
        return NULL;
    if (!c->web) {
        error_set(l->error, "the catalog has no entry for the product \"web\"");
        return NULL;
    }
    return c;
}

struct catalog *catalog_load(struct arena *a, const char *const *dirs, size_t dir_count,
                             struct error *e)
{
    struct loader l = { .arena = a, .error = e };
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

const struct ask *catalog_ask(const struct catalog *c, size_t i)
{
    return i < c->asks.len ? c->asks.at[i] : NULL;
}
