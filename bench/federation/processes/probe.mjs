// Preloaded into every process that is measured: tells what it has used when asked, records a CPU profile of what is
// measured when BENCH_PROFILE names a folder, and ends the process when the bench is gone, however that ended.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const resolutionMs = 10;

if (isMainThread && process.send) {
  const { BENCH_PROFILE: profileFolder, BENCH_NAME: name } = process.env;
  const profiler = profileFolder ? new Session() : undefined;
  profiler?.connect();
  profiler?.post('Profiler.enable');
  let delay;
  let profiles = 0;

  const startMeasuring = () => {
    delay?.disable();
    delay = monitorEventLoopDelay({ resolution: resolutionMs });
    delay.enable();
    profiler?.post('Profiler.start');
  };
  const stopMeasuring = () => {
    profiler?.post('Profiler.stop', (_error, result) => {
      profiles++;
      if (result)
        writeFileSync(`${profileFolder}/${name}-${profiles}.cpuprofile`, JSON.stringify(result.profile));
    });
  };

  process.on('message', (message) => {
    if (message === 'start') startMeasuring();
    if (message !== 'start' && message !== 'stop' && message !== 'usage') return;
    const { user, system } = process.cpuUsage();
    process.send({
      usage: {
        cpuMs: (user + system) / 1_000,
        rssBytes: process.memoryUsage.rss(),
        peakRssBytes: process.resourceUsage().maxRSS * 1_024,
        // What the timer itself waits is no delay.
        loopDelayMs: delay ? Math.max(0, delay.percentile(99) / 1e6 - resolutionMs) : 0,
        longestLoopDelayMs: delay ? Math.max(0, delay.max / 1e6 - resolutionMs) : 0,
      },
    });
    if (message === 'stop') stopMeasuring();
  });
  process.on('disconnect', () => process.exit());
}
