/* See check.h. */
#include "http/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "http/example.h"
#include "http/load.h"

struct checking {
    struct arena *arena;
    const char *dir;
    struct catalog *catalog;
    struct catalog_report *report;
};

/* Whether the file lies in the directory, which ends with a slash, and not below it. */
static bool lies_in(const char *dir, const char *file)
{
    struct span in = span_str(dir), path = span_str(file), name = span_from(path, in.len);
    return span_starts(path, in) && span_index(name, '/') == name.len;
}

bool load_problem(struct loader *l, const char *file)
{
    struct mapper *m = &l->map;
    struct span text;
    if (!l->problems || !lies_in(l->checked, file))
        return false;
    unsigned line = map_error_line(file, span_str(m->error->text), &text);
    struct catalog_problem *p = list_add(m->arena, &l->problems->problems);
    if (!p || !(p->text = arena_str(m->arena, text)))
        return map_no_memory(&l->map);
    p->file = file;
    p->line = line;
    return true;
}

static bool is_checked(const struct checking *k, const struct entry *e)
{
    return lies_in(k->dir, e->file);
}

/* Whether something is wrong with the file already. */
static bool is_wrong(const struct checking *k, const struct entry *e)
{
    for (size_t i = 0; i < k->report->problems.len; i++)
        if (strcmp(k->report->problems.at[i].file, e->file) == 0)
            return true;
    return false;
}

/* Those that were loaded, and those that were not. */
static void count_entries(const struct checking *k)
{
    const struct catalog *c = k->catalog;
    k->report->entries = k->report->problems.len;
    for (size_t i = 0; i < c->entries.len; i++)
        k->report->entries += is_checked(k, c->entries.at[i]) && !is_wrong(k, c->entries.at[i]);
}

static bool check_examples(struct loader *l, const struct checking *k, const struct entry *e)
{
    for (size_t i = 0; i < e->examples.len; i++) {
        k->report->examples++;
        if (!example_check(k->catalog, e, &e->examples.at[i], l->map.error) &&
            !load_problem(l, e->file))
            return false;
    }
    return true;
}

/* Tells of an entry that recognises what is not its own; `first` is one example of it. */
static bool tell_greedy(struct loader *l, const struct entry *e, const struct entry *owner,
                        const struct example *first, size_t count)
{
    error_set(
        l->map.error,
        "the entry recognises what is not its own: example \"%s\" of %s (%s, line %u)%s; make "
        "\"identify\" narrower",
        first->name, owner->product.name, owner->file, first->line, count > 1 ? " and others" : "");
    return load_problem(l, e->file);
}

/* Whether the checked entries leave alone the examples of all others. */
static bool check_others(struct loader *l, const struct checking *k)
{
    size_t count = k->catalog->entries.len;
    struct entry **entries = k->catalog->entries.at;
    bool *wanted = arena_array(k->arena, count, sizeof(*wanted));
    size_t *taken = arena_array(k->arena, count, sizeof(*taken));
    const struct entry **owner = arena_array(k->arena, count, sizeof(*owner));
    const struct example **first = arena_array(k->arena, count, sizeof(*first));
    if (!wanted || !taken || !owner || !first)
        return map_no_memory(&l->map);
    for (size_t i = 0; i < count; i++)
        wanted[i] = is_checked(k, entries[i]);
    for (size_t i = 0; i < count; i++)
        for (size_t x = 0; !wanted[i] && x < entries[i]->examples.len; x++) {
            const struct example *example = &entries[i]->examples.at[x];
            example_count_others(k->catalog, entries[i], example, wanted, taken);
            for (size_t o = 0; o < count; o++)
                if (taken[o] && !first[o]) {
                    owner[o] = entries[i];
                    first[o] = example;
                }
        }
    for (size_t o = 0; o < count; o++)
        if (taken[o] && !tell_greedy(l, entries[o], owner[o], first[o], taken[o]))
            return false;
    return true;
}

static int by_place(const void *a, const void *b)
{
    const struct catalog_problem *x = a, *y = b;
    int files = strcmp(x->file, y->file);
    return files ? files : x->line < y->line ? -1 : x->line > y->line;
}

bool catalog_check(struct arena *a, const char *const *dirs, size_t dir_count, const char *dir,
                   struct catalog_report *ret, struct error *e)
{
    *ret = (struct catalog_report){ .entries = 0 };
    struct loader l = { .map = { .arena = a, .error = e }, .problems = ret };
    l.checked = arena_printf(a, "%s/", dir);
    if (!l.checked)
        return error_set(e, "not enough memory for the catalog");
    struct checking k = { .arena = a, .dir = l.checked, .report = ret };
    if (!(k.catalog = load_catalog_into(&l, dirs, dir_count)))
        return false;
    count_entries(&k);
    for (size_t i = 0; i < k.catalog->entries.len; i++) {
        const struct entry *entry = k.catalog->entries.at[i];
        if (is_checked(&k, entry) && !is_wrong(&k, entry) && !check_examples(&l, &k, entry))
            return false;
    }
    if (!check_others(&l, &k))
        return false;
    if (ret->problems.len)
        qsort(ret->problems.at, ret->problems.len, sizeof(ret->problems.at[0]), by_place);
    return true;
}
