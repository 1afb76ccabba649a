# make run and make test are all that a newcomer needs; make help lists the rest.

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -X main.version=$(VERSION)
# Flags for the server: make run ARGS='--listen :8080'.
ARGS ?=
# What the race detector does not look into: C translated to Go, with locks of its
# own, and the packing of bytes. Watched, they make the tests five times slower.
UNWATCHED = modernc.org/sqlite/lib modernc.org/libc github.com/klauspost/compress/zstd
RACE = -race $(foreach package,$(UNWATCHED),-gcflags=$(package)=-race=false)
# Time for each fuzz target, kills and length of a soak.
FUZZTIME ?= 10s
KILLS ?= 500
# Where a soak keeps the data of PostgreSQL until a drill ends well: its own user has to get there.
KEPT ?= /var/tmp/gonets-soak
# The tests of bad neighbours, of restarts and sleeps, of overloads, and of disks, networks and databases that fail, which a soak
# runs at full size.
NEIGHBOURS = Hangs|StoppedAndStarted|DueAtTheStart|Returns|SlowCallers|HostileReply|LongReplies|OutlivesItsDatabase
TROUBLES = OutliveTrouble|ServerThatSleeps|SlowerThanWhatComesIn|AfterAnOutage|WithoutRoom|WithoutInodes|FullDisk|FullPostgres|FullLog
# The tests of a full history, and its size.
HISTORIES = HistoryAnswers|ManyRuns|StartWithAFullHistory|RetentionKeeps
HISTORY ?= 1000000
# How long each turn of a bench sends events.
BENCHTIME ?= 10s

.DEFAULT_GOAL := help
.PHONY: help run build interface pages test quick strace postgres check lint cross vulnerable bench history soak fuzz fmt generate browser chromium

help: ## list these targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: build ## build the server and start it; ARGS holds flags for it
	./bin/gonets serve $(ARGS)

build: interface ## build bin/gonets: one static file, the interface in it
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o bin/gonets ./cmd/gonets

# The interface is built by Node.js, which not every machine has: without it the
# server is built all the same, and has an API but no pages.
interface:
	@if command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1; then $(MAKE) --no-print-directory web/dist/index.html; \
	else echo 'no Node.js here: the server is built without its interface (Node.js 20.19 or newer makes it)'; fi

# Built again only when something of it has changed.
web/dist/index.html: web/node_modules/.package-lock.json $(shell find web/src web/public web/scripts -type f 2>/dev/null) web/index.html web/vite.config.ts web/tsconfig.json
	@echo '== building the interface'
	@cd web && npm run --silent build

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	@echo '== fetching what the interface is built of'
	@cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# Types, texts, rules and sizes of the interface; the build is among it.
pages:
	@if command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1; then \
		$(MAKE) --no-print-directory web/node_modules/.package-lock.json && echo '== the interface' && cd web && npm run --silent check; \
	else echo 'no Node.js here: the interface is not checked'; fi

test: quick pages strace postgres chromium ## what has to pass before every commit
	CGO_ENABLED=1 go test $(RACE) -timeout 30m ./...
	@$(MAKE) --no-print-directory browser

# What people do in the interface and what strangers send to it, in a real browser.
browser: build chromium
	@if [ -d web/node_modules ]; then echo '== the interface in a browser' && cd web && npm run --silent e2e; \
	else echo 'no Node.js here: the interface is not tried in a browser'; fi

chromium:
	@command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || { \
		if ! command -v node >/dev/null 2>&1; then echo 'no Node.js here: no browser is needed'; \
		elif [ "$$(uname -s)" = Linux ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
			echo '== installing chromium'; apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; \
		else echo 'no chromium here: please install it'; exit 1; fi; }

quick:
	@echo '== gofmt'
	@out=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); if [ -n "$$out" ]; then echo "not formatted, run make fmt:"; echo "$$out"; exit 1; fi
	@echo '== go vet'
	@go vet ./...
	@echo '== go test'

# Tests of what happens when the disk fails run the server under strace.
strace:
	@command -v strace >/dev/null 2>&1 || { \
		if [ "$$(uname -s)" != Linux ]; then echo 'no strace on this system: its tests are left out'; \
		elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
			echo '== installing strace'; apt-get update -qq && apt-get install -y -qq strace; \
		else echo 'strace is missing: please install it (apt-get install strace)'; exit 1; fi; }

# Tests start a PostgreSQL server of their own; the system's is never touched.
postgres:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || { \
		if [ "$$(uname -s)" = Linux ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
			echo '== installing PostgreSQL'; apt-get update -qq && \
			apt-get install -y -qq --no-install-recommends postgresql-common && \
			mkdir -p /etc/postgresql-common && echo 'create_main_cluster = false' >> /etc/postgresql-common/createcluster.conf && \
			apt-get install -y -qq --no-install-recommends postgresql; \
		elif [ "$$(uname -s)" = Linux ]; then echo 'PostgreSQL is missing: please install it (apt-get install postgresql)'; exit 1; \
		else echo 'no PostgreSQL on this system: its tests are left out'; fi; }

check: test lint cross vulnerable ## test, all linters, every system, known vulnerabilities
	@echo '== go mod tidy'
	go mod tidy -diff

lint: bin/golangci-lint
	./bin/golangci-lint run ./...

bin/golangci-lint: tools/go.mod tools/go.sum
	@echo '== building golangci-lint: a few minutes, once'
	cd tools && go build -o ../bin/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint

bin/govulncheck: tools/go.mod tools/go.sum
	cd tools && go build -o ../bin/govulncheck golang.org/x/vuln/cmd/govulncheck

cross:
	@for target in windows/amd64 darwin/arm64 linux/arm64; do \
		echo "== building for $$target"; \
		CGO_ENABLED=0 GOOS=$${target%/*} GOARCH=$${target#*/} go build -o /dev/null ./cmd/gonets || exit 1; \
	done

# Exit code 3 means that something was found; any other failure, that the list
# of vulnerabilities could not be fetched, which is no fault of the code.
vulnerable: bin/govulncheck
	@./bin/govulncheck ./...; code=$$?; \
	if [ $$code = 3 ]; then exit 1; elif [ $$code != 0 ]; then echo 'the list of vulnerabilities is out of reach: not checked'; fi

# PostgreSQL is one of the bench's own, with fsync on; {} is its address.
BENCH = ./bin/gonets bench --duration $(BENCHTIME) --history docs/bench-history.jsonl
bench: build postgres chromium ## events a second on both databases, a newcomer's walks (lines in docs/*-history.jsonl) and the hot paths (BENCHTIME)
	$(BENCH)
	$(BENCH) --rate 500
	$(BENCH) --rate 50
	go run ./internal/testkit/cluster -- $(BENCH) --database {}
	go run ./internal/testkit/cluster -- $(BENCH) --database {} --rate 500
	go run ./internal/testkit/cluster -- $(BENCH) --database {} --rate 50
	go test -run '^$$' -bench . -benchmem ./...
	@if [ -d web/node_modules ]; then cd web && npm run --silent walks; else echo 'no Node.js here: nothing is walked'; fi

history: postgres ## how quick questions, a start and the retention are with a full history (HISTORY runs), in tables
	go test ./cmd/gonets -run '$(HISTORIES)' -soak -history $(HISTORY) -v -parallel 1 -timeout 90m

# A drill that was interrupted goes on where it was.
soak: build strace postgres ## the long proofs: crashes under load, bad neighbours, minutes of fuzzing (KILLS, FUZZTIME)
	./bin/gonets drill --kills $(KILLS) --data bin/soak --state bin/soak.state
	rm -rf bin/soak bin/soak.state
	go run ./internal/testkit/cluster -keep $(KEPT) -- ./bin/gonets drill --kills $(KILLS) --database {} --data bin/soak-postgres --state bin/soak-postgres.state
	rm -rf bin/soak-postgres bin/soak-postgres.state
	go run ./internal/testkit/cluster -keep $(KEPT)-nodes -- ./bin/gonets drill --kills $(KILLS) --database {} --nodes 3 --data bin/soak-nodes --state bin/soak-nodes.state
	rm -rf bin/soak-nodes bin/soak-nodes.state
	go test ./cmd/gonets -run '$(NEIGHBOURS)|$(TROUBLES)' -soak -v -parallel 1 -timeout 240m
	$(MAKE) history
	$(MAKE) fuzz FUZZTIME=$(if $(filter 10s,$(FUZZTIME)),3m,$(FUZZTIME))

fuzz: ## every fuzz target for FUZZTIME each
	@grep -rlE '^func Fuzz' --include='*_test.go' . | sort | while read -r file; do \
		for target in $$(grep -oE '^func Fuzz[A-Za-z0-9_]+' "$$file" | cut -d' ' -f2); do \
			echo "== $$target in $$file"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "./$$(dirname "$$file")" || exit 1; \
		done; \
	done

fmt: ## format the code
	gofmt -w $$(git ls-files -co --exclude-standard '*.go')

# The tests compare every generated file with what it should be; with -update
# they write it.
generate: ## write the generated files again
	go test $$(grep -rlE 'flag\.Bool\("update"' --include='*_test.go' . | xargs -n1 dirname | sort -u) -update
	@if [ -d web/node_modules ]; then cd web && npm run --silent types; fi
