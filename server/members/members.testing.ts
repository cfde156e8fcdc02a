import { v7 as uuidv7 } from 'uuid';
import type { Role } from '#server/access/permissions.ts';
import type { App } from '#server/context/app.ts';
import { type Ctx, createContext, inTransaction } from '#server/context/context.ts';
import { installPlans, startingPlans } from '#server/memberships/plans.ts';
import { followMembership } from './commands/follow-membership.ts';
import { type Joined, join } from './commands/join.ts';
import type { JoinInput } from './shapes.ts';

/** Builders for tests: defaults that are valid, unique where the database wants it. */

export const professional = startingPlans[1]?.id ?? '';

let sequence = 0;

export function joinInput(overrides: Partial<JoinInput> = {}): JoinInput {
  sequence += 1;
  return {
    givenName: 'Ada',
    familyName: 'Okafor',
    email: `ada.okafor.${process.pid}.${sequence}@example.org`,
    password: 'correct horse battery',
    phone: '+49 30 1234567',
    dateOfBirth: '1987-04-12',
    address: { line1: 'Lindenweg 3', city: 'Berlin', postalCode: '10115', country: 'DE' },
    planId: professional,
    ...overrides,
  };
}

export const systemContext = (app: App): Ctx => createContext(app, { actor: { kind: 'system', name: 'test' } });
export const anonymousContext = (app: App): Ctx => createContext(app, { actor: { kind: 'anonymous' }, source: 'api' });

export function personContext(
  app: App,
  options: { userId?: string; memberId?: string | null; roles?: Role[] } = {},
): Ctx {
  return createContext(app, {
    actor: {
      kind: 'user',
      userId: options.userId ?? uuidv7(),
      memberId: options.memberId ?? null,
      roles: options.roles ?? ['member'],
      sessionId: uuidv7(),
      scopes: null,
    },
    source: 'api',
  });
}

export const staffContext = (app: App, role: Role = 'staff'): Ctx => personContext(app, { roles: [role] });

/** Joins someone through the real command. */
export async function joined(
  app: App,
  overrides: Partial<JoinInput> = {},
): Promise<Joined & { ctx: Ctx; input: JoinInput }> {
  await installPlans(app.database.sql);
  const input = joinInput(overrides);
  const result = await join(anonymousContext(app), input);
  return { ...result, input, ctx: personContext(app, result) };
}

/** A membership has begun, and the record follows it. `paidUntil`: the last day that is paid for. */
export const follows = (app: App, memberId: string, paidUntil = '2099-12-31', status: 'active' | 'lapsed' = 'active') =>
  inTransaction(systemContext(app), (tx) =>
    followMembership(tx, { memberId, status, planId: professional, planCode: 'professional', paidUntil }),
  );
