#!/bin/sh
# Backs up every domain's database, proves by a restore that the backup is good, and keeps the 14 newest.
set -e
cd "$(dirname "$0")/../.." || exit 1
kronos() { node apps/kronos/bootstrap.mjs apps/kronos/src/main.ts backup "$@"; }
id=$(kronos create "$@")
echo "$id"
kronos verify --restore "$id"
kronos prune --keep "${KRONOS_BACKUP_KEEP:-14}"
