#!/bin/sh
# Lists the databases that a backup has.
cd "$(dirname "$0")/../.." || exit 1
kronos() { node apps/kronos/bootstrap.mjs apps/kronos/src/main.ts backup "$@"; }
kronos targets
