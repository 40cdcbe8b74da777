/* SSH, by its greeting alone (RFC 4253 section 4.2): "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10". It is named and not
 * judged: nothing is sent. */
#include "probe/probe.h"

enum { LINE_MAX_BYTES = 255 };

static bool ssh_recognises(struct span first)
{
    return span_starts(first, SPAN("SSH-2.0-")) || span_starts(first, SPAN("SSH-1.99-")) ||
           span_starts(first, SPAN("SSH-1.5-"));
}

static const char *ssh_product(struct span software, struct span *ret_version)
{
    static const struct {
        const char *prefix, *product;
    } KNOWN[] = { { "OpenSSH_for_Windows_", "openssh" }, { "OpenSSH_", "openssh" }, { "dropbear_", "dropbear" } };
    for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++)
        if (span_starts(software, span_str(KNOWN[i].prefix))) {
            *ret_version = span_from(software, strlen(KNOWN[i].prefix));
            return KNOWN[i].product;
        }
    *ret_version = SPAN_NONE;
    return "ssh";
}

static enum outcome ssh_run(struct wire *w, struct observation *o)
{
    struct span line = wire_line(w, LINE_MAX_BYTES);
    struct span rest = line, version;
    if (!wire_ok(w) || !ssh_recognises(line))
        return OUTCOME_NOT_MINE;
    span_cut(&rest, '-');
    struct span protocol = span_cut(&rest, '-');
    struct span comment = rest;
    struct span software = span_cut(&comment, ' ');
    o->product = ssh_product(software, &version);
    fact_text(o, "protocol.version", protocol, NULL, line);
    if (version.len && ascii_is_digit(version.at[0]))
        fact_text(o, "version", version, NULL, line);
    fact_text(o, "version.full", rest, NULL, line);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_SSH;
const struct probe PROBE_SSH = {
    .name = "ssh",
    .title = "SSH servers (named only)",
    .products = { "ssh", "openssh", "dropbear" },
    .kind = KIND_OTHER,
    .ports = { 22 },
    .peer_first = true,
    .rank = 90,
    .proof = "none: it is named and not judged",
    .counts = "nothing",
    .recognises = ssh_recognises,
    .run = ssh_run,
};
