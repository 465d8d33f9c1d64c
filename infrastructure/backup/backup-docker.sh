#!/bin/sh
# Backs up every domain's database, proves by a restore that the backup is good, and keeps the 14 newest.
set -e
cd "$(dirname "$0")/../.." || exit 1
kronos() { node apps/kronos/bootstrap.mjs apps/kronos/src/main.ts backup "$@"; }
# The first run after an update says on the way what it installs and generates.
output=$(kronos create "$@")
id=$(printf '%s\n' "$output" | tail -n 1)
echo "$id"
kronos verify --restore "$id"
kronos prune --keep "${KRONOS_BACKUP_KEEP:-14}"
