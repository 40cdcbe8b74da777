/* What the verbs share: exit statuses, where the data lies, how a user's mistake is told. */
#ifndef AJAR_CMD_CMD_H
#define AJAR_CMD_CMD_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "http/catalog.h"
#include "keep/rulebook.h"

#define AJAR_VERSION "0.1.0"

/* What a verb's end means, for programs that start it; the sentence on stderr is for people. `ajar help` and
 * doc/store.md say the same. */
enum exit_status {
    EXIT_NOTHING = 0,
    EXIT_FOUND = 1,
    EXIT_USAGE = 2,
    EXIT_INCOMPLETE = 3,
    EXIT_BUSY = 4, /* another process works on that scan, or held the store for too long: try again later */
    EXIT_OVER = 5, /* the scan to go on with was ended by another process meanwhile */
    EXIT_FOUND_INCOMPLETE = 6, /* 1 and 3 together: neither hides the other */
};

struct verb {
    const char *name, *usage, *about; /* usage: what follows the name; about: one line */
    int (*run)(int argc, char **argv);
    void (*help)(void); /* what `ajar help NAME` prints below the usage */
};
extern const struct verb VERBS[]; /* ended by a row without a name */

int cmd_scan(int argc, char **argv);
void help_scan(void);
int cmd_probe(int argc, char **argv);
void help_probe(void);
int cmd_tls(int argc, char **argv);
void help_tls(void);
int cmd_show(int argc, char **argv);
void help_show(void);
int cmd_diff(int argc, char **argv);
void help_diff(void);
int cmd_fleets(int argc, char **argv);
void help_fleets(void);
int cmd_certs(int argc, char **argv);
void help_certs(void);
int cmd_accept(int argc, char **argv);
void help_accept(void);
int cmd_close(int argc, char **argv);
void help_close(void);
int cmd_judge(int argc, char **argv);
void help_judge(void);
int cmd_forget(int argc, char **argv);
void help_forget(void);
int cmd_watch(int argc, char **argv);
void help_watch(void);
int cmd_classify(int argc, char **argv);
void help_classify(void);
int cmd_list(int argc, char **argv);
int cmd_asks(int argc, char **argv);
int cmd_catalog(int argc, char **argv);
void help_catalog(void);
int cmd_feed(int argc, char **argv);
void help_feed(void);
int cmd_help(int argc, char **argv);

/* "ajar: SENTENCE" to stderr, in the reader's language: a sentence that another room made in English. */
void cmd_say(const char *made);
/* The same of an error; returns the status. */
int cmd_fail(enum exit_status status, const struct error *e);

/* A directory of Ajar's own data ("catalog", "rules"): beside the program's build directory if it
 * runs from a source tree, else where it was installed. text[PATH_MAX_TEXT]; returns text. */
enum { PATH_MAX_TEXT = 1024 };
char *data_dir(const char *name, char text[static PATH_MAX_TEXT]);

/* The shipped catalog, and the user's directories behind it. */
struct catalog *load_catalog(struct arena *a, const char *const *more, size_t more_count, struct error *e);
/* Without the files' examples. */
struct catalog *load_catalog_to_ask(struct arena *a, const char *const *more, size_t more_count, struct error *e);

/* Where tables that the user imported lie; NULL where there is no home. text[PATH_MAX_TEXT]. */
const char *feeds_dir(char text[static PATH_MAX_TEXT]);
/* The rules of `dir` (NULL: the shipped ones) with the tables that the user imported or, without
 * those, the shipped ones. NULL and a sentence. */
struct rulebook *load_rulebook(struct arena *a, const char *dir, struct error *e);

/* Blocks SIGINT, SIGTERM, SIGHUP and, unless 0, one more, and gives a descriptor (SFD_* flags) that
 * they are read from; -1 (errno set) where that fails. The caller closes it. */
int catch_signals(int more, int flags);

/* Writes all of it to stdout and empties the buffer; false (errno set) where that fails. */
bool write_out(struct buf *b);

#endif
