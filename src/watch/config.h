/* What `ajar watch` was told: one YAML file, read strictly. A key that is not understood is an
 * error with file, line and key, because a "min_severty" that is ignored would be silence.
 *
 * All texts lie in the arena. Relative paths are seen from the folder of the file. */
#ifndef AJAR_WATCH_CONFIG_H
#define AJAR_WATCH_CONFIG_H

#include "base/arena.h"
#include "base/error.h"
#include "base/list.h"
#include "record/record.h"

enum { WATCH_RECEIVERS_MAX = 32, WATCH_NAME_MAX = 48, WATCH_TIMES_MAX = 24, WATCH_TEXTS_MAX = 4096 };

struct texts {
    const char **at;
    size_t len, cap;
};

struct pair {
    const char *name, *value;
};

struct pairs {
    struct pair *at;
    size_t len, cap;
};

/* Minutes after midnight. */
struct times {
    int *at;
    size_t len, cap;
};

struct scan_wish {
    struct texts targets, exclude, catalog, mmdb, ct;
    const char *scope, *rules, *ports, *names, *authorities; /* NULL: as `ajar scan` has it */
    const char *rate, *parallel, *timeout, *loops, *resolver; /* as written; checked by `ajar scan` too */
    bool large, ignore_unresolved, reverse_names, leavings, all_protocols;
};

struct schedule {
    int64_t every_ms, jitter_ms; /* every_ms 0: at the times below */
    struct times at;
    bool is_local;               /* times of day are of the machine's zone, else UTC */
};

struct quiet_hours {
    bool set, is_local;
    int from, to;                /* minutes after midnight; from > to spans midnight */
    enum severity except;        /* this and worse come through */
    bool has_except;
};

enum receiver_kind { RECEIVER_WEBHOOK, RECEIVER_EMAIL, RECEIVER_SYSLOG, RECEIVER_COMMAND, RECEIVER_CHAT,
                     RECEIVER_TICKET };
enum chat_kind { CHAT_SLACK, CHAT_TEAMS, CHAT_FEISHU, CHAT_DINGTALK, CHAT_WECOM };

enum ticket_kind { TICKET_GITHUB, TICKET_GITLAB, TICKET_JIRA };

struct url {
    const char *text, *host, *path; /* path with the query, at least "/" */
    uint16_t port;
    bool tls;
};

struct host_port {
    const char *host;
    uint16_t port;
};

enum starttls { STARTTLS_OFFERED, STARTTLS_REQUIRED, STARTTLS_NEVER, STARTTLS_AT_ONCE };
enum syslog_by { SYSLOG_UDP, SYSLOG_TCP, SYSLOG_UNIX };

struct receiver {
    char name[WATCH_NAME_MAX];
    enum receiver_kind kind;
    enum severity severity_min;
    bool digest;
    int64_t digest_ms;    /* how long a change may wait for others; 0: to the end of the round */
    int64_t give_up_ms, timeout_ms;
    int64_t retry_ms;     /* the first pause after a failure; it doubles, up to an hour */
    struct quiet_hours quiet;
    const char *ca_file;  /* NULL: the machine's certificates */

    struct {
        struct url url;
        const char *secret_file;
        struct pairs headers;
        bool allow_plain;
    } webhook;
    struct {
        struct host_port smtp;
        const char *sendmail; /* instead of smtp */
        const char *from;
        struct texts to;
        enum starttls starttls;
        const char *user, *password_file;
    } email;
    struct {
        enum syslog_by by;
        struct host_port to;
        const char *path;
        int facility;
    } syslog;
    struct texts command;
    struct {
        enum chat_kind kind;
        struct url url;         /* or, where its text is NULL: */
        const char *url_file;   /* holds it; it is a secret */
        const char *secret_file; /* NULL: the room asks for no signature */
    } chat;
    struct {
        enum ticket_kind kind;
        struct url url;          /* of the API, without a slash at its end */
        const char *project;     /* "org/repo", "group/name", "OPS": letters, digits and . - _ / */
        const char *token_file;
        const char *type;        /* of Jira's issues; NULL: Task */
    } ticket;
};

struct watch_config {
    const char *file, *dir;
    struct scan_wish scan;
    struct schedule schedule;
    const char *db, *spool; /* NULL: the default places */
    LIST_OF(struct receiver) receivers;
    struct {
        const char *file;
        struct host_port listen; /* host NULL: none */
    } metrics;
};

/* Reads and checks the file. NULL and a sentence. */
struct watch_config *watch_config_load(struct arena *a, const char *path, struct error *e);
/* The same over text; `file` is only named. */
struct watch_config *watch_config_parse(struct arena *a, const char *file, struct span text, struct error *e);

#endif
