// npm run bench            every measurement, one after the other
// npm run bench -- NAME    one
import { type BenchResult, report } from './result.ts';

const benches: Record<string, () => Promise<{ run(): Promise<BenchResult> }>> = {
  append: () => import('./append.ts'),
  visible: () => import('./visible.ts'),
  http: () => import('./http.ts'),
  money: () => import('./money.ts'),
  renewals: () => import('./renewals.ts'),
  search: () => import('./search.ts'),
  pages: () => import('./pages.ts'),
};

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !Object.hasOwn(benches, name));
if (unknown) {
  console.error(`There is no bench named ${unknown}. There are: ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}
for (const name of wanted.length > 0 ? wanted : Object.keys(benches)) {
  const bench = await benches[name]?.();
  if (bench) await report(await bench.run());
}
