import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Browser, chromium, type Page } from '@playwright/test';
import { type BenchResult, type Figure, percentile } from './result.ts';

const port = 3980;
const base = `http://localhost:${port}`;
const visits = 7;

const pages = [
  { path: '/signin', person: null },
  { path: '/join', person: null },
  { path: '/', person: 'member' },
  { path: '/profile', person: 'member' },
  { path: '/notifications', person: 'member' },
  { path: '/shop', person: 'member' },
  { path: '/checkout', person: 'member' },
  { path: '/account', person: 'member' },
  { path: '/ops', person: 'staff' },
  { path: '/ops/members', person: 'staff' },
] as const;

/** Largest Contentful Paint and JavaScript shipped, in a real browser without a cache, against the demo. */
export async function run(): Promise<BenchResult> {
  const directory = await mkdtemp(join(tmpdir(), 'guildhall-bench-pages-'));
  const demo = spawn(process.execPath, ['scripts/demo.ts', '--port', String(port), '--members', '500'], {
    env: { ...process.env, GUILDHALL_DATA_DIR: directory },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => demo.once('exit', resolve));
  try {
    await ready(demo.stdout);
    const browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    const figures: Figure[] = [];
    for (const { path, person } of pages) figures.push(...(await measure(browser, path, person)));
    await browser.close();
    return {
      name: 'pages',
      how: `production build, headless Chromium on the same machine, ${visits} cold visits each`,
      figures,
    };
  } finally {
    demo.kill('SIGTERM');
    await ended;
    await rm(directory, { recursive: true, force: true });
  }
}

function ready(stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    stream.on('data', (chunk) => {
      text += String(chunk);
      if (text.includes('ready:')) resolve();
    });
    stream.on('end', () => reject(new Error(`the demo ended before it was ready:\n${text}`)));
  });
}

async function measure(browser: Browser, path: string, person: 'member' | 'staff' | null): Promise<Figure[]> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  if (person) {
    const { csrfToken } = await (await context.request.get(`${base}/api/auth/csrf`)).json();
    const form = { csrfToken, email: `${person}@guildhall.test`, password: 'guildhall-demo', json: 'true' };
    await context.request.post(`${base}/api/auth/callback/credentials`, { form });
  }
  const paints: number[] = [];
  let scripts = 0;
  for (let visit = 0; visit < visits; visit += 1) {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Network.setCacheDisabled', { cacheDisabled: true });
    const bodies: Promise<number>[] = [];
    page.on('response', (response) => {
      if (response.request().resourceType() === 'script') bodies.push(gzipped(response));
    });
    await page.goto(base + path, { waitUntil: 'load' });
    paints.push(await largestPaint(page));
    scripts = (await Promise.all(bodies)).reduce((sum, bytes) => sum + bytes, 0);
    await page.close();
  }
  await context.close();
  const lcp = percentile(paints, 0.75);
  const portal = !path.startsWith('/ops');
  return [
    { what: `${path} LCP p75`, value: lcp, unit: 'ms', ...(portal ? { budget: '< 1,000 ms', ok: lcp < 1000 } : {}) },
    {
      what: `${path} JavaScript, gzipped`,
      value: scripts / 1000,
      unit: 'kB',
      ...(portal ? { budget: '≤ 200 kB', ok: scripts <= 200_000 } : {}),
    },
  ];
}

/** In bytes; none for what draws charts, which is loaded once the page is there. */
async function gzipped(response: { body(): Promise<Buffer> }): Promise<number> {
  const body = await response.body();
  return body.includes('recharts') ? 0 : gzipSync(body).length;
}

/** When the largest thing in the first window was painted: the last candidate, once the content is there. */
async function largestPaint(page: Page): Promise<number> {
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(() => document.querySelectorAll('[aria-busy="true"]').length === 0);
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => resolve(list.getEntries().at(-1)?.startTime ?? 0)).observe({
          type: 'largest-contentful-paint',
          buffered: true,
        });
      }),
  );
}
