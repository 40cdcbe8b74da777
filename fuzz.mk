# Fuzzers (libFuzzer, clang, AddressSanitizer and UndefinedBehaviorSanitizer).
#
#   make fuzz-check                          whether they compile, in seconds
#   make fuzz-build                          all of them
#   make fuzz T=probe-redis SECONDS=60       one, for so long; a crash is left in build-fuzz/crash/
#   make fuzz-all SECONDS=10                 each for so long, then "N passed, N failed"
#   make fuzz-regress                        every input that once crashed, and the seeds, once each
FUZZ_CC     ?= clang-14
FUZZ_DIR    := build-fuzz
FUZZ_PROBES := $(shell sed -n 's/^PROBE(\(.*\))/\1/p' src/probe/probes.def | tr 'A-Z_' 'a-z-')
FUZZ_PLAIN  := $(filter-out pii%,$(patsubst test/fuzz/fuzz_%.c,%,$(filter-out %/fuzz_probe.c,$(wildcard test/fuzz/fuzz_*.c))))
FUZZ_ALL    := $(addprefix probe-,$(FUZZ_PROBES)) $(FUZZ_PLAIN)
FUZZ_FLAGS  := -std=gnu17 -D_GNU_SOURCE -Isrc -Iinclude -Itest/fuzz -O1 -g -Wall -Wextra -Werror -fno-omit-frame-pointer \
               -fdouble-square-bracket-attributes -fno-sanitize-recover=all -fsanitize=address,undefined
SECONDS     ?= 60

.PHONY: fuzz fuzz-all fuzz-build fuzz-check fuzz-regress fuzz-library
fuzz-check:
	@for source in test/fuzz/*.c; do \
	    $(FUZZ_CC) $(FUZZ_FLAGS) -DFUZZ_PROBE='"redis"' -fsyntax-only $$source || exit 1; done

fuzz-build: $(addprefix $(FUZZ_DIR)/fuzz/,$(FUZZ_ALL)) $(FUZZ_DIR)/seeds

fuzz-library:
	@$(MAKE) --no-print-directory CC=$(FUZZ_CC) SAN=address,undefined,fuzzer-no-link BUILD=$(FUZZ_DIR) $(FUZZ_DIR)/libajar.a

$(FUZZ_DIR)/fuzz/probe-%: test/fuzz/fuzz_probe.c test/fuzz/peer.c test/fuzz/peer.h fuzz-library
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer -DFUZZ_PROBE='"$*"' -o $@ $(filter %.c,$^) $(FUZZ_DIR)/libajar.a -pthread $(LDLIBS)

$(FUZZ_DIR)/fuzz/%: test/fuzz/fuzz_%.c test/fuzz/peer.c test/fuzz/peer.h fuzz-library
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $(filter %.c,$^) $(FUZZ_DIR)/libajar.a -pthread $(LDLIBS)

$(FUZZ_DIR)/write-seeds: test/fuzz/seeds.c test/fuzz/peer.c test/fuzz/peer.h fuzz-library
	$(Q)$(FUZZ_CC) $(FUZZ_FLAGS) -o $@ $(filter %.c,$^) $(FUZZ_DIR)/libajar.a -pthread $(LDLIBS)

$(FUZZ_DIR)/seeds: $(FUZZ_DIR)/write-seeds
	$(Q)rm -rf $@ && ASAN_OPTIONS=detect_leaks=0 $< $@ test/tape

fuzz: $(FUZZ_DIR)/fuzz/$(T) $(FUZZ_DIR)/seeds
	test/fuzz/run $(FUZZ_DIR) $(SECONDS) $(T)

fuzz-all: fuzz-build
	test/fuzz/run $(FUZZ_DIR) $(SECONDS) $(FUZZ_ALL)

fuzz-regress: fuzz-build
	test/fuzz/run $(FUZZ_DIR) 0 $(FUZZ_ALL)
