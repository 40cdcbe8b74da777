/* Runs a program of the owner's: argument list, no shell, a process group of its own. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "watch/deliver.h"

enum { ARGS_MAX = 64, STEP_MS = 20, PIECE_BYTES = 16 * 1024 };

static void become(const char *const *argv, int input, int output)
{
    sigset_t none;
    int nothing = open("/dev/null", O_WRONLY);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setpgid(0, 0);
    if (dup2(input, STDIN_FILENO) < 0 || dup2(output >= 0 ? output : nothing, STDOUT_FILENO) < 0 ||
        dup2(nothing, STDERR_FILENO) < 0)
        _exit(127);
    closefrom(3);
    execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

/* Reads what has come. False where nothing more will. */
static bool take_output(int fd, struct buf *output)
{
    uint8_t *room = buf_room(output, PIECE_BYTES);
    ssize_t n = room ? read(fd, room, PIECE_BYTES) : 0;
    if (n > 0)
        output->len += (size_t)n;
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

/* Gives what fits. False where all was given, or the program reads no more: then it has decided to. */
static bool give_input(int fd, struct span *s)
{
    ssize_t n = write(fd, s->at, s->len);
    if (n > 0)
        *s = span_from(*s, (size_t)n);
    return s->len && (n > 0 || errno == EAGAIN || errno == EINTR);
}

/* Feeds the input and gathers the output, until both have ended. Closes both. False: out of time. */
static bool converse(int to, int from, struct span input, struct buf *output, int64_t deadline_ms)
{
    bool in_time = true;
    fcntl(to, F_SETFL, O_NONBLOCK);
    if (from >= 0)
        fcntl(from, F_SETFL, O_NONBLOCK);
    if (!input.len) {
        close(to);
        to = -1;
    }
    while ((to >= 0 || from >= 0) && in_time) {
        struct pollfd p[2] = { { .fd = to, .events = POLLOUT }, { .fd = from, .events = POLLIN } };
        int64_t left = deadline_ms - clock_mono_ms(&CLOCK_SYSTEM);
        in_time = left > 0;
        if (!in_time || poll(p, 2, (int)left) <= 0)
            continue;
        if (p[0].revents && !give_input(to, &input)) {
            close(to);
            to = -1;
        }
        if (p[1].revents && !take_output(from, output)) {
            close(from);
            from = -1;
        }
    }
    if (to >= 0)
        close(to);
    if (from >= 0)
        close(from);
    return in_time;
}

static bool await(pid_t pid, int64_t deadline_ms, int *ret_status)
{
    int status;
    for (;;) {
        pid_t got = waitpid(pid, &status, WNOHANG);
        if (got == pid) {
            *ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            return true;
        }
        if ((got < 0 && errno != EINTR) || clock_mono_ms(&CLOCK_SYSTEM) >= deadline_ms)
            return false;
        poll(NULL, 0, STEP_MS);
    }
}

bool program_run(const char *const *argv, struct span input, struct buf *output, int64_t timeout_ms, int *ret_status,
                 struct error *e)
{
    int in[2] = { -1, -1 }, out[2] = { -1, -1 };
    int64_t deadline_ms = clock_mono_ms(&CLOCK_SYSTEM) + timeout_ms;
    bool piped = pipe2(in, O_CLOEXEC) == 0 && (!output || pipe2(out, O_CLOEXEC) == 0);
    pid_t pid = piped ? fork() : -1;
    if (pid == 0)
        become(argv, in[0], out[1]);
    int wrong = errno;
    if (in[0] >= 0)
        close(in[0]);
    if (out[1] >= 0)
        close(out[1]);
    if (pid < 0) {
        if (in[1] >= 0)
            close(in[1]);
        if (out[0] >= 0)
            close(out[0]);
        return error_set(e, "cannot start %s: %s", argv[0], strerror(wrong));
    }
    setpgid(pid, pid);
    if (converse(in[1], out[0], input, output, deadline_ms) && await(pid, deadline_ms, ret_status))
        return *ret_status != 127 || error_set(e, "%s cannot be run, or ended with status 127", argv[0]);
    kill(-pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return error_set(e, "%s did not end in %lld s", argv[0], (long long)(timeout_ms / 1000));
}

enum delivery command_send(const struct receiver *r, const struct message *m, struct error *e)
{
    const char *argv[ARGS_MAX + 1] = { NULL };
    int status = 0;
    if (r->command.len > ARGS_MAX) {
        error_set(e, "at most %d arguments", ARGS_MAX);
        return DELIVERY_UNREACHABLE;
    }
    for (size_t i = 0; i < r->command.len; i++)
        argv[i] = r->command.at[i];
    if (!program_run(argv, m->text, NULL, r->timeout_ms, &status, e))
        return DELIVERY_UNREACHABLE;
    if (status == 0)
        return DELIVERED;
    error_set(e, "%s ended with status %d", argv[0], status);
    return DELIVERY_REFUSED;
}
