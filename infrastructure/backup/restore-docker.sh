#!/bin/sh
# restore-docker.sh --list | [--force] <backup>: lists the backups, or restores one; --force also where there is data.
cd "$(dirname "$0")/../.." || exit 1
kronos() { node apps/kronos/bootstrap.mjs apps/kronos/src/main.ts backup "$@"; }
case "$1" in
  --list) kronos list ;;
  '') echo 'Usage: restore-docker.sh --list | [--force] <backup>' >&2; exit 2 ;;
  *) kronos restore "$@" ;;
esac
