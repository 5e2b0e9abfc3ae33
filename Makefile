# The two commands of the README are `make demo` and `make test`. Everything else is for those who work on the code.
export CGO_ENABLED = 0
export GOFLAGS = -trimpath -buildvcs=false

GO       ?= go
PROGRAMS  = ./cli/imi ./gateway/imi-gateway ./chaincode/imi-chaincode ./network/imi-builder

.PHONY: build demo test unit bench fuzz mangle vet clean

build: ## programs into bin/
	@mkdir -p bin
	@echo "building imi's own programs into bin/ (a minute or more the first time)" >&2
	@$(GO) build -ldflags "-s -w" -o bin/ $(PROGRAMS)

demo: build ## the whole story on a real network, which is left running
	@./bin/imi demo

test: build ## everything: unit tests, real networks (native and Docker), stories, fuzzing, interop
	@./test.sh

unit: build ## what needs no network
	$(GO) test ./...

bench: build ## speed beside what is possible at best, on networks of its own; BENCH="--only verify" for some, docs/performance.md
	@$(GO) build -ldflags "-s -w" -o bin/ ./bench/imi-comparator
	@./bin/imi bench --out bin/bench.json $(BENCH)

fuzz: build ## every fuzz target, FUZZTIME inputs each (10000x), or for a time (10m)
	@./test.sh fuzz

mangle: ## every bit and byte of captured ledgers and answers changed; about ten minutes, with progress and the count (MANGLE=sample: seconds)
	@./test.sh mangle

vet:
	$(GO) vet ./... && $(GO) vet -tags integration ./...

clean: ## bin/ only; networks are removed by `bin/imi network reset`
	rm -rf bin
