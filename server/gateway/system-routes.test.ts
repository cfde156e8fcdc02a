import { describe, expect, it } from 'vitest';
import { testApp } from '#test/database.ts';
import { testWeb } from './web.testing.ts';

const app = testApp();
const server = testWeb(app);

describe('system routes', () => {
  it('tells that the process lives, without a database look-up', async () => {
    const answer = await fetch(`${server.url}/api/health`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      status: 'ok',
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      uptimeSeconds: expect.any(Number),
    });
  });

  it('is ready once database, migrations and listener are', async () => {
    await expect
      .poll(async () => (await fetch(`${server.url}/api/ready`)).json())
      .toEqual({
        status: 'ready',
        checks: [
          { name: 'database', ok: true },
          { name: 'migrations', ok: true },
          { name: 'listener', ok: true },
        ],
      });
  });

  it('gives metrics to those who may see the status only', async () => {
    expect((await fetch(`${server.url}/api/metrics`)).status).toBe(401);
  });

  it('describes itself, for machines and for people', async () => {
    const api = await (await fetch(`${server.url}/api/openapi.json`)).json();
    expect(api.openapi).toBe('3.1.0');
    expect(api.paths['/api/v1/members/{id}'].patch.parameters).toContainEqual(
      expect.objectContaining({
        name: 'If-Match',
        in: 'header',
        description: expect.stringContaining('the last write wins'),
      }),
    );
    const page = await fetch(`${server.url}/api/docs`);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.headers.get('content-security-policy')).toMatch(/style-src 'sha256-/);
    expect(await page.text()).toContain('/api/v1/members/{id}');
  });

  it('serves a declared route of a domain', async () => {
    const answer = await fetch(`${server.url}/api/v1/plans`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await answer.json()).toMatchObject({ nextCursor: null });
  });
});
