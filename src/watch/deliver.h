/* Telling one receiver. Each sender takes a message whole and says what became of it. */
#ifndef AJAR_WATCH_DELIVER_H
#define AJAR_WATCH_DELIVER_H

#include "text/node.h"
#include "watch/config.h"
#include "watch/spool.h"

enum delivery {
    DELIVERED,
    DELIVERY_REFUSED,     /* this message was not taken; another may be */
    DELIVERY_UNREACHABLE, /* nothing can be delivered now */
    DELIVERY_BUSY,        /* somebody else is delivering it */
    DELIVERY_GONE,        /* it is not there any more */
};

struct message {
    const char *dir, *name;   /* its file */
    const char *id;
    struct span text;         /* the JSON as it lies in the queue */
    const struct node *root;  /* and as nodes */
    int64_t created_ms;
    enum severity severity;   /* of the worst inside */
    struct arena *arena;
    const char *host;         /* of this machine: ASCII without spaces */
    const char *instance;     /* of the queue */
};

/* What a delivering process reports; one write of less than PIPE_BUF, so never cut. */
struct delivery_report {
    unsigned which; /* place in `names` */
    enum delivery what;
    char why[200];
};

enum { DELIVER_BATCH_MAX = 32 };

/* The body of a delivering process: sends the messages one after the other, removes the file of each
 * that was taken, and writes a struct delivery_report for each to `fd`. Stops at the first that shows
 * that the receiver cannot be reached. */
void deliver_batch(const struct receiver *r, const char *dir, const char (*names)[SPOOL_NAME_MAX], size_t count,
                   const char *host, const char *instance, int fd);

enum delivery webhook_send(const struct receiver *r, const struct message *m, struct error *e);
enum delivery mail_send(const struct receiver *r, const struct message *m, struct error *e);
enum delivery syslog_send(const struct receiver *r, const struct message *m, struct error *e);
enum delivery ticket_send(const struct receiver *r, const struct message *m, struct error *e);
enum delivery chat_send(const struct receiver *r, const struct message *m, struct error *e);
enum delivery command_send(const struct receiver *r, const struct message *m, struct error *e);

/* Runs a program without a shell, `input` on its standard input; what it writes to its standard output is
 * appended to `output`, or thrown away where that is NULL. *ret_status is its exit status, 128 + N where signal N
 * ended it. False where it cannot be started or does not end in time; then it and its children were killed. */
bool program_run(const char *const *argv, struct span input, struct buf *output, int64_t timeout_ms, int *ret_status,
                 struct error *e);

#endif
