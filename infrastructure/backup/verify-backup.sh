#!/bin/sh
# Reads all backups, or the one that is named, and compares them with their manifests; --restore also restores them for it.
cd "$(dirname "$0")/../.." || exit 1
kronos() { node apps/kronos/bootstrap.mjs apps/kronos/src/main.ts backup "$@"; }
kronos verify "$@"
