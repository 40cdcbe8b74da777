/* The servers of the far network; see far.c. */
#ifndef AJAR_TEST_NET_FAR_H
#define AJAR_TEST_NET_FAR_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

enum { SERVED_MAX = 64, PROXY_PORT = 7 };

enum served_kind { KIND_REDIS, KIND_MUTE, KIND_RESET, KIND_HEAVY };

struct served {
    uint16_t port;
    enum served_kind kind;
};

/* Ends the program where the word is none. */
enum served_kind served_kind(const char *word);
/* Serves them at every address there is; does not come back. */
void serve_all(const struct served *list, size_t count);

#endif
