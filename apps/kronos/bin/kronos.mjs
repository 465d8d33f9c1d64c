#!/usr/bin/env node
import { bootstrap, runOnProjectNode } from '../bootstrap.mjs';

await bootstrap();
runOnProjectNode(['apps/kronos/src/main.ts', ...process.argv.slice(2)]);
