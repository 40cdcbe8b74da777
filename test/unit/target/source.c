/* Targets from files and arguments. */
#include "unit/check.h"

#include <stdlib.h>

#include "target/source.c"

#include <unistd.h>

static struct arena arena;
static struct error error;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 8 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void test_lines(void **state)
{
    (void)state;
    struct targets t = { 0 };
    struct span text =
        SPAN("\xef\xbb\xbf# all of them\r\n10.0.0.1\r\n\n  db.internal:80   # the database\n#\n"
             "http://x/#y\n10.0.0.2");
    if (!targets_add_lines(&arena, &t, text, "hosts.txt", &error))
        fail_msg("%s", error.text);
    assert_int_equal(t.list.len, 4);
    assert_string_equal(t.list.at[0].text, "10.0.0.1");
    assert_int_equal(t.list.at[0].origin.line, 2);
    assert_string_equal(t.list.at[1].text, "db.internal:80");
    assert_string_equal(t.list.at[1].origin.file, "hosts.txt");
    assert_int_equal(t.list.at[1].origin.line, 4);
    assert_string_equal(t.list.at[2].name, "x");
    assert_int_equal(t.list.at[3].origin.line, 7);
    assert_true(targets_add_lines(&arena, &t, SPAN(""), "hosts.txt", &error));
    assert_int_equal(t.list.len, 4);
}

static void test_errors_name_the_line(void **state)
{
    (void)state;
    struct targets t = { 0 };
    assert_false(
        targets_add_lines(&arena, &t, SPAN("10.0.0.1\n\n10.0.0.0/99\n"), "hosts.txt", &error));
    assert_string_equal(
        error.text, "hosts.txt:3: target \"10.0.0.0/99\": the prefix length must be 0 to 32, as in "
                    "10.0.0.0/24");
    assert_false(targets_add_lines(&arena, &t, SPAN("@other\n"), "hosts.txt", &error));
    assert_string_equal(error.text, "hosts.txt:1: a target file cannot name another file");
    assert_false(targets_add(&arena, &t, SPAN("@"), &error));
    assert_string_equal(
        error.text,
        "a file name is missing after \"@\"; write @hosts.txt, or @- for standard input");
    assert_false(targets_add(&arena, &t, SPAN("@/nonexistent"), &error));
    assert_string_equal(error.text, "/nonexistent: No such file or directory");
    assert_false(targets_add(&arena, &t, SPAN("@/"), &error));
    assert_string_equal(error.text, "/: Is a directory");
}

static void test_file(void **state)
{
    (void)state;
    char path[] = "/tmp/ajar-source-XXXXXX", argument[40] = "@";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "10.0.0.1\nx.internal\n", 20), 20);
    close(fd);
    struct targets t = { 0 };
    assert_true(targets_add(&arena, &t, span_str(strcat(argument, path)), &error));
    assert_true(targets_add(&arena, &t, SPAN("10.0.0.9"), &error));
    assert_int_equal(t.list.len, 3);
    assert_string_equal(t.list.at[1].origin.file, path);
    assert_null(t.list.at[2].origin.file);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(test_errors_name_the_line, setup, teardown),
        cmocka_unit_test_setup_teardown(test_file, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
