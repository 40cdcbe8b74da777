#include "cmd/cmd.h"

#include "base/io.h"
#include "base/say.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CATALOG_DIRS_MAX = 16 };

void cmd_say(const char *made)
{
    struct buf told;
    buf_init(&told, 8 * SAY_MADE_MAX);
    say_made(&told, NULL, span_str(made));
    fprintf(stderr, "ajar: %.*s\n", SPAN_FMT(buf_ok(&told) ? buf_span(&told) : span_str(made)));
    buf_release(&told);
}

int cmd_fail(enum exit_status status, const struct error *e)
{
    cmd_say(e->text);
    return status;
}

int catch_signals(int more, int flags)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    if (more)
        sigaddset(&set, more);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | flags);
}

static bool is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *data_dir(const char *name, char text[static PATH_MAX_TEXT])
{
    char self[PATH_MAX_TEXT / 2];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    self[n > 0 ? n : 0] = '\0';
    /* A source tree: BUILD/ajar, with catalog/ and rules/ one above BUILD. */
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(self, '/');
        if (slash)
            *slash = '\0';
    }
    snprintf(text, PATH_MAX_TEXT, "%s/%s", self, name);
    char marker[PATH_MAX_TEXT + 16];
    snprintf(marker, sizeof(marker), "%s/src/cmd", self);
    if (!is_dir(marker) || !is_dir(text))
        snprintf(text, PATH_MAX_TEXT, "%s/%s", AJAR_DATA_DIR, name);
    return text;
}

typedef struct catalog *load_fn(struct arena *a, const char *const *dirs, size_t dir_count, struct error *e);

static struct catalog *load_by(load_fn *load, struct arena *a, const char *const *more, size_t more_count,
                               struct error *e)
{
    char own[PATH_MAX_TEXT];
    const char *dirs[CATALOG_DIRS_MAX] = { data_dir("catalog", own) };
    if (more_count > CATALOG_DIRS_MAX - 1) {
        error_set(e, "at most %d directories can follow --catalog", CATALOG_DIRS_MAX - 1);
        return NULL;
    }
    for (size_t i = 0; i < more_count; i++)
        dirs[i + 1] = more[i];
    return load(a, dirs, more_count + 1, e);
}

struct catalog *load_catalog(struct arena *a, const char *const *more, size_t more_count, struct error *e)
{
    return load_by(catalog_load, a, more, more_count, e);
}

struct catalog *load_catalog_to_ask(struct arena *a, const char *const *more, size_t more_count, struct error *e)
{
    return load_by(catalog_load_to_ask, a, more, more_count, e);
}

bool write_out(struct buf *b)
{
    if (!io_write_all(STDOUT_FILENO, buf_span(b)))
        return false;
    buf_reset(b);
    return true;
}

const char *feeds_dir(char text[static PATH_MAX_TEXT])
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    int n = -1;
    if (data && data[0] == '/')
        n = snprintf(text, PATH_MAX_TEXT, "%s/ajar/feeds", data);
    else if (home && home[0] == '/')
        n = snprintf(text, PATH_MAX_TEXT, "%s/.local/share/ajar/feeds", home);
    return n > 0 && n < PATH_MAX_TEXT ? text : NULL;
}

/* Feeds are a courtesy: where they cannot be read, as in the home of somebody else, the shipped tables do. */
static const char *readable_feeds(char text[static PATH_MAX_TEXT])
{
    static const char *const PARTS[] = { "", "/lifecycle.csv", "/exploited.csv" };
    const char *dir = feeds_dir(text);
    for (size_t i = 0; dir && i < sizeof(PARTS) / sizeof(*PARTS); i++) {
        char path[PATH_MAX_TEXT + 16];
        snprintf(path, sizeof(path), "%s%s", dir, PARTS[i]);
        if (access(path, R_OK) == 0 || errno != EACCES)
            continue;
        fprintf(stderr, _("ajar: %s: %s; tables that were imported there are not used\n"), path, strerror(errno));
        return NULL;
    }
    return dir;
}

struct rulebook *load_rulebook(struct arena *a, const char *dir, struct error *e)
{
    char own[PATH_MAX_TEXT], shipped[PATH_MAX_TEXT], feeds[PATH_MAX_TEXT];
    return rulebook_load(a, dir ? dir : data_dir("rules", own), data_dir("data", shipped), readable_feeds(feeds), e);
}
