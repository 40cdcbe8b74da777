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

enum { ARGS_MAX = 64, STEP_MS = 20 };

static void become(const char *const *argv, int input)
{
    sigset_t none;
    int nothing = open("/dev/null", O_WRONLY);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setpgid(0, 0);
    if (dup2(input, STDIN_FILENO) < 0 || dup2(nothing, STDOUT_FILENO) < 0 || dup2(nothing, STDERR_FILENO) < 0)
        _exit(127);
    closefrom(3);
    execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

/* Feeds the input; a program that does not read it to the end has decided to. False: out of time. */
static bool feed(int fd, struct span s, int64_t deadline_ms)
{
    fcntl(fd, F_SETFL, O_NONBLOCK);
    while (s.len) {
        int64_t left = deadline_ms - clock_mono_ms(&CLOCK_SYSTEM);
        struct pollfd p = { .fd = fd, .events = POLLOUT };
        if (left <= 0)
            return false;
        if (poll(&p, 1, (int)left) <= 0)
            continue;
        ssize_t n = write(fd, s.at, s.len);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return true;
        if (n > 0)
            s = span_from(s, (size_t)n);
    }
    return true;
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

bool program_run(const char *const *argv, struct span input, int64_t timeout_ms, int *ret_status, struct error *e)
{
    int pipe_fds[2];
    int64_t deadline_ms = clock_mono_ms(&CLOCK_SYSTEM) + timeout_ms;
    if (pipe2(pipe_fds, O_CLOEXEC) != 0)
        return error_set(e, "cannot start %s: %s", argv[0], strerror(errno));
    pid_t pid = fork();
    if (pid == 0)
        become(argv, pipe_fds[0]);
    close(pipe_fds[0]);
    if (pid < 0) {
        close(pipe_fds[1]);
        return error_set(e, "cannot start %s: %s", argv[0], strerror(errno));
    }
    setpgid(pid, pid);
    bool fed = feed(pipe_fds[1], input, deadline_ms);
    close(pipe_fds[1]);
    if (fed && await(pid, deadline_ms, ret_status))
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
    if (!program_run(argv, m->text, r->timeout_ms, &status, e))
        return DELIVERY_UNREACHABLE;
    if (status == 0)
        return DELIVERED;
    error_set(e, "%s ended with status %d", argv[0], status);
    return DELIVERY_REFUSED;
}
