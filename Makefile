# `make bench` and `make test` do all the set-up on a fresh machine. What they make is in .resident and .build.

STATE := .resident
WEIGHTS := $(STATE)/downloads/SmolLM2-135M-Instruct.Q4_1.gguf
MODELS := $(STATE)/models
CONFIGURATION := release
DUCKDB := $(STATE)/tools/duckdb
HF := $(STATE)/tools/hf
CHARTJS := $(STATE)/tools/chart.min.js
# The Python environment that tests and the mlx engine share, and that mlx-lm is in it.
PYTHON := $(STATE)/venv/bin/python
MLX_LM := $(STATE)/venv/mlx-lm-0.32.2
# The same with what makes vectors.
MLX_EMBEDDINGS := $(STATE)/venv/mlx-embeddings-0.1.0
RESIDENT = .build/$(CONFIGURATION)/resident
ENVELOPE ?= envelopes/smoke.json

export RESIDENT_DB := $(STATE)/resident.sqlite
export RESIDENT_MODELS := $(MODELS)
export RESIDENT_REGISTRY := $(STATE)/registry.json

.PHONY: help test-engines test-mlx bench-overhead bench bench-engine bench-full-size bench-kernels bench-slices bench-loads \
  faults soak rehearse-night real-calibration test-calibration test test-neon \
  test-dataset test-publish test-registry conformance-peers bench-templates test-browser build models lanes lane-comparisons duckdb hf charts lint format conformance families clean

help:
	@echo "make bench        compare a candidate lane with the resident on real weights; promote it on a measured win"
	@echo "make test         run all tests"
	@echo "make install      put the program into PREFIX/bin (PREFIX=/usr/local)"
	@echo "make test-neon    check the kernels in C, those for Arm under emulation"
	@echo "make test-engines compare through mlx-lm, mlx_lm.server and llama.cpp's server (installs them)"
	@echo "make test-mlx     check the mlx worker over tiny models of random weights (installs mlx-lm and mlx-embeddings)"
	@echo "make conformance  compare the engine with mlx-lm and the tokenizer with tokenizers (installs both), 20 minutes"
	@echo "make conformance-peers compare tool-call parsers with mlx-lm's and templates with transformers (installs both; SEED=N)"
	@echo "make bench-templates time 4,000 rounds through chat templates, in alternation with Jinja2 (TEMPLATES=FOLDER, ROUNDS=N)"
	@echo "make conformance-embed compare vectors of texts with sentence-transformers (installs torch, gigabytes)"
	@echo "make bench-embed  measure texts per second against sentence-transformers, in alternation (installs torch)"
	@echo "make families     make tiny models of every family with mlx-lm (installs it), which make test then reads"
	@echo "make bench-engine measure the engine against llama.cpp, in alternation (installs its wheels)"
	@echo "make bench-full-size measure the engine on a Qwen3-30B-A3B of random weights (17 GB of disk and memory)"
	@echo "make fit-check    check what resident fit predicts of ten shapes with what a worker takes and reaches (installs mlx-lm)"
	@echo "make moe-table    measure mixtures of experts against a dense model of the same size (20 minutes; writes docs/moe.svg)"
	@echo "make bench-kernels measure the products of each instruction set by themselves"
	@echo "make bench-slices compare slices with whole requests: effects of five pairs of lanes, noise under loads (hours)"
	@echo "make bench-loads  measure what the place of weights in memory does to copies of one model (20 minutes)"
	@echo "make real-calibration compare a model with copies of itself, with and without planted effects (hours)"
	@echo "make test-calibration test the scripts of the three and the worker that plants effects"
	@echo "make duckdb       fetch DuckDB's command line, which writes the dataset's Parquet files"
	@echo "make hf           install the hub's command line, which resident publish drives"
	@echo "make test-registry edit registries of every form before readers that others wrote and under kills (installs them)"
	@echo "make first-hour   run every command of README.md as it is pasted, in a fresh clone (CLONE=DIR for one that is built)"
	@echo "make test-commands hold what every command prints with --json to docs/schemas"
	@echo "make test-publish publish to a stand-in for the hub with the real hf command (installs it)"
	@echo "make charts       fetch Chart.js, which draws the report's charts"
	@echo "make pages        write the pages of the dataset in results/ for any static host (OUT=DIR)"
	@echo "make test-browser look at reports in headless Chromium (installs it, as root)"
	@echo "make test-dataset load an exported dataset with datasets, pyarrow, duckdb and pandas (installs them)"
	@echo "make serve        build the viewer's server (minutes, once) and start it"
	@echo "make test-serve   test the viewer's API against its OpenAPI document (installs two validators)"
	@echo "make bench-serve  measure the viewer's latency over 2,000 comparisons while a run writes"
	@echo "make lanes        make every quantization lane and its bf16 reference, and measure them"
	@echo "make lane-comparisons compare four of them with the uniform one"
	@echo "make lint         check formatting, the order of imports and that output is filtered; make format repairs formatting"
	@echo "make mutants      read 70,000 damaged files and 270,000 damaged outputs (COUNT=N of each kind, SEED=N)"
	@echo "make attack       attack the built program with hostile inputs and damaged files (LONG=1 and libFuzzer: hours)"
	@echo "make fuzz         run libFuzzer with the address sanitizer on the kernels' bounds and the readers of files (RUNS=N)"
	@echo "make gemma        fetch, import and run Gemma 3 270M, whose terms bind whoever downloads it"
	@echo "make faults       inject faults into tiny comparisons, ten minutes (KILLS=300, LONG=1: 1,000; disks need root)"
	@echo "make endurance    plant leaks in workers and count which are rejected, an hour (RUNS=N, MODELS_OF=DIR)"
	@echo "make test-cache   measure servers that keep prompts, and count which are caught, 20 minutes (RUNS=N)"
	@echo "make soak         measure 2,000 tiny comparisons in one process and check that nothing grows"
	@echo "make rehearse-night  run a night of 30 minutes (MINUTES=N) with two crashes, for docs/nightly"
	@echo "make clean        delete builds; $(STATE) and .venv-bench are all other local state"

bench: build duckdb charts $(MODELS)/smollm2-135m $(MODELS)/smollm2-135m-4bit-g64
	@scripts/bench $(RESIDENT) $(ENVELOPE) $(STATE)

build:
	@scripts/install-system-libraries
	@scripts/build -c $(CONFIGURATION) --product resident

# Puts the program into PREFIX/bin.
PREFIX ?= /usr/local
.PHONY: install
install: build
	install -d $(DESTDIR)$(PREFIX)/bin
	install $(RESIDENT) $(DESTDIR)$(PREFIX)/bin/resident

$(WEIGHTS):
	@scripts/fetch-weights $@

models: $(MODELS)/smollm2-135m $(MODELS)/smollm2-135m-4bit-g64

# Writes Parquet for `resident export`, which finds it here.
duckdb: $(DUCKDB)

$(DUCKDB):
	@scripts/fetch-duckdb $@

# The hub's command line for `resident publish`, which finds it here.
hf: $(HF)

$(HF): scripts/hf-requirements.txt
	@test -d $(STATE)/hf-venv || python3 -m venv $(STATE)/hf-venv
	@$(STATE)/hf-venv/bin/pip install --quiet --disable-pip-version-check -r scripts/hf-requirements.txt
	@mkdir -p $(dir $@)
	@ln -sf ../hf-venv/bin/hf $@ && touch -h $@

# What `resident report` draws with, which finds it here.
charts: $(CHARTJS)

$(CHARTJS):
	@scripts/fetch-chart-library $@

# The pages of the dataset in results/, ready for any static host: OUT=DIR writes elsewhere.
.PHONY: pages
pages: build duckdb charts
	$(RESIDENT) report --results $(or $(RESULTS),results/) --out $(or $(OUT),pages)

# PICTURES=DIR keeps pictures of the index and of one comparison, for the docs.
test-browser: CONFIGURATION := debug
test-browser: duckdb charts
	@scripts/install-system-libraries
	@scripts/install-browser $(STATE)/browser-venv
	swift build --product resident
	$(STATE)/browser-venv/bin/python Tests/Browser/report.py $(RESIDENT) $(DUCKDB) $(CHARTJS) \
	  $(if $(PICTURES),--pictures "$(PICTURES)")
	swift build --product resident-serve
	$(STATE)/browser-venv/bin/python Tests/Browser/live.py $(RESIDENT) $(DUCKDB) $(CHARTJS)

# The folders appear only when complete, so an interrupted make starts them again.
$(MODELS)/smollm2-135m: | build $(WEIGHTS)
	$(RESIDENT) models import $(WEIGHTS) --out $@

$(MODELS)/smollm2-135m-4bit-g64: | build $(MODELS)/smollm2-135m
	$(RESIDENT) models quantize $(MODELS)/smollm2-135m --lane uniform --bits 4 --group-size 64 --out $@

# All lanes of docs/lanes.md with the bf16 reference, and the table; the mixed and the distilled one take minutes each.
# DRAWS=10 adds mixed lanes drawn at random.
lanes: models
	python3 scripts/lane-table.py $(RESIDENT) $(MODELS)/smollm2-135m $(STATE)/lanes --draws $(or $(DRAWS),0)

# Four of those lanes against the uniform one, through envelopes/lane-ab.json; ONLY=NAME chooses one, and
# CONDITION="beside one busy process" starts that beside them.
lane-comparisons: build
	python3 Benchmarks/lane_comparisons.py $(RESIDENT) $(STATE)/lanes $(if $(ONLY),--only "$(ONLY)") \
	  $(if $(CONDITION),--condition "$(CONDITION)")

# In debug, which checks more and builds faster; the kernels are optimized in both configurations.
test: CONFIGURATION := debug
test: models duckdb
	swift test

# With the libraries that people load a dataset with, installed into $(STATE).
test-dataset: build duckdb
	@test -d $(STATE)/dataset-venv || python3 -m venv $(STATE)/dataset-venv
	@$(STATE)/dataset-venv/bin/pip install --quiet --disable-pip-version-check -r Tests/DatasetConformance/requirements.txt
	$(STATE)/dataset-venv/bin/python Tests/DatasetConformance/load.py $(RESIDENT) $(DUCKDB)

# A newcomer's first hour: every command of README.md as it is pasted, in a fresh clone (CLONE=DIR uses one that is built).
.PHONY: first-hour
first-hour:
	python3 Tests/FirstHour/newcomer.py $(if $(CLONE),--clone "$(CLONE)") $(if $(ONLY),--only "$(ONLY)")

# Every command that the parser lists, with --json against docs/schemas; two minutes with everything built.
.PHONY: test-commands
test-commands: models duckdb
	python3 Tests/Commands/check_json.py $(RESIDENT) $(STATE)

# Against a stand-in for the hub's endpoints on loopback, with the real client; no account or token is needed.
test-publish: build hf
	python3 Tests/Publishing/publish.py $(RESIDENT) $(HF)

# The tool-call parsers against mlx-lm's own, over outputs of a seed; and chat templates against transformers, those of the
# tests and with TEMPLATES=FOLDER those of a folder.
conformance-peers: build $(MLX_LM)
	$(PYTHON) scripts/conformance-peers.py $(RESIDENT) $(if $(SEED),--seed $(SEED)) $(if $(COUNT),--count $(COUNT))
	$(PYTHON) scripts/conformance-templates.py $(RESIDENT) Tests/ChatTemplateTests/Conformance/templates $(TEMPLATES)

# Long conversations through the chat templates of a folder, in alternation with Jinja2: TEMPLATES=FOLDER, ROUNDS=N.
bench-templates: build $(MLX_LM)
	$(PYTHON) Benchmarks/template_rounds.py $(RESIDENT) $(if $(ROUNDS),--rounds $(ROUNDS)) \
	  $(wildcard $(or $(TEMPLATES),Tests/ChatTemplateTests/Conformance/templates)/*.jinja)

# With nix-instantiate and PyYAML, which it installs, and 203 kills per form of registry (ROUNDS=N for 7 N).
test-registry:
	@scripts/test-registry $(STATE)

# The Arm kernels under emulation, and all kernels of this machine under the address sanitizer.
test-neon:
	@scripts/test-neon

# The server is a separate product, so that `make bench` never waits for it to compile.
.PHONY: serve test-serve bench-serve
serve: build charts
	swift build -c $(CONFIGURATION) --product resident-serve
	$(RESIDENT) serve

test-serve: build
	swift build -c $(CONFIGURATION) --product resident-serve
	scripts/test-serve $(RESIDENT) $(STATE)

# 1.8 GB of simulated measurements, made once.
bench-serve: build
	swift build -c $(CONFIGURATION) --product resident-serve
	@test -f $(STATE)/simulated/resident.sqlite || \
	  python3 Benchmarks/measurement_database.py $(RESIDENT) $(STATE)/simulated
	python3 Benchmarks/serve_latency.py $(RESIDENT) $(STATE)/simulated

# Through real servers, attached and started. Takes minutes, since mlx is slow on a processor.
test-engines: models
	@scripts/test-engines $(RESIDENT) $(STATE)

# The mlx worker alone, over random weights that need no download; some minutes with the installation.
test-mlx: build $(MLX_EMBEDDINGS)
	$(PYTHON) Tests/Engines/check_mlx_worker.py $(RESIDENT)
	$(PYTHON) Tests/Engines/check_mlx_embeddings.py

$(MLX_EMBEDDINGS): | $(MLX_LM)
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check 'mlx[cpu]==0.32.4' mlx-lm==0.32.2 tokenizers==0.23.3 \
	  mlx-embeddings==0.1.0
	@touch $@

$(MLX_LM):
	@test -d $(STATE)/venv || python3 -m venv $(STATE)/venv
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check 'mlx[cpu]==0.32.4' mlx-lm==0.32.2 tokenizers==0.23.3
	@touch $@

# What the mlx and endpoint engines add to what they measure, in alternation, after `make test-engines`.
bench-overhead: models
	$(PYTHON) Benchmarks/engine_overhead.py --resident $(RESIDENT) --gguf $(STATE)/engine-models/q4_1 \
	  --mlx $(STATE)/engine-models/g32-f32

# Against llama.cpp, in alternation: JSON=FILE writes the rows, ROWS=PATTERN chooses some, ONLY="MODEL..." those of some
# models. PyPI's wheels are AVX2 builds; the one that is compiled here for this processor takes some minutes, once. Models
# in published shapes take 12 GB of $(STATE).
bench-engine: models
	python3 Benchmarks/bench_engine.py --source-build --resident $(RESIDENT) --state $(STATE) \
	  $(if $(JSON),--json "$(JSON)") $(if $(ROWS),--rows "$(ROWS)") $(foreach model,$(ONLY),--only $(model))

# 17 GB of $(STATE), written once, and as much memory. JSON=FILE writes the figures.
bench-full-size: models
	python3 Benchmarks/full_size.py --resident $(RESIDENT) --state $(STATE) $(if $(JSON),--json "$(JSON)")

.PHONY: fit-check moe-table
# SHAPES="NAME..." chooses.
fit-check: build models $(MLX_LM)
	PYTHONPATH=Benchmarks $(PYTHON) Benchmarks/fit_check.py --resident $(RESIDENT) --state $(STATE) \
	  $(if $(SHAPES),--only $(SHAPES)) $(if $(JSON),--json "$(JSON)")

# With mlx-lm as well where that has a graphics processor.
moe-table: build $(if $(filter Darwin,$(shell uname)),$(MLX_LM))
	python3 Benchmarks/moe_table.py --resident $(RESIDENT) --out docs/moe.svg $(if $(JSON),--json "$(JSON)") \
	  --rounds $(or $(ROUNDS),3) $(if $(filter Darwin,$(shell uname)),--mlx $(PYTHON))

# COLUMNS=N and KERNELS="NAME..." choose; every format of every instruction set at 576 columns by default.
bench-kernels:
	@scripts/bench-kernels $(or $(COLUMNS),576) $(KERNELS)

# Measures what is left, and prints both tables; SECONDS_LIMIT=N measures for that long. CONDITION="quiet", "beside one busy
# process", "beside two busy processes" or "beside a compile" chooses. DATABASES="FILE..." prints the tables of these instead.
bench-slices: $(if $(DATABASES),,build $(MODELS)/smollm2-135m)
	$(if $(DATABASES),python3 Benchmarks/slices_against_requests.py $(DATABASES),\
	  python3 Benchmarks/measure_slices.py $(RESIDENT) $(STATE) $(if $(CONDITION),--condition "$(CONDITION)") \
	  $(if $(MEGABYTES),--megabytes $(MEGABYTES)) $(if $(THREADS),--threads $(THREADS)) \
	  $(if $(SECONDS_LIMIT),--seconds-limit $(SECONDS_LIMIT)))

# Five copies in 20 sessions each (SESSIONS=N), with the weights in the page cache and in memory; JSON=FILE writes all.
bench-loads: build $(MODELS)/smollm2-135m
	python3 Benchmarks/load_effects.py $(RESIDENT) $(MODELS)/smollm2-135m --sessions $(or $(SESSIONS),20) \
	  $(if $(JSON),--json "$(JSON)")

# Goes on where it was stopped; SECONDS_LIMIT=N measures for that long, COUNT=N so many, and BUSY=0, 1 or 2 those beside so
# many busy processes. NULL=N, PLANTED_5=N, PLANTED_10=N and EQUAL=N are the numbers of comparisons; OUT=DIR keeps them
# elsewhere. BESIDE="DIR..." counts what other machines measured, in folders that OUT named there.
real-calibration: build duckdb $(MODELS)/smollm2-135m
	python3 Benchmarks/real_calibration.py $(RESIDENT) $(STATE) --resume --null $(or $(NULL),300) \
	  --planted-5 $(or $(PLANTED_5),60) --planted-10 $(or $(PLANTED_10),30) --equal $(or $(EQUAL),0) \
	  $(if $(SECONDS_LIMIT),--seconds-limit $(SECONDS_LIMIT)) $(if $(COUNT),--count $(COUNT)) \
	  $(if $(BUSY),--busy $(BUSY)) $(if $(OUT),--out "$(OUT)") $(if $(BESIDE),--beside $(BESIDE))

# Without the program: workers and databases are scripted.
test-calibration:
	python3 -m unittest discover -s Tests/Calibration -p 'test_*.py'

# KILLS=N kills another number; ONLY="PART..." chooses faults by name, JSON=FILE writes the figures; JOURNAL=FILE keeps
# finished kills, so that the long form can be run in pieces of MINUTES.
faults: build
	scripts/faults $(RESIDENT) $(if $(LONG),--long) $(if $(KILLS),--kills $(KILLS)) $(if $(JOURNAL),--journal "$(JOURNAL)") \
	  $(if $(MINUTES),--minutes $(MINUTES)) $(foreach part,$(ONLY),--only $(part)) $(if $(JSON),--json "$(JSON)")

# RUNS=N of each case, ONLY=CASE one of them; MODELS_OF=DIR has the folders `resident` and `candidate` in place of tiny models.
.PHONY: endurance test-cache
endurance: build
	scripts/endurance $(RESIDENT) --runs $(or $(RUNS),20) $(if $(MODELS_OF),--models "$(MODELS_OF)") \
	  $(if $(ONLY),--only "$(ONLY)")

test-cache: build $(MODELS)/smollm2-135m
	python3 Tests/Engines/check_prompt_cache.py $(RESIDENT) $(MODELS)/smollm2-135m --runs $(or $(RUNS),20)

# COUNT=N measures another number.
soak: build
	swift build -c $(CONFIGURATION) --product soak
	scripts/soak .build/$(CONFIGURATION) $(or $(COUNT),2000)

# Each input of the day's attack on the program, with the outcome that it must have; then damaged files. Some minutes; LONG=1
# adds what takes hours: 50,000 mutants of each kind, 2 million inputs of libFuzzer, 10,000 batches, 1,000 kills.
# ONLY="PART..." chooses attacks by name, and nothing else runs then.
.PHONY: attack fuzz
attack: build duckdb
	swift build -c $(CONFIGURATION) --product resident-serve
	python3 Tests/Attack/attack.py $(RESIDENT) $(if $(LONG),--long) $(foreach part,$(ONLY),--only "$(part)") \
	  $(if $(JSON),--json "$(JSON)")
	$(if $(ONLY),,$(MAKE) mutants COUNT=$(if $(LONG),50000,2000))
	$(if $(LONG),$(if $(ONLY),,$(MAKE) fuzz RUNS=2000000))
	$(if $(LONG),$(if $(ONLY),,$(MAKE) faults LONG=1))

# RUNS=N inputs of each; the first time it builds for minutes.
fuzz:
	@scripts/fuzz $(STATE)/fuzz $(or $(RUNS),20000)

.PHONY: mutants gemma
# COUNT=N of each kind of file, SEED=N draws others.
mutants:
	swift build -c $(CONFIGURATION) --product mutants
	.build/$(CONFIGURATION)/mutants --count $(or $(COUNT),10000) $(if $(SEED),--seed $(SEED)) Tests
	$(MAKE) build
	python3 scripts/mutate-calls.py $(RESIDENT) --count $(or $(COUNT),10000) $(if $(SEED),--seed $(SEED))

# Only by this name: nothing else fetches it.
gemma: $(STATE)/gemma/model
	$(RESIDENT) engine generate --model $< --prompt "The capital of France is" --max-tokens 24

$(STATE)/gemma/model: | build
	@scripts/fetch-gemma $(STATE)/gemma/gemma-3-270m-q4_k_m.gguf
	$(RESIDENT) models import $(STATE)/gemma/gemma-3-270m-q4_k_m.gguf --out $@

# Measures for half an hour, or MINUTES=N; nothing else should run. OUT=DIR writes elsewhere.
rehearse-night: models duckdb
	scripts/rehearse-night $(RESIDENT) $(MODELS) $(or $(OUT),docs/nightly) $(if $(MINUTES),--minutes $(MINUTES))

# Formatting, whether imports follow the order of docs/architecture.md, and whether all output is filtered.
lint:
	@scripts/lint-imports
	@scripts/lint-output
	swift format lint --strict --configuration .swift-format --recursive Package.swift Sources Tests Fuzz

format:
	swift format --in-place --configuration .swift-format --recursive Package.swift Sources Tests Fuzz

# Half a minute, once. QUICK=1 makes only what CI tests of each family. The goldens that the tests compare with are in
# Tests/NativeEngineTests/Golden/families; their recipe takes minutes.
families: $(STATE)/families/$(if $(QUICK),quick,made)

$(STATE)/families/quick $(STATE)/families/made: scripts/make-families.py $(wildcard scripts/families/*.py) | $(MLX_LM)
	$(PYTHON) scripts/make-families.py $(STATE)/families $(if $(filter %/quick,$@),--quick)
	@touch $@

conformance: models families $(MLX_LM)
	swift test --filter FamilyTests
	$(PYTHON) scripts/conformance.py $(RESIDENT) $(MODELS)/smollm2-135m $(MODELS)/smollm2-135m-4bit-g64
	$(PYTHON) Tests/TokenizationTests/Conformance/make-fixtures.py $(STATE)/tokenizers --variants
	$(PYTHON) Tests/TokenizationTests/Conformance/compare-tokenizers.py $(MODELS)/smollm2-135m \
	  Tests/TokenizationTests/Fixtures/* $(STATE)/tokenizers/* $(RESIDENT)

# Vectors of all-MiniLM-L6-v2 against sentence-transformers; installs torch (gigabytes) into $(STATE).
EMBED_PYTHON := $(STATE)/embed-venv/bin/python
EMBEDDER := $(MODELS)/all-minilm-l6-v2
.PHONY: conformance-embed embedder bench-embed
conformance-embed: build embedder $(STATE)/embed-venv/sentence-transformers-6.2.0
	$(EMBED_PYTHON) scripts/conformance-embed.py $(RESIDENT) $(EMBEDDER)
	$(EMBED_PYTHON) scripts/conformance-search.py $(RESIDENT) $(EMBEDDER)
	$(EMBED_PYTHON) Tests/TokenizationTests/Conformance/compare-tokenizers.py $(EMBEDDER) $(RESIDENT)

# The embedder in float32 and its lanes.
embedder: $(EMBEDDER) $(EMBEDDER)-8bit $(EMBEDDER)-4bit

$(EMBEDDER):
	@scripts/fetch-embedder $@

$(EMBEDDER)-%bit: | build $(EMBEDDER)
	$(RESIDENT) models quantize $(EMBEDDER) --lane uniform --bits $* --group-size 64 --out $@

$(STATE)/embed-venv/sentence-transformers-6.2.0:
	@test -d $(STATE)/embed-venv || python3 -m venv $(STATE)/embed-venv
	@$(EMBED_PYTHON) -m pip install --quiet --disable-pip-version-check torch==2.15.0 sentence-transformers==6.2.0 \
	  transformers==5.24.0 tokenizers==0.23.3
	@touch $@

# Texts per second against sentence-transformers on the same processor, in alternation; PAIRS=N, JSON=FILE writes all.
bench-embed: build embedder $(STATE)/embed-venv/sentence-transformers-6.2.0
	$(EMBED_PYTHON) Benchmarks/embed_rate.py $(RESIDENT) $(EMBEDDER) $(if $(PAIRS),--pairs $(PAIRS)) \
	  $(if $(JSON),--json "$(JSON)")

clean:
	rm -rf .build
