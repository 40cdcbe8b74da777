/* One endpoint that a verb is given by hand, and what it takes to talk to it on a blocking socket. */
#ifndef AJAR_CMD_ONE_H
#define AJAR_CMD_ONE_H

#include "target/plan.h"
#include "tls/chain.h"
#include "wire/socket.h"

enum { ONE_PATIENCE_MS = 5000 };

/* Looks `text` ("127.0.0.1:6379", "db.example:443") up under the options' scope; the first address of a name. False and
 * a sentence where it is none, or may not be asked. */
bool one_endpoint(struct arena *a, struct plan_options *plan, const char *text, struct endpoint *ret, struct error *e);

/* A socket's thread with TLS, and the authorities that are trusted; one_close() frees them. */
struct one_socket {
    struct socket_thread thread;
    struct tls_trust *trust;
};

/* `authorities`: a file of PEM certificates beside the system's, or NULL. */
bool one_open(struct one_socket *s, const char *authorities, struct error *e);
void one_close(struct one_socket *s);

#endif
