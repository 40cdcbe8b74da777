/* Whole files: ceilings, pipes, files that are not there, replacing in one step, folders on the way. */
#include "unit/check.h"

#include "base/file.c"

#include "unit/folder.h"

static char dir[TEST_FOLDER_MAX];
static struct arena arena;
static struct error error;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 8 << 20);
    return test_folder_make(dir) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return test_folder_remove(dir);
}

static const char *in_dir(const char *name)
{
    return arena_printf(&arena, "%s/%s", dir, name);
}

static void put(const char *name, size_t len)
{
    uint8_t *at = arena_alloc(&arena, len + 1);
    memset(at, 'x', len);
    assert_true(file_replace(dir, name, span_of(at, len), 0600, &error));
}

static void test_the_ceiling_is_exact(void **state)
{
    (void)state;
    struct span text;
    put("a", 20);
    assert_true(file_read(&arena, in_dir("a"), 20, &text, &error));
    assert_int_equal(text.len, 20);
    assert_false(file_read(&arena, in_dir("a"), 19, &text, &error));
    assert_string_equal(error.text, arena_printf(&arena, "%s/a: larger than 19 bytes", dir));
    put("b", MEBI + 1);
    assert_false(file_read(&arena, in_dir("b"), MEBI, &text, &error));
    assert_string_equal(error.text, arena_printf(&arena, "%s/b: larger than 1 MiB", dir));
    put("empty", 0);
    assert_true(file_read(&arena, in_dir("empty"), 0, &text, &error));
    assert_int_equal(text.len, 0);
}

/* More than one chunk through a pipe, whose size nobody states. */
static void test_a_pipe(void **state)
{
    (void)state;
    struct span text;
    int ends[2];
    put("long", 3 * CHUNK + 5);
    for (size_t max = 3 * CHUNK + 5; max > 3 * CHUNK + 3; max--) {
        FILE *f = popen(arena_printf(&arena, "cat %s/long", dir), "r");
        assert_int_equal(dup2(fileno(f), STDIN_FILENO), STDIN_FILENO);
        bool ok = file_read_or_stdin(&arena, "-", max, &text, &error);
        assert_int_equal(ok, max == 3 * CHUNK + 5);
        pclose(f);
    }
    assert_string_equal(error.text, arena_printf(&arena, "standard input: larger than %d bytes", 3 * CHUNK + 4));
    assert_int_equal(text.len, 3 * CHUNK + 5);
    assert_int_equal(pipe(ends), 0); /* an end that is shut is an empty file */
    close(ends[1]);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    assert_true(file_read_or_stdin(&arena, "-", 5, &text, &error));
    assert_int_equal(text.len, 0);
    close(ends[0]);
}

/* A size of 0 that is none, as the kernel states it. */
static void test_a_file_without_a_size(void **state)
{
    (void)state;
    struct span text;
    assert_true(file_read(&arena, "/proc/self/status", 1 << 20, &text, &error));
    assert_true(span_has(text, "Pid:"));
}

static void test_not_there(void **state)
{
    (void)state;
    struct span text;
    bool missing = false;
    assert_false(file_read(&arena, in_dir("none"), 20, &text, &error));
    assert_string_equal(error.text, arena_printf(&arena, "%s/none: No such file or directory", dir));
    assert_true(file_read_optional(&arena, in_dir("none"), 20, &text, &missing, &error));
    assert_true(missing);
    assert_int_equal(text.len, 0);
    put("some", 3);
    assert_true(file_read_optional(&arena, in_dir("some"), 20, &text, &missing, &error));
    assert_false(missing);
    assert_int_equal(text.len, 3);
    /* What is there and cannot be read is not missing. */
    assert_false(file_read_optional(&arena, dir, 20, &text, &missing, &error));
    assert_false(missing);
    assert_string_equal(error.text, arena_printf(&arena, "%s: Is a directory", dir));
}

static void test_no_memory(void **state)
{
    (void)state;
    struct arena small;
    struct span text;
    put("some", 100000);
    arena_init(&small, 50000);
    assert_false(file_read(&small, in_dir("some"), 1 << 20, &text, &error));
    assert_string_equal(error.text, arena_printf(&arena, "%s/some: not enough memory", dir));
    arena_release(&small);
}

static void test_append(void **state)
{
    (void)state;
    struct buf all;
    put("some", 5);
    buf_init(&all, 7);
    buf_str(&all, "ab");
    assert_true(file_append(&all, in_dir("some"), NULL, &error));
    assert_true(span_is(buf_span(&all), "abxxxxx"));
    assert_false(file_append(&all, in_dir("some"), NULL, &error));
    assert_true(span_is(buf_span(&all), "abxxxxx"));
    buf_release(&all);
}

static void test_line(void **state)
{
    (void)state;
    struct span line;
    assert_true(file_replace(dir, "s", SPAN(" key \r\nnext\n"), 0600, &error));
    assert_true(file_read_line(&arena, in_dir("s"), &line, &error));
    assert_true(span_is(line, "key"));
    assert_true(file_replace(dir, "s", SPAN("\nkey\n"), 0600, &error));
    assert_false(file_read_line(&arena, in_dir("s"), &line, &error));
    assert_string_equal(error.text, arena_printf(&arena, "%s/s: its first line is empty", dir));
}

static void test_replace(void **state)
{
    (void)state;
    struct span text;
    struct stat st;
    put("a", 3);
    assert_true(file_replace(dir, "a", SPAN("new"), 0640, &error));
    assert_true(file_read(&arena, in_dir("a"), 20, &text, &error));
    assert_true(span_is(text, "new"));
    assert_int_equal(stat(in_dir(".a.new"), &st), -1);
    /* A link in the place of the unfinished file is not followed, and the old content stays. */
    assert_int_equal(symlink("/tmp/ajar-unit-nowhere", in_dir(".a.new")), 0);
    assert_false(file_replace(dir, "a", SPAN("newer"), 0640, &error));
    assert_true(file_read(&arena, in_dir("a"), 20, &text, &error));
    assert_true(span_is(text, "new"));
    assert_false(file_replace(in_dir("none"), "a", SPAN("x"), 0600, &error));
    assert_string_equal(error.text, arena_printf(&arena, "%s/none/.a.new: No such file or directory", dir));
}

static void test_folders(void **state)
{
    (void)state;
    struct stat st;
    assert_true(folder_make_for(in_dir("x/y/file.db"), &error));
    assert_int_equal(stat(in_dir("x/y"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(stat(in_dir("x/y/file.db"), &st), -1);
    assert_true(folder_make(in_dir("x/y/z"), &error));
    assert_true(folder_make(in_dir("x/y/z"), &error));
    assert_true(folder_make_for("file.db", &error));
    assert_true(folder_sync(in_dir("x/y/z"), &error));
    put("file", 1);
    assert_false(folder_make(in_dir("file/under"), &error));
    assert_string_equal(error.text, arena_printf(&arena, "%s/file/under: cannot make the folder: Not a directory", dir));
    assert_false(folder_make("", &error));
}

static void test_list(void **state)
{
    (void)state;
    struct paths files;
    put("b.yaml", 1);
    put("a.yaml", 1);
    put("a.yml", 1);
    assert_int_equal(symlink("b.yaml", in_dir(".c.yaml")), 0);
    assert_true(folder_list(&arena, dir, SPAN(".yaml"), 2, &files, &error));
    assert_int_equal(files.list.len, 2);
    assert_string_equal(files.list.at[0], in_dir("a.yaml"));
    assert_string_equal(files.list.at[1], in_dir("b.yaml"));
    put("c.yaml", 1);
    assert_false(folder_list(&arena, dir, SPAN(".yaml"), 2, &files, &error));
    assert_string_equal(error.text, arena_printf(&arena, "%s: more than 2 files", dir));
    assert_false(folder_list(&arena, in_dir("none"), SPAN(".yaml"), 9, &files, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_ceiling_is_exact, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_pipe, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_file_without_a_size, setup, teardown),
        cmocka_unit_test_setup_teardown(test_not_there, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_append, setup, teardown),
        cmocka_unit_test_setup_teardown(test_line, setup, teardown),
        cmocka_unit_test_setup_teardown(test_replace, setup, teardown),
        cmocka_unit_test_setup_teardown(test_folders, setup, teardown),
        cmocka_unit_test_setup_teardown(test_list, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
