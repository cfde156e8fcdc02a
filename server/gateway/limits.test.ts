import { describe, expect, it } from 'vitest';
import { aSignedInUser } from '#server/access/access.testing.ts';
import { createApp } from '#server/context/app.ts';
import { startWeb } from '#server/web.ts';
import { testApp, testSettings } from '#test/database.ts';
import { sampleRoutes } from './sample-routes.testing.ts';
import { testWeb } from './web.testing.ts';

const app = testApp(() => ({ REQUESTS_PER_MINUTE: '60', TRUSTED_PROXIES: '127.0.0.1' }));
const server = testWeb(app, sampleRoutes);

const limited = (url: string, address: string, text: string) =>
  fetch(`${url}/api/v1/samples/limited`, {
    method: 'POST',
    body: JSON.stringify({ text }),
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
  });

describe('limits', () => {
  it('counts requests per address, and per person wherever they are', async () => {
    const { cookie } = await aSignedInUser(app.current);
    const whoami = (headers: Record<string, string>) => fetch(`${server.url}/api/v1/samples/whoami`, { headers });
    const statuses: number[] = [];
    for (let i = 0; i < 61; i += 1) statuses.push((await whoami({ 'x-forwarded-for': '198.51.100.1' })).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(60);
    const refused = await whoami({ 'x-forwarded-for': '198.51.100.1' });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect((await whoami({ 'x-forwarded-for': '198.51.100.2' })).status).toBe(200);
    expect((await whoami({ 'x-forwarded-for': '198.51.100.1', cookie })).status).toBe(200);
  });

  it('hears from a trusted proxy who called', async () => {
    const headers = { 'x-forwarded-for': '10.0.0.1, 198.51.100.3' };
    const answer = await fetch(`${server.url}/api/v1/samples/whoami`, { headers });
    expect(await answer.json()).toEqual({ kind: 'anonymous', address: '198.51.100.3' });
  });

  it('counts wrong tokens against their address', async () => {
    const guess = (address: string) =>
      fetch(`${server.url}/api/v1/samples/whoami`, {
        headers: { authorization: 'Bearer guess', 'x-forwarded-for': address },
      });
    const statuses: number[] = [];
    for (let i = 0; i < 61; i += 1) statuses.push((await guess('198.51.100.9')).status);
    expect([statuses[0], statuses[59], statuses[60]]).toEqual([401, 401, 429]);
  });

  it("holds a route's own limits over all processes, by caller and by value", async () => {
    const second = createApp(testSettings({ DATABASE_URL: app.database.url, TRUSTED_PROXIES: '127.0.0.1' }), 'test');
    const elsewhere = await startWeb(second, { port: 0, next: false, routes: sampleRoutes });
    try {
      const statuses = [
        await limited(server.url, '198.51.100.20', 'same'),
        await limited(elsewhere.url, '198.51.100.21', 'same'),
        await limited(server.url, '198.51.100.22', 'same'),
        await limited(elsewhere.url, '198.51.100.23', 'other'),
      ].map((answer) => answer.status);
      expect(statuses).toEqual([200, 200, 429, 200]);
      const byAddress: number[] = [];
      for (let i = 0; i < 6; i += 1) {
        byAddress.push((await limited(i % 2 ? server.url : elsewhere.url, '198.51.100.30', `text ${i}`)).status);
      }
      expect(byAddress).toEqual([200, 200, 200, 200, 200, 429]);
    } finally {
      await elsewhere.close();
      await second.close();
    }
  });

  it('keeps no addresses and no values', async () => {
    await limited(server.url, '198.51.100.40', 'somebody@example.org');
    const stored = JSON.stringify(await app.current.database.sql`select * from rate_limits`);
    expect(stored).not.toMatch(/198\.51|somebody/);
  });
});
