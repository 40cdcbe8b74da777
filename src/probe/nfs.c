/* NFS, and the mountd that names its exports (RFC 7530 for version 4, RFC 1813 for version 3 and mountd, RFC 5531
 * for the calls).
 *
 * NULL says which program this is, and which versions it has.
 *
 *   NFS 4   everything hangs below one root, whose upper part shows nothing but the way to the exports. From the root
 *           down, READDIR lists these pseudo directories: what lies on another file system (fsid) is an export, or a
 *           part of one, and is not gone into. ACCESS then says what a visitor may do there. It is asked as the user
 *           "nobody" (AUTH_SYS): a number that every client says of itself, and no secret.
 *   mountd  EXPORT lists the exports and who may mount them. Nothing is mounted: the server would remember that. The
 *           list is given to anyone, so that it decides nothing.
 *   NFS 3   has nothing to ask without a handle from mountd, and is named.
 *
 * A root that holds files itself is an export: the names of what is in it are thrown away. Many servers take calls from
 * ports below 1024 only (PERM): Ajar has none, and calls that unclear, for who is root elsewhere has one. */
#include "base/list.h"
#include "probe/rpc.h"

#include <stdio.h>

enum {
    LISTINGS_MAX = 16,
    ENTRIES_MAX = 2000,
    PATH_MAX_BYTES = 1000,
    HANDLE_MAX = 128,
    NAME_MAX_BYTES = 255,
    GROUPS_MAX = 1000,
    EXPORTS_ASKED = 16,
    REGULAR_FILE = 1,
    DIRECTORY = 2,

    OP_ACCESS = 3,
    OP_GETATTR = 9,
    OP_PUTFH = 22,
    OP_PUTROOTFH = 24,
    OP_READDIR = 26,
    MAY_READ = 1,
    MAY_CHANGE = 4 | 8,

    NFS4_OK = 0,
    NFS4ERR_PERM = 1,
    NFS4ERR_ACCESS = 13,
    NFS4ERR_WRONGSEC = 10016,
};

static const struct ask NFS_NULL =
    ASK_FIXED("nfs.null", "whether NFS 4 is there", RPC_CALL("\x28", "\x01", "\xa3", "\x04", "\0") RPC_NOBODY);
static const struct ask NFS_MOUNTD =
    ASK_FIXED("nfs.mountd", "whether it is the mountd of NFS",
              RPC_CALL("\x28", "\x02", "\xa5", "\x03", "\0") RPC_NOBODY);
static const struct ask NFS_EXPORTS =
    ASK_FIXED("nfs.exports", "names the exports and who may mount them",
              RPC_CALL("\x28", "\x03", "\xa5", "\x03", "\x05") RPC_NOBODY);

/* COMPOUND without a tag, of minor version 0. */
#define COMPOUND(id, count) RPC_BODY(id, "\xa3", "\x04", "\x01") RPC_AS_NOBODY "\0\0\0\0\0\0\0\0\0\0\0" count
/* Type and fsid. */
#define GETATTR "\0\0\0\x09\0\0\0\x01\0\0\x01\x02"
#define ACCESS "\0\0\0\x03\0\0\0\x1f"
/* From its beginning, 16 KB of it; of each entry its type, fsid, an error, the handle. */
#define READDIR \
    "\0\0\0\x1a\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" "\0\0\x20\0\0\0\x40\0" "\0\0\0\x01\0\x08\x09\x02"
static const struct ask NFS_ROOT = ASK_FIXED("nfs.root", "the root: where it lies, and what a visitor may do there",
                                             "\x80\0\0\x64" COMPOUND("\x04", "\x03") "\0\0\0\x18" GETATTR ACCESS);
static const struct ask NFS_ROOT_LIST = ASK_FIXED("nfs.root-list", "what hangs below the root: the way to the exports",
                                                  "\x80\0\0\x74" COMPOUND("\x05", "\x02") "\0\0\0\x18" READDIR);
#define NFS_AT(ask_name, reason, id, operations)                                                     \
    {                                                                                                \
        .name = (ask_name), .why = (reason),                                                         \
        .parts = { ASK_BYTES("\x80"), ASK_BE(3, 2, 5, 0), ASK_BYTES(COMPOUND(id, "\x02") "\0\0\0\x16"), \
                   ASK_HOLE("handle", HANDLE_MAX + 4, HOLE_ANY), ASK_BYTES(operations) },             \
    }
static const struct ask NFS_LIST = NFS_AT("nfs.list", "what hangs below a pseudo directory", "\x06", READDIR);
static const struct ask NFS_ACCESS = NFS_AT("nfs.access", "what a visitor may do in an export", "\x07", ACCESS);

struct nfs_entry {
    struct span path, handle; /* the handle with its length in front, as it is sent */
    uint32_t type, error;
    uint64_t fs[2];
};

struct nfs {
    struct wire *w;
    struct nfs_entry root;
    LIST_OF(struct nfs_entry) ways;    /* pseudo directories, to be listed */
    LIST_OF(struct nfs_entry) exports;
    bool root_holds_files, cut;
};

/* The attributes that were asked for, in the order of their bits (RFC 7530 3.3.7). */
static void nfs_attributes(struct reader *r, struct nfs_entry *e)
{
    uint32_t words = reader_be32(r), first = words ? reader_be32(r) : 0;
    reader_skip(r, words > 1 && words < 8 ? 4 * (words - 1) : 0);
    if (words >= 8 || first & ~0x00080902u)
        reader_fail(r, "attributes that nobody asked for");
    uint32_t len = reader_be32(r);
    struct reader values = reader_sub(r, len);
    if (first & 0x2)
        e->type = reader_be32(&values);
    if (first & 0x100) {
        e->fs[0] = reader_be64(&values);
        e->fs[1] = reader_be64(&values);
    }
    if (first & 0x800)
        e->error = reader_be32(&values);
    if (first & 0x80000) {
        const uint8_t *from = values.at;
        xdr_bytes(&values, HANDLE_MAX);
        e->handle = reader_ok(&values) ? span_of(from, (size_t)(values.at - from)) : SPAN_NONE;
    }
    reader_end(&values);
}

/* The answer to a COMPOUND, at its first result. False where there is none; *ret_status is that of the whole. */
static bool nfs_compound(struct nfs *n, uint32_t id, struct verdict *v, struct reader *r, uint32_t *ret_status,
                         enum rpc_end *ret_end)
{
    *ret_end = rpc_answer(n->w, id, v, r);
    if (*ret_end != RPC_SUCCESS)
        return false;
    *ret_status = reader_be32(r);
    xdr_bytes(r, 64);
    reader_be32(r);
    return reader_ok(r);
}

/* The status of the next result, which must be that of `operation`. */
static uint32_t nfs_result(struct reader *r, uint32_t operation)
{
    if (reader_be32(r) != operation)
        reader_fail(r, "another operation was answered");
    return reader_be32(r);
}

static bool nfs_same(const struct nfs_entry *a, const struct nfs_entry *b)
{
    return a->fs[0] == b->fs[0] && a->fs[1] == b->fs[1];
}

static struct span nfs_path(struct nfs *n, struct span parent, struct span name)
{
    struct buf path;
    buf_init(&path, PATH_MAX_BYTES);
    buf_put(&path, parent);
    buf_byte(&path, '/');
    buf_put(&path, name);
    struct span kept = buf_ok(&path) ? arena_copy(wire_arena(n->w), buf_span(&path)) : SPAN_NONE;
    buf_release(&path);
    return kept;
}

static void nfs_sort(struct nfs *n, const struct nfs_entry *e)
{
    bool told = e->error == NFS4_OK;
    if (told && nfs_same(e, &n->root) && e->type == REGULAR_FILE)
        n->root_holds_files = true;
    bool way = told && nfs_same(e, &n->root);
    if (!e->path.len || (way && e->type != DIRECTORY))
        return;
    struct nfs_entry *kept = way ? list_add(wire_arena(n->w), &n->ways) : list_add(wire_arena(n->w), &n->exports);
    if (kept)
        *kept = *e;
    n->cut |= !kept;
}

/* The entries of one directory; nothing of it where the list breaks off. */
static bool nfs_entries(struct nfs *n, struct reader *r, struct span parent)
{
    LIST_OF(struct nfs_entry) all = { 0 };
    reader_skip(r, 8);
    while (all.len < ENTRIES_MAX && reader_be32(r) == 1) {
        struct nfs_entry e = { .type = 0 };
        reader_skip(r, 8);
        struct span name = xdr_bytes(r, NAME_MAX_BYTES);
        nfs_attributes(r, &e);
        e.path = reader_ok(r) ? nfs_path(n, parent, name) : SPAN_NONE;
        struct nfs_entry *kept = list_add(wire_arena(n->w), &all);
        if (!kept)
            return false;
        *kept = e;
    }
    bool whole = reader_be32(r) == 1;
    reader_end(r);
    if (!reader_ok(r))
        return false;
    n->cut |= !whole;
    for (size_t i = 0; i < all.len; i++)
        nfs_sort(n, &all.at[i]);
    return true;
}

static bool nfs_list(struct nfs *n, const struct nfs_entry *at)
{
    struct verdict v;
    struct reader r;
    uint32_t status = 0;
    enum rpc_end end;
    bool root = at == NULL;
    if (root)
        wire_ask(n->w, &NFS_ROOT_LIST);
    else
        wire_ask_with(n->w, &NFS_LIST, &at->handle, 1);
    if (!nfs_compound(n, root ? 5 : 6, &v, &r, &status, &end))
        return false;
    if (nfs_result(&r, root ? OP_PUTROOTFH : OP_PUTFH) != NFS4_OK || nfs_result(&r, OP_READDIR) != NFS4_OK)
        return n->cut = reader_ok(&r);
    return nfs_entries(n, &r, root ? SPAN_NONE : at->path);
}

/* From the root down. False where the server broke off. */
static bool nfs_walk(struct nfs *n)
{
    if (!nfs_list(n, NULL))
        return false;
    for (size_t i = 0; i < n->ways.len && !n->root_holds_files; i++) {
        if (i == LISTINGS_MAX || !n->ways.at[i].handle.len) {
            n->cut = true;
            break;
        }
        struct nfs_entry at = n->ways.at[i]; /* the list moves as it grows */
        if (!nfs_list(n, &at))
            return false;
    }
    return true;
}

struct nfs_found {
    size_t open, shut, kept; /* may be read; need another login; are kept from nobody by their own permissions */
    bool writable;
    struct span proof;
};

static bool nfs_access(struct nfs *n, const struct nfs_entry *e, struct nfs_found *f)
{
    struct verdict v;
    struct reader r;
    uint32_t status = e->error;
    enum rpc_end end = RPC_SUCCESS;
    if (status == NFS4_OK && e->handle.len) {
        wire_ask_with(n->w, &NFS_ACCESS, &e->handle, 1);
        bool whole = nfs_compound(n, 7, &v, &r, &status, &end);
        if (!whole && end != RPC_DENIED)
            return false;
    }
    if (end == RPC_DENIED || status == NFS4ERR_WRONGSEC || status == NFS4ERR_ACCESS) {
        f->shut++;
        return true;
    }
    if (status != NFS4_OK || !e->handle.len)
        return true;
    nfs_result(&r, OP_PUTFH);
    nfs_result(&r, OP_ACCESS);
    reader_skip(&r, 4);
    uint32_t may = reader_be32(&r);
    reader_end(&r);
    if (!reader_ok(&r))
        return false;
    f->open += may & MAY_READ;
    f->kept += !(may & MAY_READ);
    f->writable |= may & MAY_READ && may & MAY_CHANGE;
    f->proof = may & MAY_READ ? span_of(r.base, (size_t)(r.end - r.base)) : f->proof;
    return true;
}

static enum outcome nfs_conclude(struct observation *o, const struct nfs_found *f, size_t exports, bool whole)
{
    if (f->open) {
        fact_text(o, "auth", SPAN("none"), NFS_ACCESS.name, f->proof);
        fact_text(o, "user", SPAN("nobody"), NFS_ACCESS.name, f->proof);
        if (whole)
            fact_number(o, "collections.readable", (int64_t)f->open, NFS_ACCESS.name, f->proof);
        if (whole || f->writable)
            fact_bool(o, "writable", f->writable, NFS_ACCESS.name, f->proof);
        return OUTCOME_OPEN;
    }
    if (!whole || f->shut + f->kept < exports || exports == 0)
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", f->shut == exports ? SPAN("required") : SPAN("permissions"), NFS_ACCESS.name, SPAN_NONE);
    fact_text(o, "rights", SPAN("names of the exports"), NFS_ROOT_LIST.name, SPAN_NONE);
    return OUTCOME_PARTIAL;
}

/* The exports below the root, or the root itself where it is one. */
static enum outcome nfs_exports(struct nfs *n, struct observation *o, uint32_t root_may)
{
    struct nfs_found f = { .open = 0 };
    if (!nfs_walk(n))
        return OUTCOME_UNCLEAR;
    if (n->root_holds_files) {
        f.open = root_may & MAY_READ;
        f.kept = !f.open;
        f.writable = f.open && root_may & MAY_CHANGE;
        observation_collect(o, SPAN("/"), COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
        return nfs_conclude(o, &f, 1, true);
    }
    for (size_t i = 0; i < n->exports.len; i++)
        observation_collect(o, n->exports.at[i].path, COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
    bool whole = n->exports.len <= EXPORTS_ASKED && !n->cut;
    for (size_t i = 0; i < n->exports.len && i < EXPORTS_ASKED && wire_ok(n->w); i++)
        whole = nfs_access(n, &n->exports.at[i], &f) && whole;
    if (n->cut)
        fact_bool(o, "counts.partial", true, NFS_ROOT_LIST.name, SPAN_NONE);
    return nfs_conclude(o, &f, n->exports.len, whole);
}

static enum outcome nfs_four(struct wire *w, struct observation *o)
{
    struct nfs n = { .w = w };
    struct verdict v;
    struct reader r;
    uint32_t status = 0;
    enum rpc_end end;
    fact_text(o, "protocol.version", SPAN("4"), NFS_NULL.name, SPAN_NONE);
    wire_ask(w, &NFS_ROOT);
    bool whole = nfs_compound(&n, 4, &v, &r, &status, &end);
    if (end == RPC_DENIED || (whole && (status == NFS4ERR_WRONGSEC || status == NFS4ERR_ACCESS))) {
        fact_text(o, "auth", status == NFS4ERR_ACCESS ? SPAN("rejected") : SPAN("required"), NFS_ROOT.name, SPAN_NONE);
        return OUTCOME_LOCKED;
    }
    if (whole && status != NFS4_OK)
        fact_number(o, "error.code", status, NFS_ROOT.name, SPAN_NONE);
    if (!whole || status != NFS4_OK)
        return OUTCOME_UNCLEAR;
    nfs_result(&r, OP_PUTROOTFH);
    nfs_result(&r, OP_GETATTR);
    nfs_attributes(&r, &n.root);
    nfs_result(&r, OP_ACCESS);
    reader_skip(&r, 4);
    uint32_t may = reader_be32(&r);
    reader_end(&r);
    return reader_ok(&r) ? nfs_exports(&n, o, may) : OUTCOME_UNCLEAR;
}

/* One export of mountd's list: its path, and whether everybody may mount it. */
static struct span nfs_export(struct reader *r, bool *ret_everybody)
{
    struct span path = xdr_bytes(r, PATH_MAX_BYTES);
    size_t i = 0;
    *ret_everybody = false;
    for (; i < GROUPS_MAX && reader_be32(r) == 1; i++) {
        struct span who = xdr_bytes(r, NAME_MAX_BYTES);
        *ret_everybody |= span_is(who, "*") || span_is(who, "(everyone)") || span_is(who, "0.0.0.0/0");
    }
    if (i == GROUPS_MAX)
        reader_fail(r, "more groups than are read");
    *ret_everybody |= i == 0;
    return path;
}

static enum outcome nfs_mountd(struct wire *w, struct observation *o)
{
    LIST_OF(struct span) paths = { 0 };
    struct verdict v;
    struct reader r;
    int64_t everybody = 0;
    wire_ask(w, &NFS_EXPORTS);
    if (rpc_answer(w, 3, &v, &r) != RPC_SUCCESS)
        return OUTCOME_UNCLEAR;
    while (paths.len < ENTRIES_MAX && reader_be32(&r) == 1) {
        bool all = false;
        struct span path = nfs_export(&r, &all), *kept = list_add(wire_arena(w), &paths);
        if (!kept)
            return OUTCOME_UNCLEAR;
        *kept = path;
        everybody += all;
    }
    reader_end(&r);
    if (!reader_ok(&r))
        return OUTCOME_UNCLEAR;
    o->collection_count = 0;
    for (size_t i = 0; i < paths.len; i++)
        observation_collect(o, paths.at[i], COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
    fact_number(o, "exports.everybody", everybody, NFS_EXPORTS.name, SPAN_NONE);
    if (paths.len == 0)
        return OUTCOME_UNCLEAR;
    fact_text(o, "rights", SPAN("names of the exports, and who may mount them"), NFS_EXPORTS.name, SPAN_NONE);
    return OUTCOME_PARTIAL;
}

static enum outcome nfs_run(struct wire *w, struct observation *o)
{
    struct verdict v;
    struct reader r;
    if (wire_in_tls(w) || wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &NFS_NULL);
    enum rpc_end end = rpc_answer(w, 1, &v, &r);
    if (end == RPC_SUCCESS) {
        o->product = "nfs";
        return nfs_four(w, o);
    }
    if (end == RPC_NO_VERSION) {
        uint32_t low = reader_be32(&r), high = reader_be32(&r);
        if (!reader_ok(&r) || low > high || low < 2 || high > 3)
            return OUTCOME_NOT_MINE;
        o->product = "nfs";
        fact_text(o, "protocol.version", high == 3 ? SPAN("3") : SPAN("2"), NFS_NULL.name, SPAN_NONE);
        return OUTCOME_UNCLEAR;
    }
    if (end != RPC_NO_PROGRAM)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &NFS_MOUNTD);
    end = rpc_answer(w, 2, &v, &r);
    if (end != RPC_SUCCESS)
        return OUTCOME_NOT_MINE;
    o->product = "mountd";
    return nfs_mountd(w, o);
}

extern const struct probe PROBE_NFS;
const struct probe PROBE_NFS = {
    .name = "nfs",
    .title = "NFS 4, and the mountd of NFS 3",
    .products = { "nfs", "mountd" },
    .kind = KIND_FILES,
    .ports = { 2049, 20048 },
    .at_home = true,
    .reacts = { .line = REACT_SILENCE, .tls = REACT_SILENCE, .http = REACT_SILENCE },
    .rank = 40,
    .proof = "an export may be read by the user nobody, as the server's ACCESS says",
    .counts = "exports",
    .asks = { &NFS_NULL, &NFS_MOUNTD, &NFS_EXPORTS, &NFS_ROOT, &NFS_ROOT_LIST, &NFS_LIST, &NFS_ACCESS },
    .run = nfs_run,
};
