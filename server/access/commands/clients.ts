import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, inTransaction, requirePermission, type TxCtx } from '#server/context/context.ts';
import { conflict, notFound, ruleViolated } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { clientStream } from '../events.ts';
import { announce } from '../live.ts';
import { type Grant, hashSecret } from '../oauth/clients.ts';
import type { Scope } from '../permissions.ts';
import { newSecret } from '../secrets.ts';

export interface NewClient {
  id: string;
  name: string;
  scopes: Scope[];
  grants: Grant[];
  redirectUris: string[];
  /** An app on people's phones: it has no secret, and nothing but authorization codes with PKCE. */
  public: boolean;
}

/** The secret is shown this once; only its hash is kept. null for a public client. */
export interface ClientSecret {
  id: string;
  secret: string | null;
}

/** @throws AppError `conflict` for a name that is taken, `rule_violated` for grants, scopes and redirect URIs that do not go together */
export async function createClient(ctx: Ctx, input: NewClient): Promise<ClientSecret> {
  requirePermission(ctx, 'access:manage');
  checkClient(input);
  const secret = input.public ? null : newSecret();
  await inTransaction(ctx, async (tx) => {
    const now = tx.now().toISOString();
    const inserted = await tx.sql`
      insert into oauth_clients (id, name, secret_hash, scopes, grants, redirect_uris, created_at, updated_at)
      values (${input.id}, ${input.name}, ${secret && hashSecret(secret)}, ${input.scopes}::text[],
        ${input.grants}::text[], ${input.redirectUris}::text[], ${now}, ${now})
      on conflict (id) do nothing returning id`;
    if (inserted.length === 0) throw conflict('There is a client with this id already.');
    await append(tx, clientStream(input.id), 'any', [{ type: 'client.created', data: { clientId: input.id } }]);
    const { id: _id, ...after } = input;
    await writeAudit(tx, { action: 'client.create', resourceType: 'client', resourceId: input.id, after });
  });
  return { id: input.id, secret };
}

/** The old secret stops working at once; access tokens that it got live out their minutes. */
export async function rotateClientSecret(ctx: Ctx, id: string): Promise<ClientSecret> {
  requirePermission(ctx, 'access:manage');
  const secret = newSecret();
  await inTransaction(ctx, async (tx) => {
    const client = await lockClient(tx, id);
    if (client.secretHash === null) throw ruleViolated('A public client has no secret.');
    await tx.sql`
      update oauth_clients set secret_hash = ${hashSecret(secret)}, version = version + 1,
        updated_at = ${tx.now().toISOString()} where id = ${id}`;
    await append(tx, clientStream(id), 'any', [{ type: 'client.secret.rotated', data: { clientId: id } }]);
    await writeAudit(tx, { action: 'client.rotate-secret', resourceType: 'client', resourceId: id });
  });
  return { id, secret };
}

/** Its tokens stop working at once, people's through it too. */
export const disableClient = (ctx: Ctx, id: string, reason: string) => switchClient(ctx, id, reason, true);

export const enableClient = (ctx: Ctx, id: string, reason: string) => switchClient(ctx, id, reason, false);

async function switchClient(ctx: Ctx, id: string, reason: string, disable: boolean): Promise<void> {
  requirePermission(ctx, 'access:manage');
  await inTransaction(ctx, async (tx) => {
    const client = await lockClient(tx, id);
    if (client.disabled === disable) return;
    const now = tx.now().toISOString();
    await tx.sql`
      update oauth_clients set disabled_at = ${disable ? now : null}, version = version + 1, updated_at = ${now}
      where id = ${id}`;
    const type = disable ? 'client.disabled' : 'client.enabled';
    await append(tx, clientStream(id), 'any', [{ type, data: { clientId: id } }]);
    await writeAudit(tx, {
      action: disable ? 'client.disable' : 'client.enable',
      resourceType: 'client',
      resourceId: id,
      reason,
      before: { disabled: client.disabled },
      after: { disabled: disable },
    });
    await announce(tx, `client:${id}`);
  });
}

async function lockClient(tx: TxCtx, id: string): Promise<{ secretHash: string | null; disabled: boolean }> {
  const [row] = await tx.sql<{ secretHash: string | null; disabled: boolean }[]>`
    select secret_hash as "secretHash", disabled_at is not null as disabled from oauth_clients
    where id = ${id} for update`;
  if (!row) throw notFound();
  return row;
}

function checkClient(input: NewClient): void {
  const byCode = input.grants.includes('authorization_code');
  const byItself = input.grants.includes('client_credentials');
  if (input.public && byItself) {
    throw ruleViolated('A client without a secret cannot prove who it is.', [
      { path: 'grants', message: 'client_credentials needs a secret' },
    ]);
  }
  if (byCode && byItself) {
    throw ruleViolated('A client acts for itself or for people. For both, make two.', [
      { path: 'grants', message: 'client_credentials and authorization_code do not go together' },
    ]);
  }
  if (byItself && input.scopes.includes('self')) {
    throw ruleViolated('A client that acts for itself has no self.', [
      { path: 'scopes', message: 'self goes with authorization_code' },
    ]);
  }
  if (byCode && input.scopes.some((scope) => scope !== 'self')) {
    throw ruleViolated('A client that acts for people has the scope self and no other.', [
      { path: 'scopes', message: 'must be self alone with authorization_code' },
    ]);
  }
  if (byCode !== input.redirectUris.length > 0) {
    throw ruleViolated('authorization_code and redirect URIs go together.', [
      { path: 'redirectUris', message: byCode ? 'needs at least one' : 'must be empty without authorization_code' },
    ]);
  }
  if (input.grants.includes('refresh_token') && !byCode) {
    throw ruleViolated('refresh_token goes with authorization_code.', [
      { path: 'grants', message: 'refresh_token goes with authorization_code' },
    ]);
  }
}
