/* A user's entry, from its text to what is stored: loaded behind the product "web", all that is wrong
 * with it told, its examples played; whatever loads, encodes and decodes. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/check.h"
#include "http/example.c" /* its static functions play an example */
#include "peer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char WEB[] = "product: web\ntitle: w\nkind: web\nproof: none\n"
                          "examples:\n  - name: x\n    source: made x\n    outcome: identified\n"
                          "    answers: {root: \"HTTP/1.1 200 OK\\n\\n\"}\n";
static char base[64], entries[80], web[80], entry[96];

static void clean_up(void)
{
    unlink(web);
    unlink(entry);
    rmdir(entries);
    rmdir(base);
}

static void write_file(const char *path, struct span text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    MUST(fd >= 0 && write(fd, text.at, text.len) == (ssize_t)text.len);
    close(fd);
}

static void make_dirs(void)
{
    snprintf(base, sizeof(base), "/dev/shm/ajar-fuzz-catalog-%d", getpid());
    snprintf(entries, sizeof(entries), "%s/own", base);
    snprintf(web, sizeof(web), "%s/web.yaml", base);
    snprintf(entry, sizeof(entry), "%s/x.yaml", entries);
    MUST(mkdir(base, 0700) == 0 && mkdir(entries, 0700) == 0);
    atexit(clean_up);
    write_file(web, span_str(WEB));
}

static void check_example_stored(const struct catalog *c, const struct entry *e, const struct example *example)
{
    struct arena arena;
    struct visit v, decoded;
    struct error why;
    struct verdict verdict;
    struct buf b;
    arena_init(&arena, EXAMPLE_ARENA_MAX);
    buf_init(&b, VISIT_ENCODED_MAX + 4);
    struct example_asker x = asker_of(c, e, example, &arena, &why);
    if (parse_answers(&x)) {
        play(&x, c, &v);
        visit_encode(&b, &v);
        struct reader r = reader_over(&verdict, span_from(buf_span(&b), 4));
        MUST(!buf_ok(&b) || visit_decode(&r, &arena, &decoded));
    }
    buf_release(&b);
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct error e;
    struct catalog_report report;
    if (!base[0])
        make_dirs();
    write_file(entry, span_of(data, size));
    const char *dirs[] = { base, entries };
    arena_init(&arena, 64 << 20);
    if (catalog_check(&arena, dirs, 2, entries, &report, &e))
        for (size_t i = 0; i < report.problems.len; i++)
            MUST(report.problems.at[i].text[0] != '\0');
    arena_release(&arena);
    const struct catalog *c = catalog_load(&arena, dirs, 2, &e);
    for (size_t i = 0; c && i < c->entries.len; i++)
        for (size_t k = 0; k < c->entries.at[i]->examples.len; k++)
            check_example_stored(c, c->entries.at[i], &c->entries.at[i]->examples.at[k]);
    arena_release(&arena);
    return 0;
}
