/* The scan of a round is `ajar scan` itself, in a process of its own: what it does to its memory, its
 * sandbox and its descriptors is over when it ends, and a watch that lives for months stays small. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/watch_scan.h"

enum { ARGS_EXTRA = 64 };

struct arguments {
    const char **at;
    size_t len;
};

static void add(struct arguments *a, const char *option, const char *value)
{
    if (!value)
        return;
    if (option)
        a->at[a->len++] = option;
    a->at[a->len++] = value;
}

static void add_all(struct arguments *a, const char *option, const struct texts *values)
{
    for (size_t i = 0; i < values->len; i++)
        add(a, option, values->at[i]);
}

/* A list that the caller frees; NULL where there is no memory. The strings are the configuration's. */
static const char **arguments_of(const struct watch_config *c, enum watch_scan_way way)
{
    const struct scan_wish *w = &c->scan;
    size_t most = w->targets.len + 2 * (w->exclude.len + w->catalog.len + w->mmdb.len + w->ct.len) + ARGS_EXTRA;
    struct arguments a = { calloc(most, sizeof(*a.at)), 0 };
    if (!a.at)
        return NULL;
    add(&a, NULL, "ajar");
    add(&a, "scan", "--json");
    add(&a, "--color", "never");
    add(&a, "--lang", "en"); /* its words become a part of messages, which machines read, too */
    add(&a, "--scope", w->scope);
    add(&a, "--ports", w->ports);
    add(&a, "--rate", w->rate);
    add(&a, "--parallel", w->parallel);
    add(&a, "--timeout", w->timeout);
    add(&a, "--loops", w->loops);
    add(&a, "--rules", w->rules);
    add(&a, "--db", c->db);
    add(&a, "--names", w->names);
    add(&a, "--ca", w->authorities);
    add(&a, "--resolver", w->resolver);
    add_all(&a, "--exclude", &w->exclude);
    add_all(&a, "--catalog", &w->catalog);
    add_all(&a, "--mmdb", &w->mmdb);
    add_all(&a, "--ct", &w->ct);
    add(&a, NULL, w->reverse_names ? "--reverse-names" : NULL);
    add(&a, NULL, w->large ? "--large" : NULL);
    add(&a, NULL, w->leavings ? "--leavings" : NULL);
    add(&a, NULL, w->all_protocols ? "--all-protocols" : NULL);
    add(&a, NULL, w->ignore_unresolved ? "--ignore-unresolved" : NULL);
    add(&a, NULL, way == WATCH_PLAN ? "--dry-run" : way == WATCH_RESUME ? "--resume" : NULL);
    add(&a, NULL, "--");
    for (size_t i = 0; i < w->targets.len; i++)
        add(&a, NULL, w->targets.at[i]);
    return a.at;
}

/* Files that targets name ("@list.txt") are seen from the folder of the configuration, as paths are. */
static void become(const struct watch_config *c, const char **argv, int to, pid_t parent)
{
    sigset_t none;
    int nothing = open("/dev/null", O_RDWR);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent || chdir(c->dir) != 0 || dup2(nothing, STDIN_FILENO) < 0 ||
        dup2(nothing, STDOUT_FILENO) < 0 || dup2(to, STDERR_FILENO) < 0)
        _exit(127);
    execv("/proc/self/exe", (char *const *)(uintptr_t)argv);
    _exit(127);
}

bool watch_scan_start(struct watch_scan *s, const struct watch_config *c, enum watch_scan_way way, struct error *e)
{
    int fds[2];
    pid_t parent = getpid();
    const char **argv = arguments_of(c, way);
    if (!argv || pipe2(fds, O_CLOEXEC) != 0) {
        free(argv);
        return error_set(e, "cannot start the scan: %s", strerror(errno));
    }
    s->len = 0;
    s->resumed = way == WATCH_RESUME;
    s->started_ms = clock_wall_ms(&CLOCK_SYSTEM);
    s->pid = fork();
    if (s->pid == 0)
        become(c, argv, fds[1], parent);
    close(fds[1]);
    free(argv);
    s->from = fds[0];
    if (s->pid > 0)
        return true;
    s->pid = 0;
    close(fds[0]);
    return error_set(e, "cannot start the scan: %s", strerror(errno));
}

bool watch_scan_hear(struct watch_scan *s)
{
    if (s->len > sizeof(s->tail) / 2) {
        size_t keep = sizeof(s->tail) / 4;
        memmove(s->tail, s->tail + s->len - keep, keep);
        s->len = keep;
    }
    ssize_t n = read(s->from, s->tail + s->len, sizeof(s->tail) - s->len);
    s->len += n > 0 ? (size_t)n : 0;
    return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

/* The last sentence that it said. */
static struct span last_line(const struct watch_scan *s)
{
    struct span rest = span_trim(span_of(s->tail, s->len)), line = SPAN_NONE;
    while (rest.len)
        line = span_cut(&rest, '\n');
    line = span_trim(line);
    return span_starts(line, SPAN("ajar: ")) ? span_from(line, 6) : line;
}

int watch_scan_end(const struct watch_scan *s, int status, struct round *ret)
{
    struct span said = last_line(s);
    int exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    *ret = (struct round){ .started_ms = s->started_ms, .ended_ms = clock_wall_ms(&CLOCK_SYSTEM) };
    ret->end = exit_status == EXIT_NOTHING || exit_status == EXIT_FOUND ? ROUND_COMPLETE
               : exit_status == EXIT_INCOMPLETE || exit_status == EXIT_FOUND_INCOMPLETE || exit_status == EXIT_BUSY ||
                         exit_status == EXIT_OVER
                   ? ROUND_INCOMPLETE
                   : ROUND_FAILED;
    if (ret->end == ROUND_COMPLETE)
        return exit_status;
    if (exit_status < 0)
        snprintf(ret->why, sizeof(ret->why), "the scan was ended by signal %d", WTERMSIG(status));
    else if (said.len)
        snprintf(ret->why, sizeof(ret->why), "%.*s", (int)(said.len < 290 ? said.len : 290), (const char *)said.at);
    else
        snprintf(ret->why, sizeof(ret->why), "the scan ended with status %d", exit_status);
    return exit_status;
}
