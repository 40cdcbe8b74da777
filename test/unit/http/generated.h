/* Catalogs of any size, made up for tests and measurements, loaded like any other. Requests that must
 * differ do so by what they accept: which paths may be asked is another matter. */
#ifndef AJAR_TEST_GENERATED_H
#define AJAR_TEST_GENERATED_H

#include "unit/folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "http/entry.h"

enum { GENERATED_MAX = 400 };

struct generated {
    char dir[TEST_FOLDER_MAX];
    struct arena arena;
    struct catalog *catalog;
    size_t files;
};

static inline void generated_put(struct generated *g, const char *product, const char *rest)
{
    char path[TEST_FOLDER_MAX + 32];
    snprintf(path, sizeof(path), "%s/%03zu.yaml", g->dir, g->files++);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "product: %s\ntitle: T\nkind: store\nproof: p\n%s"
               "examples:\n  - name: x\n    source: made x\n    outcome: identified\n"
               "    answers: {root: \"HTTP/1.1 200 OK\\n\\n\"}\n", product, rest);
    fclose(f);
}

static inline void generated_begin(struct generated *g)
{
    memset(g, 0, sizeof(*g));
    arena_init(&g->arena, 256 << 20);
    assert_true(test_folder_make(g->dir));
    generated_put(g, "web", "facts:\n  http.status: {code: true, as: number}\n");
}

static inline void generated_load(struct generated *g)
{
    const char *dirs[] = { g->dir };
    struct error e;
    g->catalog = catalog_load(&g->arena, dirs, 1, &e);
    if (!g->catalog)
        fail_msg("%s", e.text);
}

static inline void generated_end(struct generated *g)
{
    assert_int_equal(test_folder_remove(g->dir), 0);
    arena_release(&g->arena);
}

#endif
