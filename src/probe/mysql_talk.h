/* What the parts of the MySQL probe share: its packets. Private to src/probe/mysql*.c and src/sample/mysql.c. */
#ifndef AJAR_PROBE_MYSQL_TALK_H
#define AJAR_PROBE_MYSQL_TALK_H

#include "base/list.h"
#include "probe/frame.h"
#include "probe/probe.h"

enum {
    MY_PACKET_MAX = 64 * 1024, /* one packet; real ones here stay below 1 KiB */
    MY_VERSION_MAX = 128,
    MY_COLUMNS_MAX = 64, /* Manticore's status tables have 2, ours 1 to 5 */
    MY_CELLS_MAX = 5,
    MY_ROWS_MAX = 1000, /* the LIMIT of the listing */
};

#define MY_PACKET(ask_name, reason, sequence, payload)                                             \
    {                                                                                              \
        .name = (ask_name), .why = (reason),                                                       \
        .parts = { ASK_LE(3, 2, 3, 0), ASK_BYTES(sequence), ASK_BYTES(payload) },                  \
    }
#define MY_QUERY(ask_name, reason, sql) MY_PACKET(ask_name, reason, "\0", "\x03" sql)

struct my_packet {
    uint8_t sequence; /* 0 for the first of a command; the answer to it has the next number */
    struct span body;
};

/* False where the wire faulted. A packet is never empty here. */
bool my_read(struct wire *w, struct my_packet *ret);
/* The first packet among bytes that have arrived. False where they hold no whole one. */
bool my_first(struct span bytes, struct my_packet *ret);

struct my_error {
    uint16_t code;
    struct span text, whole;
};

/* An ERR packet; the SQL state is there once the client has spoken 4.1. */
bool my_error_parse(struct span packet, struct my_error *ret);

struct my_greeting {
    struct span version, salt, plugin, whole;
    uint32_t abilities;
};

/* Protocol::HandshakeV10. Older servers end early; what is not there stays empty. */
bool my_greeting_parse(struct span packet, struct my_greeting *ret);

struct my_row {
    struct span cell[MY_CELLS_MAX]; /* empty for NULL */
};

struct my_rows {
    LIST_OF(struct my_row) list;
};

bool my_row_parse(struct span packet, size_t columns, struct my_row *ret);
/* A length-encoded integer. */
uint64_t my_length(struct reader *r);
/* One cell of a row; empty for NULL. */
struct span my_cell(struct reader *r);
/* The packet that ends columns and rows. */
bool my_is_eof(struct span packet);

/* Asks and reads a whole text result set of at least `least` columns. False where the server refused the
 * query (*why then says so, and the session goes on) or the wire faulted (why->code is 0). */
bool my_query(struct wire *w, const struct ask *a, const struct span *arg, size_t least, struct my_rows *ret,
              struct my_error *why);
/* The same, with several names filled in. */
bool my_query_with(struct wire *w, const struct ask *a, const struct span *args, size_t arg_count, size_t least,
                   struct my_rows *ret, struct my_error *why);

/* A whole number, or COUNT_UNKNOWN; SUM() is written as a decimal without a fraction. */
int64_t my_number(struct span cell);

#endif
