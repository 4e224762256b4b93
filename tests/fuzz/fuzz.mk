# SPDX-License-Identifier: MIT
# Fuzz targets: with --enable-fuzzing libFuzzer drives them, otherwise `make check` replays
# the corpora through them.
fuzz_targets =
if FUZZING
fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer
fuzz_main =
else
fuzz_ldflags = $(unit_ldflags)
fuzz_main = tests/fuzz/replay.c
endif
EXTRA_DIST += tests/fuzz/replay.c
