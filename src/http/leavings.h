/* What was left behind on a site: a repository, a file of settings, a dump, a page that shows the server's inside.
 *
 * Each is asked for its first bytes alone and held against the form that proves it (form.h); what was read is then
 * wiped, and leaves neither as a value nor as an excerpt. A stranger is asked for the few that leak most and for those
 * that its first page points to, out of the requests that finding out who it is has left; where the user wishes it
 * (asker.thorough), for all of them. Where something was found, a name that cannot exist is asked for as well: who
 * answers that in a known form, or with anything but a page, answers everything, and has left nothing. */
#ifndef AJAR_HTTP_LEAVINGS_H
#define AJAR_HTTP_LEAVINGS_H

#include "http/engine.h"

enum {
    LEAVINGS_KEPT = 3,           /* of a stranger's requests, where its first page speaks for a site of files */
    LEAVINGS_THOROUGH_MAX = 64,  /* requests, where all are asked for */
};

/* How many requests are kept for it, while it is found out what the server is: where its first page is one for people
 * and the port one of the web's, or where it names a program that serves files. */
unsigned leavings_kept(struct asker *a, const struct catalog *c, uint16_t port);

/* Asks with what a->budget leaves, and states what was found, what was asked for ("left.asked") and what was not for
 * want of requests ("left.unasked"). Nothing is asked where the root says that a login, a gateway or another host
 * stands in front of everything. */
void leavings_look(struct asker *a, const struct catalog *c, struct observation *o);

/* Of a list of files that the root shows (listing.c): how many files and folders, how many bytes, and of which kinds
 * those are that should not be there. */
void listing_state(struct asker *a, const struct catalog *c, struct observation *o);

#endif
