import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { removeCluster, startEmbedded } from '#db/embedded.ts';
import { makeTemplate } from './cluster.ts';

declare module 'vitest' {
  interface ProvidedContext {
    clusterUrl: string;
    template: string;
  }
}

/** One throw-away cluster for the run; each test file clones a database of its own from the migrated template. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'guildhall-test-'));
  const cluster = await startEmbedded({ directory: join(directory, 'postgres'), durable: false });
  project.provide('clusterUrl', cluster.url);
  project.provide('template', await makeTemplate(cluster.url));
  return async () => {
    await cluster.stop();
    await removeCluster(directory);
  };
}
