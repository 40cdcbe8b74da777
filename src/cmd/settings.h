/* The settings file of a verb: its options as YAML keys, with profiles of them; doc/settings.md. What the command line
 * says goes before what a profile says, and that before what the file says for all. */
#ifndef AJAR_CMD_SETTINGS_H
#define AJAR_CMD_SETTINGS_H

#include "base/list.h"
#include "cmd/options.h"
#include "text/node.h"

struct settings {
    const char *file;          /* NULL: there is none */
    const struct node *root;   /* NULL: it is empty */
};

/* What a profile or the file stands for is handed over as if it were options. */
struct settings_taker {
    const struct option_row *rows;
    /* Whether this row may stand in a file at all, and whether it is to be passed over now. */
    bool (*allowed)(void *self, size_t row);
    bool (*skipped)(void *self, size_t row);
    bool (*take)(void *self, size_t row, const char *value, struct error *e);
    void *self;
};

/* Reads `path`; NULL: $XDG_CONFIG_HOME/ajar/config.yaml or ~/.config/ajar/config.yaml, which need not be there. */
bool settings_load(struct arena *a, const char *path, struct settings *ret, struct error *e);
/* Takes what stands in the file for all; values of options that are paths are seen from the folder of the file. */
bool settings_take(const struct settings *s, struct arena *a, const struct settings_taker *t, struct error *e);
/* The same of one profile: of the file, else of the shipped ones: quick, usual, full. NULL: the file's `profile`, if it
 * names one. The error names all there are. */
bool settings_take_profile(const struct settings *s, const char *name, struct arena *a, const struct settings_taker *t,
                           struct error *e);

#endif
