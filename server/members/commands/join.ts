import { v7 as uuidv7 } from 'uuid';
import { createUser } from '#server/access/commands/users.ts';
import { checkPassword, hashPassword } from '#server/access/passwords.ts';
import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, inTransaction, requirePermission, type TxCtx } from '#server/context/context.ts';
import { seal, sealOrNull } from '#server/crypto/seals.ts';
import { AppError, conflict } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { findPlan } from '#server/memberships/queries/plans.ts';
import { memberStream } from '../events.ts';
import { dateOfBirthIndex, phoneIndex } from '../personal.ts';
import { memberNumber } from '../rules.ts';
import type { AddInput, JoinInput } from '../shapes.ts';
import { freeEmail } from './email.ts';

export interface Joined {
  memberId: string;
  userId: string;
}

/**
 * Hashes the password, which takes tens of milliseconds by design: not while a connection is held.
 * @throws AppError `rule_violated` for one that is not good enough
 */
export async function hashNewPassword(input: JoinInput): Promise<string> {
  checkPassword(input.password, input.email);
  return hashPassword(input.password);
}

/** Joining by oneself. Whoever calls it inside a transaction brings the hash along. @throws AppError `conflict` when the e-mail has an account, `rule_violated` for a plan that is not offered. */
export async function join(ctx: Ctx, input: JoinInput, passwordHash?: string): Promise<Joined> {
  const hash = passwordHash ?? (await hashNewPassword(input));
  return inTransaction(ctx, (tx) => register(tx, input, hash, 'self-service'));
}

/** Staff add someone by hand; the mail that verifies the address leads to choosing a password. */
export async function addMember(ctx: Ctx, input: AddInput): Promise<Joined> {
  requirePermission(ctx, 'members:create');
  return inTransaction(ctx, (tx) => register(tx, input, null, 'staff'));
}

async function register(
  tx: TxCtx,
  input: AddInput,
  passwordHash: string | null,
  channel: 'self-service' | 'staff',
): Promise<Joined> {
  const plan = await findPlan(tx, input.planId);
  if (!plan) {
    throw new AppError('rule_violated', 'This plan is not offered.', {
      errors: [{ path: 'planId', message: 'is not a plan that is offered' }],
    });
  }
  if (!(await freeEmail(tx, input.email, { memberId: null, proved: false }))) throw emailTaken();
  const memberId = uuidv7();
  const [numbered] = await tx.sql<{ value: number }[]>`select nextval('member_numbers')::int as value`;
  const number = memberNumber(numbered?.value ?? 0);
  const key = await tx.app.dataKeys.obtain(tx.sql, memberId);
  const now = tx.now().toISOString();
  await tx.sql`
    insert into members ${tx.sql({
      id: memberId,
      number,
      status: 'pending',
      given_name: input.givenName,
      family_name: input.familyName,
      email: input.email,
      phone_sealed: sealOrNull(key, 'phone', input.phone),
      phone_index: input.phone ? phoneIndex(tx.app, input.phone) : null,
      date_of_birth_sealed: sealOrNull(key, 'dateOfBirth', input.dateOfBirth),
      date_of_birth_index: input.dateOfBirth ? dateOfBirthIndex(tx.app, input.dateOfBirth) : null,
      address_sealed: sealOrNull(key, 'address', input.address && JSON.stringify(input.address)),
      plan_id: plan.id,
      joined_at: now,
      updated_at: now,
    })}`;
  const userId = await createUser(tx, {
    email: input.email,
    name: `${input.givenName} ${input.familyName}`,
    passwordHash,
    roles: ['member'],
    memberId,
  });
  const sealed = {
    givenName: seal(key, 'givenName', input.givenName),
    familyName: seal(key, 'familyName', input.familyName),
    email: seal(key, 'email', input.email),
  };
  await append(tx, memberStream(memberId), 'new', [
    {
      type: 'member.registered',
      data: {
        memberId,
        userId,
        version: 1,
        number,
        status: 'pending',
        ...sealed,
        planId: plan.id,
        planCode: plan.code,
        joinedAt: now,
        channel,
      },
    },
  ]);
  await writeAudit(tx, {
    action: channel === 'staff' ? 'member.add' : 'member.join',
    resourceType: 'member',
    resourceId: memberId,
    after: { number, planCode: plan.code, ...sealed },
  });
  return { memberId, userId };
}

/** Also what a race lost at the unique index says: see the route. */
export const emailTaken = () =>
  conflict('There is an account with this e-mail address already. Sign in, or reset the password if you forgot it.', [
    { path: 'email', message: 'has an account already' },
  ]);
