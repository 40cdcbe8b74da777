/* The strict mapper: each thing that may be wrong with a map is told with file, line and the whole key. */
#include "unit/check.h"

#include <string.h>

#include "text/mapper.c"

struct inner {
    const char *name;
    int64_t count;
};

struct outer {
    const char *title;
    struct span text;
    bool flag;
    uint16_t port;
    struct inner inner;
    char order[8]; /* the keys in the order in which they were taken */
};

static struct arena arena;
static struct error error;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static bool take_inner(struct mapper *m, const struct node *n, void *to)
{
    static const struct map_key KEYS[] = {
        { "name", map_str, offsetof(struct inner, name), ", as in {name: x}" },
        { "count", map_i64, offsetof(struct inner, count), NULL },
        { NULL, NULL, 0, NULL },
    };
    return map_keys(m, n, KEYS, to);
}

static bool note(struct mapper *m, const struct node *n, void *to)
{
    struct outer *o = to;
    assert_ptr_equal(m->self, &arena);
    o->order[strlen(o->order)] = (char)n->key.at[0];
    return true;
}

static bool one_of(struct mapper *m, const struct node *n, void *to)
{
    static const char *const WORDS[] = { "offered", "required", "never", NULL };
    int which = -1;
    (void)to;
    return map_word(m, n, WORDS, &which) && which == 1;
}

static const struct map_key OUTER[] = {
    { "title", map_str, offsetof(struct outer, title), "" },
    { "text", map_text, offsetof(struct outer, text), NULL },
    { "flag", map_bool, offsetof(struct outer, flag), NULL },
    { "port", map_port, offsetof(struct outer, port), NULL },
    { "inner", take_inner, offsetof(struct outer, inner), NULL },
    { "b", note, 0, NULL },
    { "a", note, 0, NULL },
    { "word", one_of, 0, NULL },
    { "later", NULL, 0, NULL },
    { NULL, NULL, 0, NULL },
};

static bool read(const char *yaml, struct outer *ret)
{
    struct mapper m = { .arena = &arena, .error = &error, .file = "f.yaml", .self = &arena };
    *ret = (struct outer){ .title = NULL };
    error.text[0] = '\0';
    const struct node *n = map_parse(&m, span_str(yaml));
    bool ok = n && map_keys(&m, n, OUTER, ret);
    if (ok)
        assert_string_equal(m.path, "");
    return ok;
}

static void wrong(const char *yaml, const char *why)
{
    struct outer o;
    if (read(yaml, &o))
        fail_msg("accepted: %s", yaml);
    assert_string_equal(error.text, why);
}

static void test_good(void **state)
{
    (void)state;
    struct outer o;
    if (!read("a: 1\nb: 2\ntitle: T\ntext: |\n  two\n  lines\nflag: true\nport: 65535\n"
              "inner: {name: n, count: -7}\nword: required\nlater: [x]\n", &o))
        fail_msg("%s", error.text);
    assert_string_equal(o.title, "T");
    assert_true(span_is(o.text, "two\nlines\n") && o.flag);
    assert_int_equal(o.port, 65535);
    assert_string_equal(o.inner.name, "n");
    assert_int_equal(o.inner.count, -7);
    assert_string_equal(o.order, "ba"); /* the table's order, not the file's */
}

static void test_wrong(void **state)
{
    (void)state;
    wrong("", "f.yaml:1: the document is empty");
    wrong("- a\n", "f.yaml:1: expected a map of keys and values");
    wrong("title: T\ntitle: U\n", "f.yaml:2: the key \"title\" stands twice in this map");
    wrong("title: [\n", "f.yaml:2: did not find expected node content while parsing a flow node");
    wrong("flag: true\n", "f.yaml:1: the key \"title\" is missing");
    wrong("title:\n", "f.yaml:1: title: has no value");
    wrong("title: [a]\n", "f.yaml:1: title: expected one value");
    wrong("title: \"\"\n", "f.yaml:1: title: expected 1 to 2000 bytes of text");
    wrong("title: \"a\\tb\"\n", "f.yaml:1: title: expected one line of text without control characters");
    wrong("title: T\ntext: \"\"\n", "f.yaml:2: text: the text is empty");
    wrong("title: T\nflag: 1\n", "f.yaml:2: flag: expected true or false");
    wrong("title: T\nport: 0\n", "f.yaml:2: port: expected a port number, 1 to 65535");
    wrong("title: T\nport: 65536\n", "f.yaml:2: port: expected a port number, 1 to 65535");
    wrong("title: T\ninner:\n  count: 1\n", "f.yaml:3: inner: the key \"name\" is missing, as in {name: x}");
    wrong("title: T\ninner:\n  name: x\n  count: 1.5\n", "f.yaml:4: inner.count: expected a whole number");
    wrong("title: T\ninner: {nmae: x}\n", "f.yaml:2: inner: unknown key \"nmae\", did you mean \"name\"?; there are name, count");
    wrong("title: T\nword: requierd\n",
          "f.yaml:2: word: \"requierd\" is none of offered, required, never; did you mean \"required\"?");
    wrong("title: T\nword: maybe\n", "f.yaml:2: word: \"maybe\" is none of offered, required, never");
}

/* What somebody typed cannot write to a terminal, and does not hide the end of a sentence. */
static void test_foreign_words(void **state)
{
    (void)state;
    wrong("title: T\n\"a\\x1b[2J\": 1\n", "f.yaml:2: unknown key \"a?[2J\"; there are title, text, flag, port, inner, "
                                          "b, a, word, later");
    char yaml[400] = "title: T\n";
    memset(yaml + 9, 'k', 300);
    strcpy(yaml + 309, ": 1\n");
    struct outer o;
    assert_false(read(yaml, &o));
    assert_non_null(strstr(error.text, "kkk...\"; there are title"));
}

static void test_line_of_an_error(void **state)
{
    (void)state;
    struct span text;
    assert_int_equal(map_error_line("f.yaml", SPAN("f.yaml:12: a: b"), &text), 12);
    assert_true(span_is(text, "a: b"));
    assert_int_equal(map_error_line("f.yaml", SPAN("f.yaml: the file is empty"), &text), 0);
    assert_true(span_is(text, "the file is empty"));
    assert_int_equal(map_error_line("f.yaml", SPAN("no memory"), &text), 0);
    assert_true(span_is(text, "no memory"));
    assert_int_equal(map_error_line("f.yaml", SPAN("f.yaml"), &text), 0);
    assert_true(span_is(text, "f.yaml"));
}

static void test_memory_ends(void **state)
{
    (void)state;
    struct outer o;
    bool ok = false;
    for (uint64_t nth = 1; nth < 100 && !ok; nth++) {
        arena_release(&arena);
        arena.failed = false;
        arena.fail_at = nth;
        ok = read("title: T\ninner: {name: n}\n", &o);
        assert_true(ok || error.text[0]);
    }
    assert_true(ok);
    arena.fail_at = 0;
}

/* What is skipped where it stands last is neither read nor missed; elsewhere, and where it is not asked for, it is. */
static void test_the_last_section_is_skipped(void **state)
{
    (void)state;
    static const struct map_key KEYS[] = {
        { "title", map_str, 0, "" },
        { "examples", map_str, 0, "" },
        { NULL, NULL, 0, NULL },
    };
    static const struct {
        const char *text, *skip;
        bool good;
    } CASES[] = {
        { "title: a\nexamples:\n  - broken: [\n\n# a comment\n- {\n", "examples", true },
        { "title: a\nexamples:\n", "examples", true },
        { "title: a\nexamples:\n  - broken: [\n", NULL, false },
        { "examples:\n  - broken: [\ntitle: a\n", "examples", false },
        { "title: a\n", NULL, false },
        { "examples:\n  - a\n", "examples", false },
        { "title: a\n  examples:\n", "examples", false },
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const char *title;
        struct mapper m = { .arena = &arena, .error = &error, .file = "f", .skip = CASES[i].skip };
        const struct node *n = map_parse(&m, span_str(CASES[i].text));
        assert_int_equal(n && map_keys(&m, n, KEYS, &title), CASES[i].good);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_good, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wrong, setup, teardown),
        cmocka_unit_test_setup_teardown(test_foreign_words, setup, teardown),
        cmocka_unit_test_setup_teardown(test_line_of_an_error, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_last_section_is_skipped, setup, teardown),
        cmocka_unit_test_setup_teardown(test_memory_ends, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
