import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Attributes,
  type Context,
  type ContextManager,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { Settings } from '#server/settings/settings.ts';

export interface Traces {
  /** Sends what is still held back. */
  close(): Promise<void>;
}

// Next bundles modules more than once per process; all copies find the tracer here.
const slot = Symbol.for('guildhall.tracer');
const store = globalThis as typeof globalThis & { [slot]?: Tracer };

/** Exports spans over OTLP when an endpoint is set; null, and nothing of OpenTelemetry's SDK loaded, when none is. */
export async function startTraces(settings: Settings, process: string): Promise<Traces | null> {
  if (!settings.OTEL_EXPORTER_OTLP_ENDPOINT) return null;
  const [{ OTLPTraceExporter }, { BatchSpanProcessor, TracerProvider }, { resourceFromAttributes }] = await Promise.all(
    [
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/resources'),
    ],
  );
  const url = `${settings.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/$/, '')}/v1/traces`;
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': `guildhall-${process}` }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url }), scheduledDelayMillis: 1_000 })],
  });
  context.setGlobalContextManager(new AsyncContexts());
  store[slot] = provider.getTracer('guildhall');
  return {
    async close() {
      delete store[slot];
      context.disable();
      await provider.shutdown();
    },
  };
}

/**
 * Runs `work` in a span, a child of the one under way; without tracing just runs it. Attributes hold ids and names of ours,
 * never personal values. What is thrown marks the span, by its kind only, and passes on.
 */
export async function withSpan<T>(
  name: string,
  attributes: Attributes,
  work: (span: Span | null) => Promise<T>,
): Promise<T> {
  const tracer = store[slot];
  if (!tracer) return work(null);
  const span = tracer.startSpan(name, { attributes });
  try {
    return await context.with(trace.setSpan(context.active(), span), () => work(span));
  } catch (error) {
    span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown');
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

/** Which span is under way, across awaits. */
class AsyncContexts implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    active: Context,
    work: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return this.#storage.run(active, () => work.call(thisArg, ...args));
  }

  bind<T>(active: Context, target: T): T {
    if (typeof target !== 'function') return target;
    return ((...args: unknown[]) => this.#storage.run(active, () => target(...args))) as T;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    this.#storage.disable();
    return this;
  }
}
