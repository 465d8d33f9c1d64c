#!/bin/sh
# Goes the whole way once: backs up a small database of its own, restores it, compares, and removes both.
cd "$(dirname "$0")/../.." || exit 1
kronos() { node apps/kronos/bootstrap.mjs apps/kronos/src/main.ts backup "$@"; }
kronos self-test
