'use client';

import { useQuery } from '@tanstack/react-query';
import { actorQuery } from '../api/console/actors.ts';
import type { Actor } from '../api/console/shapes.ts';
import { wordsOf } from '../values/format.ts';

interface Props {
  /** Of the event's or the entry's actor: `user`, `client`, `system`, `anonymous`. */
  kind: string;
  id: string | null;
  /** The member whose page this is: who is not named there. */
  ofMember?: string;
  /** Also which part of Guildhall, and that a client is one. */
  whole?: boolean;
}

/** Who did something: a colleague, a client or a member by name, `The member`, `Guildhall`. Names are kept in no event: they are looked up. */
export function ActorName({ kind, id, ofMember, whole = false }: Props) {
  const person = kind === 'user' || kind === 'client';
  const { data } = useQuery({ ...actorQuery(id ?? ''), enabled: person && id !== null });
  if (person && id !== null) return <>{nameOf(data, kind, id, ofMember, whole)}</>;
  if (kind === 'system') return <>{whole && id ? `Guildhall · ${id}` : 'Guildhall'}</>;
  return <>{kind === 'anonymous' ? 'Nobody signed in' : wordsOf(kind)}</>;
}

function nameOf(
  actor: Actor | null | undefined,
  kind: string,
  id: string,
  ofMember: string | undefined,
  whole: boolean,
) {
  if (!actor) return kind === 'client' ? id : actor === null ? 'Somebody unknown' : 'A person';
  if (ofMember !== undefined && actor.memberId === ofMember && actor.kind !== 'staff') return 'The member';
  return whole && actor.kind === 'client' ? `${actor.name} · API client` : actor.name;
}
