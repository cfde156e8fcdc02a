import { queryOptions } from '@tanstack/react-query';
import { get, query } from '../client.ts';
import type { Page } from '../shapes.ts';
import type { Actor } from './shapes.ts';

/** What the server takes at once. */
const most = 100;
/** Rows that are drawn together ask together: this long is waited for the others, in milliseconds. */
const gatherMs = 20;

interface Asked {
  id: string;
  resolve: (actor: Actor | null) => void;
  reject: (error: unknown) => void;
}
let asked: Asked[] = [];

function actorOf(id: string): Promise<Actor | null> {
  if (asked.length === 0) setTimeout(send, gatherMs);
  return new Promise((resolve, reject) => {
    asked.push({ id, resolve, reject });
  });
}

function send() {
  const waiting = asked;
  asked = [];
  for (let from = 0; from < waiting.length; from += most) void answer(waiting.slice(from, from + most));
}

async function answer(part: Asked[]): Promise<void> {
  try {
    const { data } = await get<Page<Actor>>(`/actors${query({ ids: part.map(({ id }) => id).join(',') })}`);
    const found = new Map(data.map((actor) => [actor.id, actor]));
    for (const { id, resolve } of part) resolve(found.get(id) ?? null);
  } catch (error) {
    for (const { reject } of part) reject(error);
  }
}

/** Who stands behind the id of a user or an API client; null for nobody. */
export const actorQuery = (id: string) =>
  queryOptions({
    queryKey: ['console', 'actors', id],
    queryFn: () => actorOf(id),
    staleTime: 5 * 60_000,
  });

/** Who is called something like this. */
export const actorSearchQuery = (q: string) =>
  queryOptions({
    queryKey: ['console', 'actors', 'search', q],
    queryFn: async ({ signal }) => (await get<Page<Actor>>(`/actors${query({ q })}`, signal)).data,
    staleTime: 60_000,
  });
