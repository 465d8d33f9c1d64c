// Preloaded into every process that is measured: tells what it has used when asked, and ends it when the bench is gone.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.send) {
  let delay;
  process.on('message', (message) => {
    if (message !== 'usage' && message !== 'reset') return;
    if (message === 'reset') {
      delay?.disable();
      delay = monitorEventLoopDelay({ resolution: 10 });
      delay.enable();
    }
    const { user, system } = process.cpuUsage();
    process.send({
      usage: {
        cpuMs: (user + system) / 1_000,
        peakRssBytes: process.resourceUsage().maxRSS * 1_024,
        // Above the timer's own interval.
        loopDelayMs: delay ? Math.max(0, delay.percentile(99) / 1e6 - 10) : 0,
      },
    });
  });
  process.on('disconnect', () => process.exit());
}
