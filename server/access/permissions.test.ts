import { expect, test } from 'vitest';
import { type Actor, may } from '#server/context/actor.ts';
import { type Permission, permissions, type Role, type Scope } from './permissions.ts';

const user = (roles: Role[], scopes: Scope[] | null = null): Actor => ({
  kind: 'user',
  userId: 'u',
  memberId: null,
  roles,
  sessionId: 's',
  scopes,
});
const client = (...scopes: Scope[]): Actor => ({ kind: 'client', clientId: 'c', scopes });
const allowed = (actor: Actor) => permissions.filter((permission) => may(actor, permission));

const reading: Permission[] = ['members:read', 'events:read', 'schemas:read'];

test('a member has what is their own, and nothing else', () => {
  expect(allowed(user(['member']))).toEqual(['self']);
  expect(allowed(user([]))).toEqual(['self']);
});

test.each<[string, Actor, Permission[]]>([
  [
    'staff',
    user(['staff']),
    [
      'access:manage',
      'audit:read',
      'members:erase',
      'subscriptions:manage',
      'integrations:manage',
      'schemas:write',
      'events:write',
    ],
  ],
  [
    'an auditor',
    user(['auditor']),
    [
      'access:manage',
      'members:open',
      'members:write',
      'members:act',
      'members:reveal',
      'members:export',
      'members:erase',
      'members:create',
      'dead-letters:manage',
      'events:write',
    ],
  ],
  ['read:data', client('read:data'), permissions.filter((permission) => !reading.includes(permission))],
  ['write:data', client('write:data'), permissions.filter((permission) => permission !== 'events:write')],
  ['read:status', client('read:status'), permissions.filter((permission) => permission !== 'status:read')],
  ['nobody', { kind: 'anonymous' }, [...permissions]],
])('%s may not', (_name, actor, forbidden) => {
  expect(forbidden.filter((permission) => may(actor, permission))).toEqual([]);
});

test('an admin and a client with * may do everything; an auditor reads the trail', () => {
  expect(allowed(user(['admin']))).toEqual([...permissions]);
  expect(allowed(client('*'))).toEqual([...permissions]);
  expect(may(user(['auditor']), 'audit:read')).toBe(true);
});

test('a person through an app has what both they and the app may', () => {
  expect(allowed(user(['admin'], ['self']))).toEqual(['self']);
  expect(allowed(user(['member'], ['*']))).toEqual(['self']);
  expect(allowed(user(['staff'], ['read:data'])).toSorted()).toEqual(reading.toSorted());
});
