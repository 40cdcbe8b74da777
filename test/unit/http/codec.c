/* Whatever loads, encodes and decodes: the loader, the engine and the codec joined, over all shipped
 * entries and over odd ones. The keeper stops a whole scan at one visit that it cannot read. */
#include "unit/check.h"
#include "unit/folder.h"

#include "http/example.c"

#include <stdarg.h>

enum { ROUNDS = 250, TEXT_MAX = 1 << 20 };

struct text {
    char at[TEXT_MAX];
    size_t len;
};

[[gnu::format(printf, 2, 3)]] static void add(struct text *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    t->len += (size_t)vsnprintf(t->at + t->len, TEXT_MAX - t->len, format, args);
    va_end(args);
    assert_true(t->len < TEXT_MAX - 1);
}

static uint32_t pick(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % below;
}

/* ---- an odd entry ---------------------------------------------------------------------------- */

/* A word of an alphabet; mostly of a length at the limit, now and then with what is not allowed. */
static void add_word(struct text *t, uint32_t *seed, const char *alphabet, uint32_t limit)
{
    uint32_t lengths[] = { 1, limit, limit, 1 + pick(seed, limit), limit + 1 };
    uint32_t len = lengths[pick(seed, 40) ? pick(seed, 4) : 4];
    for (uint32_t i = 0; i < len; i++)
        add(t, "%c", alphabet[pick(seed, (uint32_t)strlen(alphabet))]);
    if (pick(seed, 60) == 0)
        add(t, "%s", (const char *[]){ " x", "\xc3\xa9", ".x", "\\t", "/x", "X" }[pick(seed, 6)]);
}

static void add_json_text(struct text *t, uint32_t *seed)
{
    static const char *const pieces[] = { "a", "\\u0000", "\\n", "\xc3\xa9", "\\ud83d\\ude00", " ", "\\\"", "%2f", "..", "\xff" };
    uint32_t repeat = (uint32_t[]){ 0, 1, 3, 300, 5000 }[pick(seed, 5)];
    const char *piece = pieces[pick(seed, 10)];
    add(t, "\"");
    for (uint32_t i = 0; i < repeat; i++)
        add(t, "%s", piece);
    add(t, "\"");
}

static void add_number(struct text *t, uint32_t *seed)
{
    static const char *const numbers[] = { "0", "-1", "-2", "9223372036854775807", "-9223372036854775808",
                                           "1e300", "0.5", "92233720368547758070", "null", "true", "\"12\"" };
    add(t, "%s", numbers[pick(seed, 11)]);
}

/* The body of the answer: values for the facts, and collections. */
static void add_body(struct text *t, uint32_t *seed, uint32_t facts, uint32_t collections)
{
    add(t, "{\"v\": ");
    add_json_text(t, seed);
    add(t, ", \"n\": ");
    add_number(t, seed);
    add(t, ", \"list\": [");
    for (uint32_t i = 0; i < collections; i++) {
        add(t, "%s{\"name\": ", i ? ", " : "");
        if (collections > 20)
            add(t, "\"c%u\"", i);
        else
            add_json_text(t, seed);
        add(t, ", \"r\": ");
        add_number(t, seed);
        add(t, ", \"b\": ");
        add_number(t, seed);
        add(t, ", \"t\": ");
        add_number(t, seed);
        add(t, "}");
    }
    add(t, "], \"facts\": %u}", facts);
}

static const char WORD[] = "abcxyz0189-", NAME[] = "abcxyz0189_-", KEY[] = "abcxyz0189_-.";

static void add_entry(struct text *t, uint32_t *seed)
{
    static const char *const types[] = { "text", "number", "bool", "time" };
    uint32_t facts = (uint32_t[]){ 0, 3, 40, 530 }[pick(seed, 4)];
    uint32_t collections = (uint32_t[]){ 0, 1, 20, 1100 }[pick(seed, 4)];
    char request[64];
    struct text *word = calloc(1, sizeof(*word));
    assert_non_null(word);
    add_word(word, seed, NAME, 40);
    snprintf(request, sizeof(request), "%.63s", word->at);
    free(word);
    add(t, "product: ");
    add_word(t, seed, WORD, 40);
    add(t, "\ntitle: T\nkind: store\nports: [%u]\nproof: p\nrequests:\n  \"%s\": {get: /stats, why: w, rights: true}\n",
        1 + pick(seed, 65535), request);
    add(t, "identify:\n  - {request: \"%s\", status: 200}\nversion: {request: \"%s\", json: v}\nfacts:\n", request, request);
    for (uint32_t i = 0; i < facts; i++) {
        add(t, "  \"%u", i);
        add_word(t, seed, KEY, 60);
        add(t, "\": {request: \"%s\", json: %s, as: %s}\n", request, pick(seed, 2) ? "v" : "n", types[pick(seed, 4)]);
    }
    add(t, "  last: {value: x, when: {status: 200}}\n");
    add(t, "verdict:\n  - open: {request: \"%s\", status: 200, has: facts}\ncounts:\n", request);
    add(t, "  - {request: \"%s\", each: list, name: name, records: r, bytes: b, created: t}\n", request);
    add(t, "examples:\n  - name: x\n    source: made x\n    outcome: open\n    answers:\n");
    add(t, "      root: \"HTTP/1.1 200 OK\\n\\n\"\n      \"%s\": |\n        HTTP/1.1 200 OK\n"
           "        Content-Type: application/json\n\n        ", request);
    add_body(t, seed, facts, collections);
    add(t, "\n");
}

/* ---- the property ---------------------------------------------------------------------------- */

static bool same(struct span a, struct span b, size_t max)
{
    return span_eq(span_first(a, max), b);
}

static void check_same(const struct observation *a, const struct observation *b)
{
    assert_string_equal(a->product, b->product);
    assert_int_equal(a->outcome, b->outcome);
    assert_int_equal(a->records, b->records);
    assert_int_equal(a->bytes, b->bytes);
    assert_int_equal(a->collection_count, b->collection_count);
    assert_int_equal(a->collections.len, b->collections.len);
    assert_int_equal(a->facts.len, b->facts.len);
    for (size_t i = 0; i < a->facts.len; i++) {
        assert_string_equal(a->facts.at[i].key, b->facts.at[i].key);
        assert_true(a->facts.at[i].ask == NULL || strcmp(a->facts.at[i].ask, b->facts.at[i].ask) == 0);
        assert_true(a->facts.at[i].type != FACT_TEXT || same(a->facts.at[i].text, b->facts.at[i].text, FACT_TEXT_MAX));
    }
}

static void check_visit(const struct entry *e, const struct example *x, const struct visit *v)
{
    struct arena arena;
    struct buf b;
    struct visit decoded;
    struct verdict verdict;
    arena_init(&arena, EXAMPLE_ARENA_MAX);
    buf_init(&b, VISIT_ENCODED_MAX + 4);
    visit_encode(&b, v);
    assert_true(buf_ok(&b));
    struct reader r = reader_over(&verdict, span_from(buf_span(&b), 4));
    if (!visit_decode(&r, &arena, &decoded))
        fail_msg("%s: example \"%s\": %s", e->file, x->name, verdict.why);
    assert_int_equal(decoded.observations.len, v->observations.len);
    for (size_t i = 0; i < v->observations.len; i++)
        check_same(&v->observations.at[i], &decoded.observations.at[i]);
    buf_release(&b);
    arena_release(&arena);
}

/* Plays all examples; how many there were. */
static size_t check_catalog(const struct catalog *c)
{
    size_t count = 0;
    for (size_t i = 0; i < c->entries.len; i++)
        for (size_t k = 0; k < c->entries.at[i]->examples.len; k++, count++) {
            const struct entry *e = c->entries.at[i];
            struct arena arena;
            struct error why;
            struct visit v;
            arena_init(&arena, EXAMPLE_ARENA_MAX);
            struct example_asker x = asker_of(c, e, &e->examples.at[k], &arena, &why);
            if (parse_answers(&x)) {
                play(&x, c, &v);
                assert_true(v.observations.len > 0);
                check_visit(e, &e->examples.at[k], &v);
            }
            arena_release(&arena);
        }
    return count;
}

static void test_shipped(void **state)
{
    struct arena a;
    struct error e;
    const char *dirs[] = { "catalog" };
    (void)state;
    arena_init(&a, 64 << 20);
    struct catalog *c = catalog_load(&a, dirs, 1, &e);
    if (!c)
        fail_msg("%s", e.text);
    assert_true(check_catalog(c) >= 50);
    arena_release(&a);
}

static void test_odd(void **state)
{
    static struct text t;
    char dir[TEST_FOLDER_MAX], path[TEST_FOLDER_MAX + 16];
    const char *dirs[] = { "catalog", dir };
    uint32_t seed = 7;
    size_t loaded = 0, refused = 0;
    (void)state;
    assert_true(test_folder_make(dir));
    snprintf(path, sizeof(path), "%s/odd.yaml", dir);
    for (int round = 0; round < ROUNDS; round++) {
        struct arena a;
        struct error e = { "" };
        t.len = 0;
        add_entry(&t, &seed);
        FILE *f = fopen(path, "we");
        assert_non_null(f);
        assert_int_equal(fwrite(t.at, 1, t.len, f), t.len);
        fclose(f);
        arena_init(&a, 64 << 20);
        struct catalog *c = catalog_load(&a, dirs, 2, &e);
        loaded += c != NULL;
        refused += c == NULL;
        if (c)
            check_catalog(c);
        else
            assert_true(strstr(e.text, "odd.yaml") != NULL);
        arena_release(&a);
    }
    assert_int_equal(test_folder_remove(dir), 0);
    /* Both sides of every limit were tried. */
    assert_true(loaded >= ROUNDS / 4 && refused >= ROUNDS / 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shipped),
        cmocka_unit_test(test_odd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
