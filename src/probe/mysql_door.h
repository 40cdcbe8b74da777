/* The door of a MySQL server: greeting, TLS, login, and whom it is tried as. Private to src/probe/mysql*.c and
 * src/sample/mysql.c. */
#ifndef AJAR_PROBE_MYSQL_DOOR_H
#define AJAR_PROBE_MYSQL_DOOR_H

#include "probe/mysql_talk.h"

enum {
    MY_CAN_TLS = 0x800, /* CLIENT_SSL */
    MY_ANSWERS = 4,     /* numbers 3 to 6 */
    MY_FIRST_ANSWERS = 2,
};

extern const struct ask MY_TLS_REQUEST, MY_LOGIN, MY_LOGIN_TLS, MY_LOGIN_ANONYMOUS, MY_LOGIN_ANONYMOUS_TLS,
    MY_LOGIN_ADMIN, MY_LOGIN_ADMIN_TLS, MY_EMPTY[MY_FIRST_ANSWERS], MY_NUL[MY_ANSWERS];

enum my_answer {
    MY_NOTHING,     /* no whole packet of this protocol came */
    MY_TURNED_AWAY, /* an error in place of the greeting */
    MY_GREETED,     /* a greeting, and no answer to the login */
    MY_ASKED,       /* something that an empty answer cannot give is asked for */
    MY_DENIED,      /* an error in answer to the login */
    MY_EXPIRED,     /* the login is right, and its password must be changed by another client */
    MY_IN,
};

/* An account that products ship without a password. */
struct my_user {
    const char *name; /* "root"; for printing "anonymous" */
    const struct ask *login, *login_tls;
};

struct my_entry {
    enum my_answer answer;
    const struct my_user *user;
    bool tls;               /* the login ran inside TLS */
    const struct ask *ask;  /* the login that was sent; NULL before one was */
    struct my_error error;
    struct span plugin;     /* the method that the server asks by */
    struct span proof;      /* the packet that decided */
};

struct my {
    struct wire *w;
    bool used;             /* the connection has seen a question */
    bool tls_failed;       /* TLS was offered, and the handshake failed */
    enum wire_dress dress; /* how the first connection came */
    struct my_greeting greeting;
    bool broken;           /* one entry broke off: it might have been open */
    struct my_entry best; /* the entry that says most */
};

/* Tries every way in, from the likeliest on; m->best is what came of it. At most 6 connections. */
void my_find_door(struct my *m);

#endif
