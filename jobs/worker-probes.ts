import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { App } from '#server/context/app.ts';
import { notFound } from '#server/errors/errors.ts';
import { createGateway } from '#server/gateway/gateway.ts';
import { correlationIdOf } from '#server/gateway/request.ts';
import { systemRoutes } from '#server/gateway/system-routes.ts';
import { answerUnparsed, sendProblem } from '#server/web/problems.ts';

export interface Probes {
  url: string;
  close(): Promise<void>;
}

const paths = ['/health', '/ready', '/metrics'];

/**
 * What monitoring asks a worker, on a port of its own: `/health`, `/ready` and `/metrics`, under these names and as the web
 * process has them under `/api`. It is the same gateway, so that the same holds: metrics need `status:read`, from
 * wherever they are asked for, for behind a proxy on the same machine everybody comes from there.
 * @throws Error when the port is taken.
 */
export async function startProbes(app: App, options: { port: number; host: string }): Promise<Probes> {
  const closing = new AbortController();
  const routes = systemRoutes(() => []).filter((route) => paths.includes(route.path));
  const gateway = createGateway(app, routes, { closing: closing.signal });
  const answer = getRequestListener(gateway.fetch, { overrideGlobalObjects: false });
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 });
  server.on('clientError', answerUnparsed);
  server.on('request', (incoming, outgoing) => {
    const path = incoming.url?.split('?', 1)[0] ?? '';
    if (!paths.includes(path)) {
      sendProblem(outgoing, notFound('There is nothing at this address.'), correlationIdOf(null));
      return;
    }
    incoming.url = `/api${path}`;
    // Whatever was claimed: nothing here is made from it, and one that is malformed cannot be parsed.
    incoming.headers.host = 'localhost';
    void answer(incoming, outgoing);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => resolve());
  });
  const { address, port, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    async close() {
      closing.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
