# The personal-data classifier: a library of its own, its tests and its benchmark. Included by Makefile.
#
#   make libajar-pii    $(BUILD)/libajar-pii.a, .so and ajar-pii.pc     make bench-pii   figures beside other engines
#   make test-pii       truth, corpus, export, a small silence          make fuzz-pii    SECONDS=1800
#   make fuzz-recast markup, cards, mail, settings                      make bench-pii-instructions  what each format executes
#   make fuzz-pii-planted  values where names stand: none may be said      make fuzz-unpack   what ajar-unpack reads
#   make truth-pii      a million values a type against python3-stdnum and npm's stdnum and validator, twenty minutes
#   make pii-heldout    precision and recall on tables the classifier was not tuned on
#   make pii-blind      the same on a corpus made from doc/pii.md alone; PyPI has to be reachable
#   make silence-pii    5 GB of Debian packages, nothing confirmed      make install-pii library, header, pkg-config file
#   make silence-tables 4,129 public tables, all that is confirmed is somebody's
PII_VERSION := 0.1.0
PII_LIBS    := -pthread -lz -lzstd -lyaml -luchardet -lm
PII_PYTHON  ?= python3
SECONDS     ?= 60

PII_SOURCES := $(wildcard src/pii/*.c src/text/*.c src/base/*.c)
PII_OBJECTS := $(patsubst src/%,$(BUILD)/pic/%.o,$(PII_SOURCES))
PII_TOOLS   := $(BUILD)/pii-truth

.PHONY: libajar-pii install-pii test-pii truth-pii pii-heldout pii-blind silence-pii silence-tables bench-pii bench-pii-instructions fuzz-pii fuzz-pii-planted fuzz-unpack fuzz-recast
libajar-pii: $(BUILD)/libajar-pii.a $(BUILD)/libajar-pii.so $(BUILD)/ajar-pii.pc

# The built-in detectors are carried inside.
$(BUILD)/obj/pii/builtin.c.o $(BUILD)/pic/pii/builtin.c.o: $(wildcard data/detectors/*.yaml)

$(BUILD)/pic/%.c.o: src/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(filter-out -fPIE,$(CFLAGS)) -fPIC -MMD -MP -c -o $@ $<

$(BUILD)/libajar-pii.a: $(PII_OBJECTS)
	$(Q)rm -f $@ && ar rcs $@ $^

# Only the functions of ajar/pii.h are seen from outside.
$(BUILD)/libajar-pii.so: $(PII_OBJECTS) src/pii/exports.map
	$(Q)$(CC) $(filter-out -fPIE,$(CFLAGS)) $(filter-out -pie,$(LDFLAGS)) -shared -Wl,-soname,libajar-pii.so.0 \
	    -Wl,--version-script=src/pii/exports.map -o $@ $(PII_OBJECTS) $(PII_LIBS)

$(BUILD)/ajar-pii.pc: pii.mk
	@mkdir -p $(@D)
	$(Q)printf '%s\n' 'prefix=$(PREFIX)' 'Name: ajar-pii' 'Description: What personal data is in a stream, by likelihood' \
	    'Version: $(PII_VERSION)' 'Cflags: -I$${prefix}/include' 'Libs: -L$${prefix}/lib -lajar-pii' \
	    'Libs.private: $(PII_LIBS)' >$@

install-pii: libajar-pii
	install -D -m 644 include/ajar/pii.h $(DESTDIR)$(PREFIX)/include/ajar/pii.h
	install -D -m 644 $(BUILD)/libajar-pii.a $(DESTDIR)$(PREFIX)/lib/libajar-pii.a
	install -D -m 755 $(BUILD)/libajar-pii.so $(DESTDIR)$(PREFIX)/lib/libajar-pii.so.0
	ln -sf libajar-pii.so.0 $(DESTDIR)$(PREFIX)/lib/libajar-pii.so
	install -D -m 644 $(BUILD)/ajar-pii.pc $(DESTDIR)$(PREFIX)/lib/pkgconfig/ajar-pii.pc

$(BUILD)/pii-truth: test/pii/truth.c $(BUILD)/libajar-pii.a
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< $(BUILD)/libajar-pii.a $(PII_LIBS)

# Small enough for every run; PII_SILENCE is a directory of files without personal data that the machine has anyway.
PII_SILENCE ?= /usr/share/doc /usr/share/perl /usr/include /usr/lib/python3
test-pii: $(BUILD)/ajar $(BUILD)/pii-truth
	$(PII_PYTHON) test/pii/truth.py $(BUILD)/pii-truth 4000
	$(PII_PYTHON) test/pii/nationals.py $(BUILD)/pii-truth 200
	$(PII_PYTHON) test/pii/corpus.py "$(BUILD)/ajar classify" 200
	$(PII_PYTHON) test/pii/heldout.py "$(BUILD)/ajar classify" 1
	$(PII_PYTHON) test/pii/shanghai.py "$(BUILD)/ajar classify"
	test/pii/silence_small.sh "$(BUILD)/ajar classify" $(BUILD)/silence $(PII_SILENCE)

truth-pii: $(BUILD)/pii-truth
	npm install --silent --no-save --prefix $(BUILD)/npm stdnum validator
	$(PII_PYTHON) test/pii/truth.py $(BUILD)/pii-truth 1000000 --npm $(BUILD)/npm

pii-heldout: $(BUILD)/ajar
	$(PII_PYTHON) test/pii/heldout.py "$(BUILD)/ajar classify" 4 --print

# The corpus is made anew each time; BLIND_SEED gives other values.
BLIND_SEED ?= 20261130
pii-blind: $(BUILD)/ajar
	@test -e $(BUILD)/blind/ready || { $(PII_PYTHON) -m venv $(BUILD)/blind && \
	    $(BUILD)/blind/bin/pip install --quiet faker==40.54.0 phonenumbers==9.0.43 python-stdnum==2.2 && touch $(BUILD)/blind/ready; }
	$(BUILD)/blind/bin/python test/pii/blind/make.py $(BUILD)/blind/corpus $(BLIND_SEED)
	$(PII_PYTHON) test/pii/blind/score.py $(BUILD)/blind/corpus "$(BUILD)/ajar classify"

silence-pii: $(BUILD)/ajar
	test/pii/silence.sh "$(BUILD)/ajar classify" $(BUILD)/silence-5g 5

silence-tables: $(BUILD)/ajar
	$(PII_PYTHON) test/pii/silence_tables.py "$(BUILD)/ajar classify" $(BUILD)/silence-tables

$(BUILD)/bench-vectorscan: bench/pii/vectorscan.c
	@mkdir -p $(@D)
	$(Q)$(CC) -O2 $(shell pkg-config --cflags libhs) -o $@ $< $(shell pkg-config --libs libhs)

# Presidio comes from PyPI where that is reachable; PRESIDIO=python of an environment that has presidio-analyzer saves the
# download, PRESIDIO= leaves it out.
PRESIDIO ?= $(BUILD)/presidio/bin/python
bench-pii: $(BUILD)/ajar
	@tools/install-packages build bench
	@$(MAKE) -s $(BUILD)/bench-vectorscan
	@test "$(PRESIDIO)" != $(BUILD)/presidio/bin/python || test -e $(BUILD)/presidio/ready || \
	    { $(PII_PYTHON) -m venv $(BUILD)/presidio && $(PRESIDIO) -m pip install --quiet presidio-analyzer && \
	      touch $(BUILD)/presidio/ready; } || echo "PyPI does not answer: Presidio is left out"
	$(PII_PYTHON) bench/pii/run.py "$(BUILD)/ajar classify" --files $(BUILD)/bench-pii \
	    --vectorscan $(BUILD)/bench-vectorscan --presidio "$(PRESIDIO)"

# Counts instead of times, for a machine that others use, too. AGAINST="/elsewhere/ajar classify": beside those of another build.
bench-pii-instructions: $(BUILD)/ajar
	$(PII_PYTHON) bench/pii/instructions.py "$(BUILD)/ajar classify" --files $(BUILD)/bench-pii-64 $(if $(AGAINST),--against "$(AGAINST)")

fuzz-pii:
	@mkdir -p $(BUILD)/fuzz-pii-corpus
	clang-14 $(CPPFLAGS) -DPII_DEEP_FIRST=3 -DPII_DEEP_EVERY=5 -std=gnu17 -O2 -g -fdouble-square-bracket-attributes -w -fsanitize=address,undefined,fuzzer -fno-sanitize-recover=all \
	    -fno-sanitize-coverage=trace-cmp -fsanitize-coverage-ignorelist=test/fuzz/pii/untraced -o $(BUILD)/fuzz-pii test/fuzz/pii/fuzz_pii.c $(PII_SOURCES) $(PII_LIBS)
	$(PII_PYTHON) test/fuzz/pii/seeds.py $(BUILD)/fuzz-pii-corpus
	ASAN_OPTIONS=quarantine_size_mb=8:malloc_context_size=2 $(BUILD)/fuzz-pii -max_len=512 -len_control=0 -entropic=0 -timeout=10 \
	    -dict=test/fuzz/pii/words -max_total_time=$(SECONDS) $(BUILD)/fuzz-pii-corpus

# Values planted where names of fields stand: none may be said.
fuzz-pii-planted:
	@mkdir -p $(BUILD)/fuzz-pii-planted-corpus
	clang-14 $(CPPFLAGS) -DPII_DEEP_FIRST=64 -DPII_DEEP_EVERY=5 -std=gnu17 -O1 -g -fdouble-square-bracket-attributes -w -fsanitize=address,undefined,fuzzer \
	    -fno-sanitize-recover=all -o $(BUILD)/fuzz-pii-planted test/fuzz/pii/fuzz_planted.c $(PII_SOURCES) $(PII_LIBS)
	ASAN_OPTIONS=quarantine_size_mb=8:malloc_context_size=2 $(BUILD)/fuzz-pii-planted -max_len=64 -len_control=0 -timeout=10 \
	    -max_total_time=$(SECONDS) $(BUILD)/fuzz-pii-planted-corpus

# What is written anew as NDJSON: markup, cards, mail, settings, messages.
fuzz-recast:
	@mkdir -p $(BUILD)
	clang-14 $(CPPFLAGS) -std=gnu17 -O1 -g -fdouble-square-bracket-attributes -w -fsanitize=address,undefined,fuzzer -fno-sanitize-recover=all \
	    -o $(BUILD)/fuzz-recast test/fuzz/pii/fuzz_recast.c $(wildcard src/pii/recast*.c) src/pii/tree.c $(wildcard src/base/*.c) -pthread
	$(PII_PYTHON) test/fuzz/pii/seeds_recast.py $(BUILD)/fuzz-recast-corpus
	ASAN_OPTIONS=quarantine_size_mb=8 $(BUILD)/fuzz-recast -max_len=4096 -timeout=10 -max_total_time=$(SECONDS) $(BUILD)/fuzz-recast-corpus

# What ajar-unpack reads, without its fence.
fuzz-unpack:
	@mkdir -p $(BUILD)
	clang-14 $(CPPFLAGS) -std=gnu17 -O1 -g -fdouble-square-bracket-attributes -w -fsanitize=address,undefined,fuzzer -fno-sanitize-recover=all \
	    -o $(BUILD)/fuzz-unpack test/fuzz/pii/fuzz_unpack.c $(filter-out %/main.c %/fence.c %/pdf.c,$(wildcard src/unpack/*.c)) \
	    $(wildcard src/base/*.c) -larchive -lexpat -lsqlite3 -pthread -lm
	$(PII_PYTHON) test/fuzz/pii/seeds_unpack.py $(BUILD)/fuzz-unpack-corpus
	ASAN_OPTIONS=quarantine_size_mb=8 $(BUILD)/fuzz-unpack -max_len=8192 -timeout=20 -rss_limit_mb=1500 -max_total_time=$(SECONDS) $(BUILD)/fuzz-unpack-corpus

# What the position-independent objects were made from.
-include $(if $(wildcard $(BUILD)/pic),$(shell find $(BUILD)/pic -type f -name '*.d'))
