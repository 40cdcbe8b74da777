# Ajar's build. One directory a variant: `make`, `make SAN=address,undefined`, `make CC=clang-14`.
#
#   make            build/ajar                    make test    everything that the README promises
#   make scan       install, build, scan          make unit    unit tests and tapes only
#   make bench      side-by-side measurements     make fuzz    fuzzers, T=name SECONDS=60
#   make demo       the case of Shanghai, played on this machine
#   make install    under PREFIX (/usr/local); make uninstall    make deb   packages of Debian 12
CC      ?= gcc
ifeq ($(origin CC),default)
CC      := gcc
endif
SAN     ?=
Q       := $(if $(V),,@)
FUZZ    ?=
TARGET  ?= 127.0.0.1
PREFIX  ?= /usr/local
UNITDIR ?= $(PREFIX)/lib/systemd/system

comma   := ,
VARIANT := $(if $(SAN),-$(subst $(comma),-,$(SAN)))$(if $(filter-out gcc,$(CC)),-$(notdir $(CC)))$(if $(FUZZ),-fuzz)
BUILD   ?= build$(VARIANT)

WARN := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes \
        -Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wvla -Wformat=2 -Wundef \
        -Wimplicit-fallthrough -Wframe-larger-than=8192 -Werror
HARD := -fstack-protector-strong -fstack-clash-protection -fPIE
CPPFLAGS += -Isrc -Iinclude -I$(BUILD)/gen -D_GNU_SOURCE -DAJAR_DATA_DIR='"$(PREFIX)/share/ajar"' -DAJAR_SHARE_DIR='"$(PREFIX)/share"'
CFLAGS   := -std=gnu17 -O2 -g -pthread $(WARN) $(HARD)
LDFLAGS  += -pie -Wl,-z,relro,-z,now -pthread
LDLIBS   += -lm -lyaml -lssl -lcrypto -lsqlite3 -lz -lzstd -lmaxminddb -luchardet
ifneq ($(findstring clang,$(CC)),)
CFLAGS   += -fdouble-square-bracket-attributes -Wno-gnu-folding-constant
endif
ifeq ($(SAN),)
CPPFLAGS += -D_FORTIFY_SOURCE=2
else
CFLAGS   += -O1 -g1 -fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all -Wframe-larger-than=65536
LDFLAGS  += -fsanitize=$(SAN)
endif

SOURCES := $(wildcard src/*/*.c src/*/*/*.c) $(wildcard src/fiber/*.S)
OBJECTS := $(patsubst src/%,$(BUILD)/obj/%.o,$(SOURCES))
COURIER := $(BUILD)/obj/courier/main.c.o
PDF     := $(BUILD)/obj/unpack/pdf.c.o
UNPACK  := $(filter-out $(PDF),$(filter $(BUILD)/obj/unpack/%,$(OBJECTS)))
LIBRARY := $(filter-out $(BUILD)/obj/cmd/% $(COURIER) $(UNPACK) $(PDF),$(OBJECTS))

UNITS     := $(wildcard test/unit/*/*.c)
UNIT_BINS := $(patsubst test/unit/%.c,$(BUILD)/unit/%,$(UNITS))

LANGUAGES := zh_CN
HAS_MSGFMT := $(shell command -v msgfmt)
CATALOGUES := $(if $(HAS_MSGFMT),$(LANGUAGES:%=$(BUILD)/locale/%/LC_MESSAGES/ajar.mo))

HAS_POPPLER := $(shell pkg-config --exists poppler-glib && echo yes)

.PHONY: po doc/products.md all demo test test-arm64 scan unit units tapes clean install uninstall deb check-includes bench man crash bench-store bench-fleet
all: $(BUILD)/ajar $(BUILD)/ajar-courier $(BUILD)/ajar-unpack $(if $(HAS_POPPLER),$(BUILD)/ajar-pdf) $(CATALOGUES)

# What people read, in other languages than English (doc/languages.md). Without msgfmt (gettext) they read English.
$(BUILD)/locale/%/LC_MESSAGES/ajar.mo: po/%.po
	@mkdir -p $(@D)
	$(Q)msgfmt --check-format --check-header -o $@.new $< && mv $@.new $@

# After a sentence was added or changed: finds it, and leaves room for its translation in po/*.po.
po:
	tools/sentences po/ajar.pot
	for language in $(LANGUAGES); do msgmerge --quiet --no-wrap --no-fuzzy-matching --backup=none --update po/$$language.po po/ajar.pot || exit 1; done

# The main job on a machine that has nothing yet.
scan:
	@tools/install-packages build
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@$(BUILD)/ajar scan $(ARGS) $(TARGET) || status=$$?; \
	case $${status:-0} in 0 | 1) ;; *) exit $$status ;; esac

# Fourteen dashboards left open, in network namespaces. What cannot be installed is played by stand-ins, which is said.
demo:
	@tools/install-packages build
	@tools/install-packages demo || echo 'demo: not everything could be installed; going on with what is there' >&2
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@tools/demo $(BUILD)

test:
	@tools/install-packages build test
	@test/all

# The unit tests and tapes, built for 64-bit ARM and run by an emulator.
test-arm64:
	@tools/install-packages build arm64
	@$(MAKE) --no-print-directory -j$$(nproc) BUILD=build-arm64 CC=aarch64-linux-gnu-gcc build-arm64/ajar units
	@test/run-units build-arm64 qemu-aarch64-static

bench: all
	@tools/install-packages build bench
	@bench/run.py $(BUILD)
	@bench/audit.py $(BUILD)
	@bench/tls_rate.py $(BUILD)
	@$(MAKE) bench-pii

$(BUILD)/ajar: $(filter $(BUILD)/obj/cmd/%,$(OBJECTS)) $(BUILD)/libajar.a
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/ajar-courier: $(COURIER) $(BUILD)/libajar.a
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcurl

# Reads what is packed, for `ajar classify`, behind a fence; `ajar` itself cannot load these libraries.
$(BUILD)/ajar-unpack: $(UNPACK) $(BUILD)/libajar.a
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -larchive -lexpat -lsqlite3

# The text of PDF documents, where poppler is there; without it they are named and not read.
$(PDF): CPPFLAGS += $(shell pkg-config --cflags poppler-glib 2>/dev/null | sed 's/-I/-isystem /g')
$(BUILD)/ajar-pdf: $(PDF) $(BUILD)/obj/unpack/fence.c.o $(BUILD)/obj/unpack/sink.c.o $(BUILD)/libajar.a
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(shell pkg-config --libs poppler-glib)

$(BUILD)/libajar.a: $(LIBRARY)
	$(Q)rm -f $@ && ar rcs $@ $^

# The style and script of the HTML report as C strings, with the hashes that its policy names.
ASSETS := src/report/html_assets/report.css src/report/html_assets/report.js
$(BUILD)/obj/report/html_page.c.o: $(BUILD)/gen/report/html_assets.h
$(BUILD)/gen/report/html_assets.h: tools/embed $(ASSETS)
	@mkdir -p $(@D)
	$(Q)tools/embed $(ASSETS) >$@.new && mv $@.new $@

# What the tapes were made from, for `ajar list`.
$(BUILD)/obj/cmd/verified.c.o $(BUILD)/unit/cmd/verified: $(BUILD)/gen/cmd/verified.inc
$(BUILD)/gen/cmd/verified.inc: tools/tape-sources $(wildcard test/tape/*/*.tape)
	@mkdir -p $(@D)
	$(Q)tools/tape-sources test/tape >$@.new && mv $@.new $@

$(BUILD)/obj/%.c.o: src/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/obj/%.S.o: src/%.S
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# A unit test includes the file it tests, so that its static functions are in reach; what the
# library defines twice by that is not pulled in again.
$(BUILD)/unit/%: test/unit/%.c $(BUILD)/libajar.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -Itest $(CFLAGS) -Wno-frame-larger-than $(LDFLAGS) -MMD -MP -MF $@.d -o $@ $< $(BUILD)/libajar.a -lcmocka $(LDLIBS)

$(BUILD)/tapes: test/tape/run.c $(BUILD)/libajar.a
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -MMD -MP -MF $@.d -o $@ $< $(BUILD)/libajar.a $(LDLIBS)

$(BUILD)/report-demo: test/report/demo.c $(BUILD)/libajar.a
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -MMD -MP -MF $@.d -o $@ $< $(BUILD)/libajar.a $(LDLIBS)

# The network that test/net and bench/net scan.
$(BUILD)/net/far: $(wildcard test/net/*.c test/net/*.h)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -Wno-frame-larger-than $(LDFLAGS) -o $@ $(filter %.c,$^)

units: $(UNIT_BINS) $(BUILD)/tapes
unit: units
	test/run-units $(BUILD)

tapes: $(BUILD)/tapes
	$(BUILD)/tapes test/tape

# 200 kills at random instants; a few of them are part of `make test`.
crash: all
	test/store/crash.py --ajar $(BUILD)/ajar --instants 200 --endpoints 50000

# How well and how fast fleets are found in simulated scans.
$(BUILD)/bench-fleet: $(wildcard bench/fleet/*.c bench/fleet/*.h) $(BUILD)/libajar.a
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -Wno-frame-larger-than $(LDFLAGS) -o $@ $(filter %.c,$^) $(BUILD)/libajar.a $(LDLIBS)
bench-fleet: $(BUILD)/bench-fleet
	@$(BUILD)/bench-fleet

bench-store: all
	bench/store/run.py $(BUILD)

# Held up to date by test/cli.
doc/products.md: $(BUILD)/ajar
	$(Q)$(BUILD)/ajar list --lang en --format markdown >$@.new && mv $@.new $@

check-includes:
	test/check-includes

# ajar(1) is written by hand and needs scdoc; the pages of the verbs and the completions are what `ajar help` says.
man: $(BUILD)/manual/ajar.1 $(BUILD)/manual/ajar.bash
$(BUILD)/manual/ajar.1: doc/ajar.1.scd
	@mkdir -p $(@D)
	scdoc < $< > $@.new && mv $@.new $@
$(BUILD)/manual/ajar.bash: tools/manual $(BUILD)/ajar
	$(Q)tools/manual $(BUILD)/ajar $(@D)

SHARE := $(PREFIX)/share
MANUAL := $(SHARE)/man/man1
BASH_COMPLETIONS := $(SHARE)/bash-completion/completions
ZSH_COMPLETIONS := $(SHARE)/zsh/vendor-completions
FISH_COMPLETIONS := $(SHARE)/fish/vendor_completions.d

install: all $(BUILD)/manual/ajar.bash
	install -D -m 755 $(BUILD)/ajar $(DESTDIR)$(PREFIX)/bin/ajar
	install -D -m 755 $(BUILD)/ajar-courier $(DESTDIR)$(PREFIX)/libexec/ajar-courier
	install -D -m 755 $(BUILD)/ajar-unpack $(DESTDIR)$(PREFIX)/libexec/ajar-unpack
	test ! -e $(BUILD)/ajar-pdf || install -D -m 755 $(BUILD)/ajar-pdf $(DESTDIR)$(PREFIX)/libexec/ajar-pdf
	install -d $(DESTDIR)$(SHARE)/ajar/catalog $(DESTDIR)$(SHARE)/ajar/rules $(DESTDIR)$(SHARE)/ajar/data
	install -m 644 catalog/*.yaml $(DESTDIR)$(SHARE)/ajar/catalog
	install -m 644 rules/*.yaml $(DESTDIR)$(SHARE)/ajar/rules
	install -m 644 data/*.csv $(DESTDIR)$(SHARE)/ajar/data
	for language in $(if $(HAS_MSGFMT),$(LANGUAGES)); do \
	    install -D -m 644 $(BUILD)/locale/$$language/LC_MESSAGES/ajar.mo \
	        $(DESTDIR)$(SHARE)/locale/$$language/LC_MESSAGES/ajar.mo || exit 1; done
	install -d $(DESTDIR)$(SHARE)/doc/ajar/doc $(DESTDIR)$(MANUAL)
	install -m 644 README.md ARCHITECTURE.md CONTRIBUTING.md $(DESTDIR)$(SHARE)/doc/ajar
	install -m 644 doc/*.md doc/*.json $(DESTDIR)$(SHARE)/doc/ajar/doc
	install -m 644 $(BUILD)/manual/ajar-*.1 $(DESTDIR)$(MANUAL)
	install -D -m 644 $(BUILD)/manual/ajar.bash $(DESTDIR)$(BASH_COMPLETIONS)/ajar
	install -D -m 644 $(BUILD)/manual/_ajar $(DESTDIR)$(ZSH_COMPLETIONS)/_ajar
	install -D -m 644 $(BUILD)/manual/ajar.fish $(DESTDIR)$(FISH_COMPLETIONS)/ajar.fish
	install -d $(DESTDIR)$(SHARE)/doc/ajar/packaging
	cp -r packaging/grafana packaging/prometheus packaging/github packaging/gitlab $(DESTDIR)$(SHARE)/doc/ajar/packaging
	install -d $(DESTDIR)$(UNITDIR)
	for unit in packaging/systemd/ajar-watch*; do \
	    sed 's,/usr/bin/ajar,$(PREFIX)/bin/ajar,' $$unit >$(BUILD)/$${unit##*/} && \
	    install -m 644 $(BUILD)/$${unit##*/} $(DESTDIR)$(UNITDIR) || exit 1; done
	if command -v scdoc >/dev/null; then $(MAKE) $(BUILD)/manual/ajar.1 && \
	    install -m 644 $(BUILD)/manual/ajar.1 $(DESTDIR)$(MANUAL); \
	else echo 'ajar(1) is not installed: scdoc is missing (tools/install-packages docs); ajar-scan(1) and the others are' >&2; fi

# What `make install` with the same PREFIX, UNITDIR and DESTDIR put there; the store and settings of users stay.
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/ajar $(DESTDIR)$(PREFIX)/libexec/ajar-courier $(DESTDIR)$(PREFIX)/libexec/ajar-unpack \
	    $(DESTDIR)$(PREFIX)/libexec/ajar-pdf
	rm -rf $(DESTDIR)$(SHARE)/ajar $(DESTDIR)$(SHARE)/doc/ajar
	rm -f $(LANGUAGES:%=$(DESTDIR)$(SHARE)/locale/%/LC_MESSAGES/ajar.mo)
	rm -f $(DESTDIR)$(MANUAL)/ajar.1 $(DESTDIR)$(MANUAL)/ajar-*.1 $(DESTDIR)$(BASH_COMPLETIONS)/ajar \
	    $(DESTDIR)$(ZSH_COMPLETIONS)/_ajar $(DESTDIR)$(FISH_COMPLETIONS)/ajar.fish $(DESTDIR)$(UNITDIR)/ajar-watch*

# Packages of Debian 12 in build/deb, held against lintian where it is installed.
deb:
	@tools/install-packages build docs deb
	@$(MAKE) --no-print-directory -j$$(nproc) BUILD=build-deb PREFIX=/usr all libajar-pii
	@tools/deb build-deb

clean:
	rm -rf build build-*

include fuzz.mk
include pii.mk
include wide.mk
-include $(shell find $(BUILD)/obj $(BUILD)/unit $(wildcard $(BUILD)/*.d) -type f -name '*.d' 2>/dev/null)
