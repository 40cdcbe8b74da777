/* The YAML reader and what is loaded through it: scope files in memory, catalog and rules through a
 * file in memory. The first byte chooses. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rules/judge.h"
#include "peer.h"
#include "target/scope.h"
#include "text/node.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[64], file[80];

static void clean_up(void)
{
    unlink(file);
    rmdir(dir);
}

/* A directory of one file. */
static void write_dir(struct span text)
{
    if (!dir[0]) {
        snprintf(dir, sizeof(dir), "/dev/shm/ajar-fuzz-%d", getpid());
        snprintf(file, sizeof(file), "%s/x.yaml", dir);
        MUST(mkdir(dir, 0700) == 0);
        atexit(clean_up);
    }
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    MUST(fd >= 0 && write(fd, text.at, text.len) == (ssize_t)text.len);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_from(span_of(data, size), 1);
    struct arena arena;
    struct error e;
    size_t count;
    if (size == 0)
        return 0;
    const char *dirs[] = { dir };
    arena_init(&arena, 32 << 20);
    switch (data[0] % 4) {
    case 0:
        yaml_parse(&arena, text, &e);
        break;
    case 1:
        scope_parse(&arena, text, "scope.yaml", &e);
        break;
    case 2:
        write_dir(text);
        struct catalog *c = catalog_load(&arena, dirs, 1, &e);
        if (c)
            catalog_check_examples(c, &e, &count);
        break;
    default:
        write_dir(text);
        struct rules *r = rules_load(&arena, dir, NULL, &e);
        if (r)
            rules_check_examples(r, &e, &count);
        break;
    }
    arena_release(&arena);
    return 0;
}
