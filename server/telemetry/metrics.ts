import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** The process's metrics. Counters end in `_total`, durations are in seconds. */
export function createMetrics(process: string) {
  const registry = new Registry();
  registry.setDefaultLabels({ process });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    httpRequests: new Counter({
      name: 'guildhall_http_requests_total',
      help: 'HTTP requests answered, by route pattern.',
      labelNames: ['method', 'route', 'status'],
      registers,
    }),
    httpDuration: new Histogram({
      name: 'guildhall_http_request_duration_seconds',
      help: 'Time to answer an HTTP request.',
      labelNames: ['method', 'route'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    eventsAppended: new Counter({
      name: 'guildhall_events_appended_total',
      help: 'Events appended by this process.',
      labelNames: ['type'],
      registers,
    }),
    eventsSequenced: new Counter({
      name: 'guildhall_events_sequenced_total',
      help: 'Events that this process gave a position.',
      registers,
    }),
    subscriptionEvents: new Counter({
      name: 'guildhall_subscription_events_total',
      help: 'Events handled, by subscription.',
      labelNames: ['subscription'],
      registers,
    }),
    subscriptionLag: new Gauge({
      name: 'guildhall_subscription_lag_events',
      help: 'Sequenced events that a subscription has not handled yet.',
      labelNames: ['subscription', 'lane'],
      registers,
    }),
    visibleDelay: new Histogram({
      name: 'guildhall_event_visible_delay_seconds',
      help: 'From recording an event to its effect in a read model.',
      labelNames: ['subscription'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
      registers,
    }),
    jobs: new Counter({
      name: 'guildhall_jobs_total',
      help: 'Jobs finished, by queue and outcome.',
      labelNames: ['queue', 'outcome'],
      registers,
    }),
    jobDuration: new Histogram({
      name: 'guildhall_job_duration_seconds',
      help: 'Time a job took.',
      labelNames: ['queue'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    partnerDuration: new Histogram({
      name: 'guildhall_partner_call_duration_seconds',
      help: 'Time a call to a partner took, by outcome.',
      labelNames: ['system', 'operation', 'outcome'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    cacheReads: new Counter({
      name: 'guildhall_cache_reads_total',
      help: 'Reads through the cache, by the level that answered.',
      labelNames: ['level'],
      registers,
    }),
    liveClients: new Gauge({ name: 'guildhall_live_clients', help: 'Open live streams.', registers }),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
