/* What the readers of the formats share. The room's own header. */
#ifndef AJAR_IMPORT_INSIDE_H
#define AJAR_IMPORT_INSIDE_H

#include "import/import.h"

struct importing {
    struct arena *arena;
    struct targets *list;
    struct sightings *saw;
    struct imported *told;
    const char *file;
    unsigned line; /* of what is read now; 0: not known */
    bool full;     /* memory or room is out */
};

/* Adds HOST, HOST:PORT or a URL; `port` 0: none. What is no target is counted as passed over. */
void import_put(struct importing *x, struct span host, uint64_t port);
/* The same where the port is text, such as "6379"; what is no port is passed over. */
void import_put_at(struct importing *x, struct span host, struct span port);
void import_pass(struct importing *x);
/* A service that `who` saw from outside at a moment, "2026-11-29 02:10:11" or "2026-11-29T02:10:11.5"; over UDP as
 * well, which is no target. What is no address, port or moment is left out. */
void import_saw(struct importing *x, struct span address, uint64_t port, bool udp, struct span moment,
                const char *who);
/* Whether the text is a name that can be asked: letters, digits, hyphens and a dot or more. */
bool import_is_name(struct span s);
/* One line off the front, without its end; counts lines. */
struct span import_line(struct importing *x, struct span *text);
/* A word off the front, and the white space around it. */
struct span import_word(struct span *line);

/* Each says whether the text is its own by looking at its beginning, and then reads it. */
bool import_is_nmap_xml(struct span text);
void import_nmap_xml(struct importing *x, struct span text);
bool import_is_grepable(struct span text);
void import_grepable(struct importing *x, struct span text);
bool import_is_masscan_list(struct span text);
void import_masscan_list(struct importing *x, struct span text);
bool import_is_table(struct span text);
void import_table(struct importing *x, struct span text);
bool import_is_json(struct span text);
/* The format's name, or NULL where it is none that is known. */
const char *import_json(struct importing *x, struct span text);
bool import_is_zone(struct span text);
void import_zone(struct importing *x, struct span text);
bool import_is_ini(struct span text);
void import_ini(struct importing *x, struct span text);
bool import_is_yaml(struct span text);
bool import_yaml(struct importing *x, struct span text);

#endif
