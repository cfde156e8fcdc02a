import { type AnyRoute, fullPath } from './route.ts';

/** A path and what can be done there. */
export interface Endpoint {
  /** As declared, in full: `/api/v1/members/{id}`. */
  path: string;
  /** As Hono writes it: `/api/v1/members/:id`. */
  pattern: string;
  methods: Map<string, AnyRoute>;
  allow: string[];
}

/**
 * Routes by path, those without parameters first, so that `/members/me` is not taken for `/members/{id}`.
 * @throws Error for two routes of one method and path.
 */
export function endpointsOf(declared: readonly AnyRoute[]): Endpoint[] {
  const byPath = new Map<string, Endpoint>();
  for (const route of declared) {
    const path = fullPath(route);
    const endpoint = byPath.get(path) ?? { path, pattern: patternOf(path), methods: new Map(), allow: [] };
    const method = route.method.toUpperCase();
    if (endpoint.methods.has(method)) throw new Error(`${method} ${path} is declared twice`);
    endpoint.methods.set(method, route);
    endpoint.allow = [...endpoint.methods.keys(), ...(endpoint.methods.has('GET') ? ['HEAD'] : []), 'OPTIONS'];
    byPath.set(path, endpoint);
  }
  return [...byPath.values()].sort((a, b) => (rank(a.path) < rank(b.path) ? -1 : 1));
}

const patternOf = (path: string) => path.replace(/\{(\w+)\}/g, ':$1');

/** Segment by segment, a word goes before a parameter: a total order, which comparing two by two is not. */
const rank = (path: string) =>
  path
    .split('/')
    .map((segment) => (segment.startsWith('{') ? '1' : '0'))
    .join('') + path;
