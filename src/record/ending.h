/* How a finding ends, and why one that has not ended was not seen: the words and sentences that the store
 * keeps and everybody prints. A finding ends on proof only; what is merely not seen is open. */
#ifndef AJAR_RECORD_ENDING_H
#define AJAR_RECORD_ENDING_H

#include "record/record.h"

/* What proved that a finding is over; numbers are stored and never change their meaning. */
enum proof {
    PROOF_NONE,    /* it is open */
    PROOF_UNTOLD,  /* closed by a version that kept no proof */
    PROOF_REFUSED, /* the same product was asked, and refuses now */
    PROOF_OTHER,   /* another product, or another store behind the dashboard, answers there */
    PROOF_SHUT,    /* the host itself refused the connection (RST) */
    PROOF_OWNER,   /* its owner said so */
    PROOF_GONE,    /* the rule does not apply any more, and all that it rests on was looked at */
    PROOF_JUDGED,  /* what is there is as it was: the rules or the date judge it otherwise */
    PROOF_MOVED,   /* the same product speaks another transport there: inside TLS, or in clear */
    PROOF_MERGED,  /* it goes on under another fingerprint */
    PROOF_WIDER,   /* the door is wide open now, which other findings tell: nothing is better */
};
enum { PROOF_COUNT = PROOF_WIDER + 1 };

/* Why an open finding was not seen when it was asked for; numbers are stored, too. */
enum unseen {
    UNSEEN_NOT,       /* it was seen */
    UNSEEN_SILENT,    /* no answer: silence, a drop, ICMP, a reset before a word */
    UNSEEN_FILTERED,  /* the port was silent, while its host answered on another */
    UNSEEN_FAILED,    /* this machine could not ask */
    UNSEEN_GATEWAY,   /* something in front answered with an error of its own */
    UNSEEN_STRANGER,  /* something answered that does not say what it is */
    UNSEEN_UNDECIDED, /* the product answered, and proved nothing */
    UNSEEN_HIDDEN,    /* what the finding rests on does not show any more */
    UNSEEN_BEHIND,    /* the dashboard answered and did not show the store */
    UNSEEN_NO_RULE,   /* there is no such rule any more */
};
enum { UNSEEN_COUNT = UNSEEN_NO_RULE + 1 };

/* What is concluded of a finding that a visit did not show: it is over, or it was not seen. */
struct ending {
    enum proof proof;   /* PROOF_NONE: it was not seen */
    enum unseen unseen; /* UNSEEN_NOT: it is over */
};

/* "refused", "port-shut", ...; NULL for PROOF_NONE. */
const char *proof_name(enum proof p);
/* "no-answer", "gateway", ...; NULL for UNSEEN_NOT. */
const char *unseen_name(enum unseen u);

enum { ENDING_TEXT_MAX = 256 };
/* One sentence without its full stop, `detail` after a colon where it has bytes: "another product answers
 * there: grafana". The detail may be foreign: escape on output. Cut at ENDING_TEXT_MAX. */
struct span proof_text(enum proof p, struct span detail, char text[static ENDING_TEXT_MAX]);
struct span unseen_text(enum unseen u, struct span detail, char text[static ENDING_TEXT_MAX]);
/* How a notice or a row begins: "fixed" where the door was shut, "moved", "closed" or "no longer judged so" else. */
const char *proof_says(enum proof p);

/* Whether an answer is the error of a gateway, a portal or a limit, and speaks for nobody behind it: 407, 408, 425,
 * 429, 5xx of a web server that nobody knows (RFC 9110 15, RFC 6585 3-6). */
bool is_gateway_error(const struct observation *o);
/* Whether the product of an observation is known for itself: not a web server, a lock or a stranger that might
 * stand in front of anything. A lock that asks for a client's certificate counts. */
bool is_known_product(const struct observation *o);
/* Whether the observation decides: a verdict other than unclear. */
bool is_decided(const struct observation *o);

#endif
