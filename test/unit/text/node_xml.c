/* XML: what is one, what is none, what is cut, and what is too much. */
#include "unit/check.h"

#include "text/node.h"

#include <stdlib.h>

static struct arena arena;
static enum json_end end;
static struct span behind;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 4 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static const struct node *front(struct span text, size_t values)
{
    const struct node *n = xml_front(&arena, text, &values, &end, &behind);
    if ((n == NULL) != (end == JSON_NONE))
        fail_msg("\"%.*s\": a tree and an end, or neither", SPAN_FMT(text));
    return n;
}

static const struct node *parse(const char *xml)
{
    return front(span_str(xml), SIZE_MAX);
}

static void check_text(const struct node *n, const char *path, const char *expected)
{
    struct span text = node_text(node_path(n, span_str(path)));
    if (!span_is(text, expected))
        fail_msg("%s is \"%.*s\", not \"%s\"", path, SPAN_FMT(text), expected);
}

static void test_listing(void **state)
{
    (void)state;
    const struct node *n = parse(
        "\xef\xbb\xbf<?xml version=\"1.0\"?>\n<!-- by hand -->\n<ns:All xmlns:ns='urn:x' count=\"2\">"
        "<Owner/><Buckets><Bucket><Name>a&amp;b</Name><Size> 12 </Size></Bucket><!-- between -->"
        "<Bucket><Name><![CDATA[<c>]]></Name></Bucket></Buckets></ns:All>\n");
    int64_t size;
    assert_int_equal(end, JSON_WHOLE);
    assert_int_equal(behind.len, 0);
    assert_int_equal(n->count, 1);
    check_text(n, "All.count", "2");
    assert_int_equal(node_path(n, SPAN("All.Owner"))->kind, NODE_MAP);
    assert_int_equal(node_path(n, SPAN("All.Owner"))->count, 0);
    const struct node *buckets = node_path(n, SPAN("All.Buckets"));
    assert_int_equal(buckets->count, 2);
    check_text(n, "All.Buckets.Bucket.Name", "a&b");
    assert_true(node_i64(node_path(n, SPAN("All.Buckets.Bucket.Size")), &size) && size == 12);
    assert_true(span_is(buckets->first->next->key, "Bucket"));
    check_text(buckets->first->next, "Name", "<c>");
}

static void test_references(void **state)
{
    (void)state;
    const struct node *n = parse("<a b=\"&lt;&#65;&#x4e2d;&quot;\">"
                                 "<c>&none; &#xd800; &#0; &amp &apos;</c></a>");
    check_text(n, "a.b", "<A\xe4\xb8\xad\"");
    check_text(n, "a.c", "&none; &#xd800; &#0; &amp '");
}

static void test_none(void **state)
{
    (void)state;
    static const char *const BAD[] = {
        "", " ", "x", "<", "< a>", "<?xml", "<!DOCTYPE html><html></html>", "<?xml?><!DOCTYPE x [<!ENTITY a 'b'>]><x/>",
        "<a></b>", "<a b></a>", "<a b=c></a>", "<a><b></a></b>", "<a><!DOCTYPE x></a>", "</a>",
    };
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
        if (parse(BAD[i]))
            fail_msg("\"%s\" is no XML", BAD[i]);
    assert_non_null(parse("<a/><b/>"));
    assert_true(span_is(behind, "<b/>"));
}

/* Wherever it ends too soon: what is whole stays, what goes on is marked. */
static void test_cut(void **state)
{
    (void)state;
    static const char WHOLE[] = "<a x='1'><b><c>1</c></b><b><c>2</c></b><!-- - --><?p q?><d><![CDATA[]]]></d></a>";
    for (size_t len = 3; len < sizeof(WHOLE) - 1; len++) {
        char *exact = malloc(len); /* so that a sanitizer sees one byte too many */
        memcpy(exact, WHOLE, len);
        const struct node *n = front(span_of(exact, len), SIZE_MAX);
        assert_non_null(n);
        assert_int_equal(end, JSON_CUT);
        assert_true(n->cut && n->first->cut);
        free(exact);
    }
    const struct node *n = front(span_of(WHOLE, 30), SIZE_MAX);
    check_text(n, "a.b.c", "1");
    assert_false(node_path(n, SPAN("a.b"))->cut);
    n = front(SPAN("<a><b>1</b><b>2</b><b>3</b></a>"), 3);
    assert_int_equal(end, JSON_CUT);
    assert_int_equal(n->first->count, 2);
}

static void test_deep(void **state)
{
    (void)state;
    char text[3 * (XML_DEPTH_MAX + 1)];
    for (size_t i = 0; i < XML_DEPTH_MAX + 1; i++)
        memcpy(text + 3 * i, "<a>", 3);
    assert_non_null(front(span_of(text, sizeof(text)), SIZE_MAX));
    assert_int_equal(end, JSON_CUT);
}

static void test_full_arena(void **state)
{
    (void)state;
    struct arena small;
    size_t values = SIZE_MAX;
    arena_init(&small, 64);
    assert_null(xml_front(&small, SPAN("<a><b>x</b></a>"), &values, &end, &behind));
    arena_release(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_listing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_references, setup, teardown),
        cmocka_unit_test_setup_teardown(test_none, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cut, setup, teardown),
        cmocka_unit_test_setup_teardown(test_deep, setup, teardown),
        cmocka_unit_test_setup_teardown(test_full_arena, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
