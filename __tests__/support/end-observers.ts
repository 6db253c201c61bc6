/**
 * Prometheus' default metrics watch the garbage collector until the process ends, and what watches is kept, with all modules of the
 * test file it belongs to. A worker that runs many files would keep them all, so each file's watchers end with it.
 */
import { PerformanceObserver } from 'node:perf_hooks';

const observers = new Set<PerformanceObserver>();
const { observe } = PerformanceObserver.prototype;

PerformanceObserver.prototype.observe = function remember(this: PerformanceObserver, ...args) {
  observers.add(this);
  return observe.apply(this, args);
};

afterAll(() => {
  for (const observer of observers) observer.disconnect();
  PerformanceObserver.prototype.observe = observe;
});
