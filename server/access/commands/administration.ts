import { obtainUnlessDestroyed } from '#server/audit/address.ts';
import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, inTransaction, requirePermission, type TxCtx } from '#server/context/context.ts';
import { seal } from '#server/crypto/seals.ts';
import { AppError, conflict, notFound, ruleViolated } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { personOf, userStream } from '../events.ts';
import { announce } from '../live.ts';
import { isRole, type Role, roles as roleNames } from '../permissions.ts';
import { normaliseEmail } from '../rules.ts';
import { refuseLastAdmin } from './last-admin.ts';
import { endAllSessions } from './sessions.ts';
import { createUser } from './users.ts';

interface UserRow {
  id: string;
  memberId: string | null;
  roles: Role[];
  disabled: boolean;
}

/**
 * Adds somebody who is no member (members join). They choose a password by the link in a mail.
 * @throws AppError `conflict` when the e-mail has an account
 */
export async function addUser(ctx: Ctx, input: { email: string; name: string; roles: Role[] }): Promise<string> {
  requirePermission(ctx, 'access:manage');
  if (input.roles.includes('member')) throw ruleViolated('Members join; they are not added here.', memberRole);
  return inTransaction(ctx, async (tx) => {
    const email = normaliseEmail(input.email);
    const taken = await tx.sql`select 1 from users where lower(email) = ${email}`;
    if (taken.length > 0) throw conflict('There is an account with this e-mail address already.');
    const roles = sorted(input.roles);
    const id = await createUser(tx, { email, name: input.name, passwordHash: null, roles, memberId: null });
    await append(tx, userStream(id), 'any', [
      { type: 'user.created', data: { userId: id, roles } },
      { type: 'password.reset.requested', data: { userId: id } },
    ]);
    const key = await obtainUnlessDestroyed(tx.app, tx.sql, id);
    const after = { roles, ...(key ? { email: seal(key, 'email', email), name: seal(key, 'name', input.name) } : {}) };
    await writeAudit(tx, { action: 'user.create', resourceType: 'user', resourceId: id, after });
    return id;
  });
}

const memberRole = [{ path: 'roles', message: 'member goes with a membership' }];

/** Gives somebody exactly these roles, at once. @throws AppError `forbidden` for one's own, `rule_violated` for the last admin */
export async function setRoles(ctx: Ctx, id: string, wanted: Role[]): Promise<void> {
  requirePermission(ctx, 'access:manage');
  refuseSelf(ctx, id, 'Nobody changes their own roles. Ask a colleague.');
  await inTransaction(ctx, async (tx) => {
    const user = await lockUser(tx, id);
    const to = sorted(wanted);
    if (to.includes('member') !== (user.memberId !== null)) {
      throw ruleViolated('The role member goes with a membership, and stays with it.', memberRole);
    }
    if (user.roles.join() === to.join()) return;
    if (!to.includes('admin')) await refuseLastAdmin(tx, user);
    await tx.sql`
      update users set roles = ${to}::text[], version = version + 1, updated_at = ${tx.now().toISOString()}
      where id = ${id}`;
    await append(tx, userStream(id), 'any', [
      { type: 'user.roles.changed', data: { ...personOf(user), from: user.roles, to } },
    ]);
    await writeAudit(tx, {
      action: 'user.set-roles',
      resourceType: 'user',
      resourceId: id,
      before: { roles: user.roles },
      after: { roles: to },
    });
    await announce(tx, `user:${id}`);
  });
}

/** Shuts an account: every session of it ends at once. */
export async function disableUser(ctx: Ctx, id: string, reason: string): Promise<void> {
  requirePermission(ctx, 'access:manage');
  refuseSelf(ctx, id, 'Nobody disables their own account. Ask a colleague.');
  await inTransaction(ctx, async (tx) => {
    const user = await lockUser(tx, id);
    if (user.disabled) return;
    await refuseLastAdmin(tx, user);
    const now = tx.now().toISOString();
    await tx.sql`update users set disabled_at = ${now}, version = version + 1, updated_at = ${now} where id = ${id}`;
    await endAllSessions(tx, id, 'disabled');
    await append(tx, userStream(id), 'any', [{ type: 'user.disabled', data: personOf(user) }]);
    await auditSwitch(tx, 'user.disable', id, reason, user.disabled);
    await announce(tx, `user:${id}`);
  });
}

/** Opens it again. People who were erased stay out: nobody is there any more. */
export async function enableUser(ctx: Ctx, id: string, reason: string): Promise<void> {
  requirePermission(ctx, 'access:manage');
  refuseSelf(ctx, id, 'Nobody enables their own account. Ask a colleague.');
  await inTransaction(ctx, async (tx) => {
    const user = await lockUser(tx, id);
    if (!user.disabled) return;
    if (await tx.app.dataKeys.isDestroyed(tx.sql, user.memberId ?? user.id)) {
      throw ruleViolated('This person was erased.');
    }
    const now = tx.now().toISOString();
    await tx.sql`
      update users set disabled_at = null, failed_sign_ins = 0, failed_since = null, locked_until = null,
        version = version + 1, updated_at = ${now} where id = ${id}`;
    await append(tx, userStream(id), 'any', [{ type: 'user.enabled', data: personOf(user) }]);
    await auditSwitch(tx, 'user.enable', id, reason, user.disabled);
  });
}

const auditSwitch = (tx: TxCtx, action: string, id: string, reason: string, disabled: boolean) =>
  writeAudit(tx, {
    action,
    resourceType: 'user',
    resourceId: id,
    reason,
    before: { disabled },
    after: { disabled: !disabled },
  });

function refuseSelf(ctx: Ctx, id: string, words: string): void {
  if (ctx.actor.kind === 'user' && ctx.actor.userId === id) throw new AppError('forbidden', words);
}

async function lockUser(tx: TxCtx, id: string): Promise<UserRow> {
  const [row] = await tx.sql<(Omit<UserRow, 'roles'> & { roles: string[] })[]>`
    select id, member_id as "memberId", roles, disabled_at is not null as disabled from users where id = ${id} for update`;
  if (!row) throw notFound();
  return { ...row, roles: row.roles.filter(isRole) };
}

/** In the table's order, each once. */
const sorted = (wanted: readonly Role[]): Role[] => roleNames.filter((role) => wanted.includes(role));
