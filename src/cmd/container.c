#include "cmd/container.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "pii/container.h"
#include "unpack/frames.h"
#include "unpack/signatures.h"

enum { FAULT_BYTES_MAX = 300, KIND_BYTES_MAX = 7 };

bool container_is(int fd)
{
    uint8_t inside[SIGNATURE_BYTES], *head = malloc(PEEK_BYTES);
    char path[FILE_PATH_MAX];
    struct error e;
    ssize_t n = head ? pread(fd, head, SIGNATURE_BYTES, 0) : 0;
    bool known = n > 0 && signature_is_known(span_of(head, (size_t)n));
    if (n > 4 && !known && (head[0] == 0x1f || head[0] == 0x28)) { /* tar.gz, tar.zst */
        n = pread(fd, head, PEEK_BYTES, 0);
        struct span s = span_of(head, n > 0 ? (size_t)n : 0);
        known = signature_is_known(span_of(inside, container_peek(s, inside, sizeof(inside))));
    }
    known = known || (n > 4 && memcmp(head, "%PDF-", 5) == 0 && program_find("ajar-pdf", path, &e));
    free(head);
    return known;
}

bool container_is_document(int fd)
{
    uint8_t head[5];
    return pread(fd, head, sizeof(head), 0) == sizeof(head) && memcmp(head, "%PDF-", sizeof(head)) == 0;
}

/* Starts it with the file as its input; *ret_from is what it says. Nothing of the environment is needed. */
static bool start(int fd, pid_t *ret_pid, int *ret_from, struct error *e)
{
    char path[FILE_PATH_MAX], *argv[] = { path, NULL }, *environment[] = { NULL };
    int ends[2], why;
    posix_spawn_file_actions_t actions;
    if (!program_find(container_is_document(fd) ? "ajar-pdf" : "ajar-unpack", path, e))
        return false;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_set(e, "cannot start what takes it apart: %s", strerror(errno));
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    why = posix_spawn(ret_pid, path, &actions, NULL, argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    *ret_from = ends[0];
    if (why == 0)
        return true;
    close(ends[0]);
    return error_set(e, "cannot start what takes it apart: %s", strerror(why));
}

static bool read_all(int fd, uint8_t *to, size_t n)
{
    while (n) {
        ssize_t got = read(fd, to, n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        to += got;
        n -= (size_t)got;
    }
    return true;
}

static bool is_kind(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] < 'a' || s.at[i] > 'z')
            return false;
    return s.len > 0 && s.len <= KIND_BYTES_MAX;
}

/* Hands one frame on. False where it may not come here: the other side reads hostile bytes. */
static bool take(const struct container_visitor *v, uint8_t tag, struct span bytes, bool *inside)
{
    char text[FAULT_BYTES_MAX + 1];
    size_t n = bytes.len < FAULT_BYTES_MAX ? bytes.len : FAULT_BYTES_MAX;
    for (size_t i = 0; i < n; i++) /* sentences of ours are plain */
        text[i] = bytes.at[i] >= ' ' && bytes.at[i] < 0x7f ? (char)bytes.at[i] : '?';
    text[n] = '\0';
    switch (tag) {
    case FRAME_BEGIN:
        if (*inside || !is_kind(bytes))
            return false;
        v->begin(v->self, text);
        *inside = true;
        return true;
    case FRAME_DATA:
        if (*inside)
            v->data(v->self, bytes);
        return *inside;
    case FRAME_END:
        if (!*inside)
            return false;
        v->end(v->self);
        *inside = false;
        return true;
    case FRAME_FAULT:
        v->fault(v->self, text);
        return true;
    default:
        return false;
    }
}

/* Reads frames to their end; false where one is broken. */
static bool read_frames(int from, const struct container_visitor *v)
{
    uint8_t head[FRAME_HEAD_BYTES], *bytes = malloc(FRAME_BYTES_MAX);
    bool fine = bytes != NULL, inside = false;
    while (fine && read_all(from, head, sizeof(head))) {
        size_t n = (size_t)head[1] | (size_t)head[2] << 8 | (size_t)head[3] << 16 |
                   (size_t)head[4] << 24;
        fine = n <= FRAME_BYTES_MAX && read_all(from, bytes, n) &&
               take(v, head[0], span_of(bytes, n), &inside);
    }
    if (inside)
        v->end(v->self);
    free(bytes);
    return fine && !inside;
}

bool container_visit(int fd, const struct container_visitor *v, struct error *e)
{
    pid_t pid;
    int from, status = 0;
    if (!start(fd, &pid, &from, e))
        return false;
    bool fine = read_frames(from, v);
    close(from);
    if (!fine)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 3)
        return error_set(e, "this kernel cannot fence what takes it apart, so it was not read");
    return (fine && WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
           error_set(e, "what takes it apart ended early; what it said before counts");
}
