# The same as the scripts, for those who have make. `make help` lists the targets.
PREFIX ?= /usr/local
.PHONY: help demo test test-legacy build install docs asan ubsan tsan claims bench fuzz lint format check-layers clean
help:
	@echo "make demo          pre-train a small RoFormer and a small BERT, show both curves"
	@echo "make test          build and run every test"
	@echo "make test-legacy   compare with JunnYu's package, in an environment of its own"
	@echo "make build         build/roformer and build/libroformer.so"
	@echo "make install       program, library, headers and CMake package into PREFIX (/usr/local), below DESTDIR if given"
	@echo "make docs          reference of the C++ interface in build/docs/html, by Doxygen; a warning fails"
	@echo "make asan          the tests with AddressSanitizer; make ubsan, make tsan: undefined behaviour, races of our threads"
	@echo "make claims        every study at tiny with tuned rates, two hours; then docs/claims.md"
	@echo "make bench         measure us and Hugging Face transformers in one run"
	@echo "make fuzz          fuzz every reader for a minute each (scripts/fuzz --seconds N TARGET…)"
	@echo "make lint          clang-format and clang-tidy"
	@echo "make format        apply clang-format"
	@echo "make check-layers  fail on an include upward"
demo:
	./scripts/demo
test:
	./scripts/test
test-legacy:
	./scripts/test-legacy
build:
	./scripts/setup
	./scripts/build
install:
	./scripts/setup
	./scripts/build roformer_program
	DESTDIR="$(DESTDIR)" cmake --install build --prefix "$(PREFIX)"
docs:
	./scripts/docs
asan:
	./scripts/sanitize address
ubsan:
	./scripts/sanitize undefined
tsan:
	./scripts/sanitize thread
claims:
	build/roformer reproduce all --scale tiny --tune --out runs/claims
	cp -r runs/claims/claims.md runs/claims/claims docs/
bench:
	./scripts/bench
fuzz:
	./scripts/fuzz
lint:
	./scripts/lint
format:
	clang-format -i $$(git ls-files '*.h' '*.cpp')
check-layers:
	./scripts/check-layers
clean:
	rm -rf build build-*
