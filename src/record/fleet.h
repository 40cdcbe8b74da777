/* A fleet: deployments that were set up alike, so that what is wrong with one is wrong with all.
 * Plain data; fleet/fleet.h finds fleets, the store keeps them, reports show them. */
#ifndef AJAR_RECORD_FLEET_H
#define AJAR_RECORD_FLEET_H

#include "record/record.h"

enum { FLEET_MEMBERS_LISTED_MAX = 1000, FLEET_REASONS_MAX = 12 };

/* One trait that the members share. Text may be foreign: escape on output. */
struct fleet_reason {
    const char *trait;  /* "certificate key", "product and version", "ports", "headers", ... */
    struct span value;  /* what it is on most members */
    size_t shared_by;   /* members that have it */
};

/* One deployment: an address, and the worst of what is on it. */
struct fleet_member {
    struct endpoint endpoint;
    const char *product; /* of the door: the dashboard where the store is seen through one */
    struct span version;
    enum outcome outcome;
    int64_t records, bytes; /* of all that is reached through it; COUNT_UNKNOWN */
    char worst[FINGERPRINT_MAX]; /* fingerprint of its worst finding, or "" */
    enum severity severity;      /* of that finding */
};

/* A finding with members. `fingerprint` is a hash of what identifies the design (not of who is in
 * it, nor of versions or time where the design has a key), so that one decision holds while members come and go. */
struct fleet {
    char fingerprint[FINGERPRINT_MAX];
    const char *product; /* what most members run */
    double score; /* how alike the members are, 0..1: the mean likeness of a member to the others */
    enum severity severity; /* of the worst member */
    struct span title;      /* one sentence: "14 set up alike; 12 open" */
    LIST_OF(struct fleet_reason) reasons; /* strongest first */
    LIST_OF(struct fleet_member) members; /* worst first, the first FLEET_MEMBERS_LISTED_MAX */
    size_t member_count, open, partial, locked;
    int64_t records, bytes; /* sums of what is known, or COUNT_UNKNOWN */
    int64_t accepted_until_ms; /* the fleet as a whole is an accepted risk until then; 0 = it is not */
};

/* The title of so many members, of which so many are open or partial. */
enum { FLEET_TITLE_MAX = 128 };
struct span fleet_title(const struct fleet *f, char text[static FLEET_TITLE_MAX]);

#endif
