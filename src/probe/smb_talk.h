/* What the parts of the SMB probe share: messages of SMB 2 and 3. Private to src/probe/smb*.c. */
#ifndef AJAR_PROBE_SMB_TALK_H
#define AJAR_PROBE_SMB_TALK_H

#include "base/list.h"
#include "base/reader.h"
#include "probe/frame.h"
#include "probe/probe.h"

enum {
    SMB_MESSAGE_MAX = 72 * 1024, /* an answer; what is asked for is 64 KiB at most */
    SMB_HEAD_BYTES = 64,
    SMB_SHARES_MAX = 2000,
    SMB_NAME_MAX = 512, /* bytes of UTF-16; shares have 80 letters at most */
};

#define SMB_OK 0u
#define SMB_MORE_PROCESSING 0xc0000016u
#define SMB_PENDING 0x00000103u
#define SMB_BUFFER_OVERFLOW 0x80000005u
#define SMB_ACCESS_DENIED 0xc0000022u

/* The head of a request: command (2 bytes), number of the message (8), tree (4) and session (8) follow each other with
 * what never changes between them (MS-SMB2 2.2.1.2): one credit is asked for, nothing is signed. */
#define SMB_HEAD "\xfeSMB\x40\0\0\0\0\0\0\0"
#define SMB_FLAGS "\x01\0\0\0\0\0\0\0\0\0"
#define SMB_NUMBER(n) n "\0\0\0\0\0\0\0"
#define SMB_NONE8 "\0\0\0\0\0\0\0\0"
#define SMB_NONE16 SMB_NONE8 SMB_NONE8

struct smb_answer {
    uint16_t command;
    uint32_t status, tree;
    struct span session; /* 8 bytes */
    struct span whole;   /* the message from its head on: offsets count from there */
};

/* What holds for the whole conversation. */
struct smb {
    struct wire *w;
    struct span session, tree; /* 8 and 4 bytes, as the server gave them */
    uint64_t next;             /* the number of the next message */
};

/* The next answer, later ones of "pending" waited for. False, and the wire faulted, where there is none. */
bool smb_read(struct wire *w, struct smb_answer *ret);
/* A reader over the body, behind the head. */
struct reader smb_body(struct verdict *v, const struct smb_answer *a);
/* `len` bytes of the message at `offset`; empty where they are not all there. */
struct span smb_at(const struct smb_answer *a, size_t offset, size_t len);
/* The number of the next message, as 8 bytes in the wire's arena. */
struct span smb_number(struct smb *s);

struct smb_share {
    struct span wide; /* the name in UTF-16, as sent */
    struct span name, comment;
    uint32_t type;
    bool named, described; /* strings of them follow */
};

struct smb_shares {
    LIST_OF(struct smb_share) list;
    uint32_t status; /* of SMB, or 0 */
    uint32_t error;  /* of the call (Win32), or 0 */
    bool whole;      /* the list was read to its end */
};

/* The list of the shares by the service srvsvc, over the tree IPC$. False where something else answered, or the wire
 * faulted. */
bool smb_list(struct smb *s, struct smb_shares *ret);
/* The list in the answer to the call, its fragments put together; false where that is none. Names point into
 * `stub`. */
bool smb_shares_parse(struct arena *a, struct span stub, struct smb_shares *ret);

extern const struct ask SMB_PIPE, SMB_BIND, SMB_SHARES, SMB_REST;

#endif
