#include "watch/deliver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MESSAGE_ARENA = 64 << 20 };

static enum delivery send_message(const struct receiver *r, const struct message *m, struct error *e)
{
    switch (r->kind) {
    case RECEIVER_WEBHOOK:
        return webhook_send(r, m, e);
    case RECEIVER_EMAIL:
        return mail_send(r, m, e);
    case RECEIVER_SYSLOG:
        return syslog_send(r, m, e);
    case RECEIVER_COMMAND:
        return command_send(r, m, e);
    case RECEIVER_CHAT:
        return chat_send(r, m, e);
    case RECEIVER_TICKET:
        return ticket_send(r, m, e);
    }
    return DELIVERY_REFUSED;
}

/* Opens and locks a message. The one who had the lock before may have removed it. */
static enum delivery lock_message(const char *path, int *ret_fd, struct error *e)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        error_set(e, "cannot read %s: %s", path, strerror(errno));
        return errno == ENOENT ? DELIVERY_GONE : DELIVERY_REFUSED;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        error_set(e, "somebody else is delivering it");
        return DELIVERY_BUSY;
    }
    if (fstat(fd, &st) != 0 || st.st_nlink == 0) {
        close(fd);
        return DELIVERY_GONE;
    }
    *ret_fd = fd;
    return DELIVERED;
}

/* The id stands at the end of the name; see spool.c. */
static const char *id_of(const char *name)
{
    const char *dash = strrchr(name, '-');
    return dash ? dash + 1 : name;
}

static enum delivery deliver_one(const struct receiver *r, const char *dir, const char *name, const char *host,
                                 const char *instance, struct error *e)
{
    char path[FILE_PATH_MAX + SPOOL_NAME_MAX];
    struct arena a;
    struct error ignored;
    int fd = -1;
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    enum delivery what = lock_message(path, &fd, e);
    if (what != DELIVERED)
        return what;
    arena_init(&a, MESSAGE_ARENA);
    struct message m = { .dir = dir, .name = name, .id = id_of(name), .arena = &a, .host = host,
                         .instance = instance };
    what = DELIVERY_REFUSED;
    if (file_read(&a, path, DIGEST_BYTES_MAX, &m.text, e) && (m.root = json_parse(&a, m.text, e)))
        what = send_message(r, &m, e);
    /* From here to the removal nothing waits: what was taken is not sent again. */
    if (what == DELIVERED && (unlink(path) != 0 || !folder_sync(dir, &ignored)) && errno != ENOENT)
        error_set(e, "it was taken, but %s cannot be removed: %s", path, strerror(errno));
    arena_release(&a);
    close(fd);
    return what;
}

void deliver_batch(const struct receiver *r, const char *dir, const char (*names)[SPOOL_NAME_MAX], size_t count,
                   const char *host, const char *instance, int fd)
{
    for (size_t i = 0; i < count; i++) {
        struct error e = { "" };
        struct delivery_report report = { .which = (unsigned)i };
        report.what = deliver_one(r, dir, names[i], host, instance, &e);
        snprintf(report.why, sizeof(report.why), "%.190s", e.text);
        if (write(fd, &report, sizeof(report)) < 0 && errno == EINTR)
            continue;
        if (report.what == DELIVERY_UNREACHABLE)
            return;
    }
}
