import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleRoutes } from '#server/gateway/sample-routes.testing.ts';
import { testWeb } from '#server/gateway/web.testing.ts';
import { testApp, testSettings } from '#test/database.ts';
import { startTraces, type Traces, withSpan } from './traces.ts';

interface OtlpSpan {
  name: string;
  spanId: string;
  parentSpanId?: string;
  status?: { code?: number };
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
}

/** A collector that only listens: what OTLP over HTTP with JSON brings. */
const spans: OtlpSpan[] = [];
const requests: { url: string | undefined; type: string | undefined }[] = [];
const collector = createServer((request, response) => {
  void read(request).then((text) => {
    requests.push({ url: request.url, type: request.headers['content-type'] });
    for (const resource of JSON.parse(text).resourceSpans)
      for (const scope of resource.scopeSpans) spans.push(...scope.spans);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
});

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const app = testApp();
const server = testWeb(app, sampleRoutes);
let traces: Traces | null = null;

beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const { port } = collector.address() as AddressInfo;
  traces = await startTraces(testSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` }), 'test');
});
afterAll(async () => {
  await traces?.close();
  collector.close();
});

const attribute = (span: OtlpSpan | undefined, key: string) =>
  span?.attributes.find((one) => one.key === key)?.value.stringValue;

describe('traces', () => {
  it('exist only where an endpoint is set', async () => {
    expect(await startTraces(testSettings(), 'test')).toBeNull();
  });

  it('tell of a request with its correlation id and pattern, never its query', async () => {
    const answer = await fetch(`${server.url}/api/v1/samples/whoami?q=private`);
    const correlationId = answer.headers.get('x-correlation-id');
    await expect
      .poll(() => spans.find((span) => attribute(span, 'correlationId') === correlationId), { timeout: 8_000 })
      .toBeDefined();
    const span = spans.find((one) => attribute(one, 'correlationId') === correlationId);
    expect(span?.name).toBe('GET /api/v1/samples/whoami');
    expect(attribute(span, 'http.route')).toBe('/api/v1/samples/whoami');
    expect(JSON.stringify(spans)).not.toContain('private');
    expect(requests[0]).toEqual({ url: '/v1/traces', type: 'application/json' });
  });

  it('nest, across awaits, and mark what failed without its words', async () => {
    await withSpan('outer', {}, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      await withSpan('inner', {}, async () => {
        throw new TypeError('secret words');
      }).catch(() => {});
    });
    const named = (name: string) => spans.find((span) => span.name === name);
    await expect.poll(() => named('outer'), { timeout: 8_000 }).toBeDefined();
    expect(named('inner')?.parentSpanId).toBe(named('outer')?.spanId);
    expect(named('inner')?.status?.code).toBe(2);
    expect(attribute(named('inner'), 'error.type')).toBe('TypeError');
    expect(JSON.stringify(spans)).not.toContain('secret words');
  });
});
