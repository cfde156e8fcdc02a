import { randomBytes, randomUUID } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PartnerError } from '../partner-error.ts';
import { aPartnerMember, failure } from '../partner-member.testing.ts';
import { connectLegacy, type LegacyPayment, type LegacySystem } from './index.ts';

/** A real database under test. */
export interface ContractDatabase {
  url: string;
  /** A trigger's worth of interference: stores every surname in capitals. */
  addCapitalisingTrigger: () => Promise<void>;
  dropTrigger: () => Promise<void>;
  stop: () => Promise<void>;
}

/** What every legacy database must do alike. */
export function legacyContract(name: string, start: () => Promise<ContractDatabase>): void {
  describe(`legacy system on ${name}`, () => {
    let database: ContractDatabase;
    let legacy: LegacySystem;
    beforeAll(async () => {
      database = await start();
      legacy = connectLegacy(database.url, { timeoutMs: 5000 });
      await legacy.install();
    });
    afterAll(async () => {
      await legacy?.close();
      await database?.stop();
    });

    it('installs its schema once, however often and from however many processes', async () => {
      await Promise.all([legacy.install(), legacy.install(), legacy.install()]);
      await legacy.check();
    });

    it('stores a member and reads back every field, astral characters and a leap day included', async () => {
      const member = aPartnerMember();
      const write = await legacy.upsertMember(member, { origin: 'guildhall' });
      expect(write).toEqual({ recordId: member.number, version: 1, applied: true });
      const { updatedAt, ...stored } = (await legacy.readMember(member.memberId)) ?? { updatedAt: '' };
      expect(stored).toEqual({ ...member, joinedAt: '2024-03-31', updatedBy: 'guildhall' });
      expect(Math.abs(Date.parse(updatedAt) - Date.now())).toBeLessThan(60_000);
      expect(updatedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    });

    it('stores a payment with what of it has gone back, and never an older state over a newer one', async () => {
      const payment = aPayment({ version: 3 });
      await legacy.checkPayments();
      expect(await legacy.readPayment(payment.paymentId)).toBeNull();
      const written = { recordId: payment.number, version: 3, applied: true };
      expect(await legacy.upsertPayment(payment, { origin: 'guildhall' })).toEqual(written);
      const stored = { ...payment, paidAt: '2026-03-29T01:30:00.123000Z' };
      expect(await legacy.readPayment(payment.paymentId)).toEqual(stored);
      const refunded = { ...payment, version: 5, status: 'partially_refunded', refundedAmount: 1 };
      await legacy.upsertPayment(refunded, { origin: 'guildhall' });
      for (const version of [3, 5]) {
        const late = await legacy.upsertPayment({ ...payment, version }, { origin: 'guildhall' });
        expect(late).toMatchObject({ version: 5, applied: false });
      }
      expect(await legacy.readPayment(payment.paymentId)).toEqual({ ...refunded, paidAt: stored.paidAt });
      const other = { ...payment, paymentId: randomUUID() };
      await failure(legacy.upsertPayment({ ...other, version: 9 }, { origin: 'guildhall' }), 'permanent');
      expect(await legacy.readPayment(other.paymentId)).toBeNull();
      expect(await legacy.readPayment(payment.paymentId)).toMatchObject({ version: 5, refundedAmount: 1 });
    });

    it('ends at the newest state of a payment when many write it at once, in any order', async () => {
      const payment = aPayment({ version: 1 });
      const versions = [5, 12, 1, 9, 3, 11, 2, 8, 10, 4, 7, 6];
      const write = async (version: number): Promise<void> => {
        try {
          await legacy.upsertPayment({ ...payment, version, refundedAmount: version }, { origin: 'guildhall' });
        } catch (error) {
          if (!(error instanceof PartnerError) || error.errorClass !== 'transient') throw error;
          await write(version);
        }
      };
      await Promise.all(versions.map(write));
      expect(await legacy.readPayment(payment.paymentId)).toMatchObject({ version: 12, refundedAmount: 12 });
    });

    it('stores what is not known as null and clears what was removed', async () => {
      const member = aPartnerMember();
      await legacy.upsertMember(member, { origin: 'guildhall' });
      const bare = { ...member, version: 2, phone: null, dateOfBirth: null, address: null, planCode: null };
      await legacy.upsertMember(bare, { origin: 'guildhall' });
      expect(await legacy.readMember(member.memberId)).toMatchObject({
        version: 2,
        phone: null,
        dateOfBirth: null,
        address: null,
        planCode: null,
      });
    });

    it('maps every status there and back', async () => {
      const member = aPartnerMember();
      const statuses = ['pending', 'active', 'grace', 'lapsed', 'suspended', 'resigned', 'deceased', 'erased'];
      for (const [index, status] of statuses.entries()) {
        await legacy.upsertMember({ ...member, status, version: index + 1 }, { origin: 'guildhall' });
        expect((await legacy.readMember(member.memberId))?.status).toBe(status);
      }
    });

    it('does nothing when the same version comes twice', async () => {
      const member = aPartnerMember({ version: 7 });
      await legacy.upsertMember(member, { origin: 'guildhall' });
      const before = await legacy.readMember(member.memberId);
      const again = await legacy.upsertMember({ ...member, givenName: 'Other' }, { origin: 'someone else' });
      expect(again).toEqual({ recordId: member.number, version: 7, applied: false });
      expect(await legacy.readMember(member.memberId)).toEqual(before);
    });

    it('never lets an older write overtake a newer one', async () => {
      const member = aPartnerMember({ version: 5, givenName: 'Newer' });
      await legacy.upsertMember(member, { origin: 'guildhall' });
      const late = await legacy.upsertMember({ ...member, version: 4, givenName: 'Older' }, { origin: 'guildhall' });
      expect(late).toEqual({ recordId: member.number, version: 5, applied: false });
      expect(await legacy.readMember(member.memberId)).toMatchObject({ version: 5, givenName: 'Newer' });
    });

    it('ends at the newest version when many write one member at once, in any order', async () => {
      const member = aPartnerMember();
      const versions = [5, 12, 1, 9, 3, 11, 2, 8, 10, 4, 7, 6];
      const write = async (version: number): Promise<void> => {
        try {
          await legacy.upsertMember({ ...member, version, givenName: `Name ${version}` }, { origin: 'guildhall' });
        } catch (error) {
          // Databases may answer a race with a deadlock: then the queue tries again, and so does this test.
          if (!(error instanceof PartnerError) || error.errorClass !== 'transient') throw error;
          await write(version);
        }
      };
      await Promise.all(versions.map(write));
      expect(await legacy.readMember(member.memberId)).toMatchObject({ version: 12, givenName: 'Name 12' });
    });

    it('refuses a number that belongs to another member and leaves that member alone', async () => {
      const first = aPartnerMember();
      await legacy.upsertMember(first, { origin: 'guildhall' });
      const second = aPartnerMember({ number: first.number, version: 9 });
      await failure(legacy.upsertMember(second, { origin: 'guildhall' }), 'permanent');
      expect(await legacy.readMember(first.memberId)).toMatchObject({ email: first.email, version: 1 });
      expect(await legacy.readMember(second.memberId)).toBeNull();
    });

    it('refuses what does not fit, naming the field and not the value, and stores nothing', async () => {
      const refused = [
        { change: { familyName: 'x'.repeat(81) }, field: 'familyName is longer than 80 characters' },
        { change: { email: '' }, field: 'email is missing' },
        { change: { dateOfBirth: '1999-02-30' }, field: 'dateOfBirth is not a valid date' },
        { change: { status: 'cheerful' }, field: 'status is not a valid code' },
        { change: { givenName: 'half \ud83d' }, field: 'givenName holds a character that cannot be stored' },
        { change: { givenName: 'nul \0' }, field: 'givenName holds a character that cannot be stored' },
      ];
      for (const { change, field } of refused) {
        const member = aPartnerMember(change);
        const error = await failure(legacy.upsertMember(member, { origin: 'guildhall' }), 'permanent');
        expect(error.reason).toBe(field);
        expect(await legacy.readMember(member.memberId)).toBeNull();
      }
    });

    it('counts length in characters, as people do, up to the last one', async () => {
      const member = aPartnerMember({ familyName: '🚀'.repeat(80), givenName: '李'.repeat(80) });
      await legacy.upsertMember(member, { origin: 'guildhall' });
      expect(await legacy.readMember(member.memberId)).toMatchObject({ familyName: member.familyName });
    });

    it('undoes a write that the database changed on the way in', async () => {
      const member = aPartnerMember();
      await database.addCapitalisingTrigger();
      try {
        const error = await failure(legacy.upsertMember(member, { origin: 'guildhall' }), 'permanent');
        expect(error.reason).toBe('stored differently than sent: familyName');
        expect(await legacy.readMember(member.memberId)).toBeNull();
      } finally {
        await database.dropTrigger();
      }
    });

    it('reads many members at once, more than one query holds', async () => {
      const members = [aPartnerMember(), aPartnerMember(), aPartnerMember()];
      for (const member of members) await legacy.upsertMember(member, { origin: 'guildhall' });
      const absent = Array.from({ length: 1500 }, () => aPartnerMember().memberId);
      const found = await legacy.readMembers([...absent, ...members.map((member) => member.memberId)]);
      expect(found.map((member) => member.memberId).sort()).toEqual(members.map((member) => member.memberId).sort());
      expect(await legacy.readMembers([])).toEqual([]);
    });

    it('erases a member for good: a late write cannot bring the person back', async () => {
      const member = aPartnerMember();
      await legacy.upsertMember(member, { origin: 'guildhall' });
      expect(await legacy.eraseMember(member.memberId)).toEqual({ erased: true });
      expect(await legacy.eraseMember(member.memberId)).toEqual({ erased: false });
      const late = await legacy.upsertMember({ ...member, version: 99 }, { origin: 'guildhall' });
      expect(late.applied).toBe(false);
      expect(await legacy.readMember(member.memberId)).toBeNull();
    });

    it('erases a member who never arrived, so that they cannot arrive later', async () => {
      const member = aPartnerMember();
      expect(await legacy.eraseMember(member.memberId)).toEqual({ erased: false });
      const late = await legacy.upsertMember(member, { origin: 'guildhall' });
      expect(late.applied).toBe(false);
      expect(await legacy.readMember(member.memberId)).toBeNull();
    });

    it('reports a locked row as transient, and goes on afterwards', async () => {
      const impatient = connectLegacy(database.url, { timeoutMs: 2500 });
      const member = aPartnerMember();
      await legacy.upsertMember(member, { origin: 'guildhall' });
      const holder = await holdRow(database, member.memberId);
      try {
        await failure(impatient.upsertMember({ ...member, version: 2 }, { origin: 'guildhall' }), 'transient');
      } finally {
        await holder.release();
      }
      const write = await impatient.upsertMember({ ...member, version: 2 }, { origin: 'guildhall' });
      expect(write.applied).toBe(true);
      await impatient.close();
    });

    it('reports refused credentials and a missing database as such', async () => {
      for (const change of [{ password: 'wrong-password' }, { pathname: '/no_such_database' }]) {
        const refused = connectLegacy(withChange(database.url, change), { timeoutMs: 5000 });
        const error = await failure(refused.check(), 'credentials');
        expect(error.message).not.toContain('password');
        await refused.close();
      }
    });

    it('reports a closed port as unavailable', async () => {
      const nobody = connectLegacy(withChange(database.url, { port: '9' }), { timeoutMs: 5000 });
      await failure(nobody.check(), 'unavailable');
      await nobody.close();
    });

    it('reports a server that says nothing as unavailable, in time, and recovers when it is back', async () => {
      const proxy = await startProxy(database.url);
      const behind = connectLegacy(withChange(database.url, { port: String(proxy.port) }), { timeoutMs: 400 });
      const member = aPartnerMember();
      proxy.hang(true);
      // More calls than the pool has connections: a hanging one must not be handed out again.
      const began = Date.now();
      await Promise.all(Array.from({ length: 6 }, () => failure(behind.check(), 'unavailable')));
      expect(Date.now() - began).toBeLessThan(2000);
      proxy.hang(false);
      await eventually(() => behind.check());
      proxy.hang(true);
      await failure(behind.upsertMember(member, { origin: 'guildhall' }), 'unavailable');
      proxy.hang(false);
      await eventually(() => behind.upsertMember(member, { origin: 'guildhall' }));
      expect(await behind.readMember(member.memberId)).toMatchObject({ email: member.email });
      await behind.close();
      await proxy.stop();
    });

    it('reports a line cut in the middle as unavailable', async () => {
      const proxy = await startProxy(database.url);
      const behind = connectLegacy(withChange(database.url, { port: String(proxy.port) }), { timeoutMs: 5000 });
      await behind.check();
      proxy.hang(true);
      const call = failure(behind.check(), 'unavailable');
      await proxy.cutWhenBusy();
      await call;
      await behind.close();
      await proxy.stop();
    });
  });
}

const aPayment = (more: Partial<LegacyPayment>): LegacyPayment => ({
  paymentId: randomUUID(),
  number: `P-${randomBytes(4).readUInt32BE()}`,
  memberId: randomUUID(),
  purpose: 'order',
  method: 'card',
  status: 'succeeded',
  amount: 100_000_000_000,
  refundedAmount: 0,
  currency: 'EUR',
  paidAt: '2026-03-29T01:30:00.123Z',
  version: 1,
  ...more,
});

function withChange(url: string, change: { password?: string; pathname?: string; port?: string }): string {
  const changed = new URL(url);
  if (change.password !== undefined) changed.password = change.password;
  if (change.pathname !== undefined) changed.pathname = change.pathname;
  if (change.port !== undefined) changed.port = change.port;
  return changed.toString();
}

/** Another writer with an uncommitted change of the row; its own connection, since a lock dies with it. */
async function holdRow(database: ContractDatabase, memberId: string): Promise<{ release: () => Promise<void> }> {
  if (database.url.startsWith('mysql:')) {
    const { createConnection } = await import('mysql2/promise');
    const connection = await createConnection(database.url);
    await connection.beginTransaction();
    await connection.query('SELECT * FROM MEMBERS WHERE guildhall_id = ? FOR UPDATE', [memberId]);
    return { release: () => connection.end() };
  }
  const { default: postgres } = await import('postgres');
  const client = postgres(database.url, { max: 1 });
  const connection = await client.reserve();
  await connection`BEGIN`;
  await connection`SELECT * FROM members WHERE guildhall_id = ${memberId} FOR UPDATE`;
  return {
    release: async () => {
      await connection`ROLLBACK`;
      connection.release();
      await client.end();
    },
  };
}

async function eventually<T>(call: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 5000;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

/** A line to the database that can fall silent (bytes are held, not lost) or be cut. */
async function startProxy(url: string) {
  const target = new URL(url);
  const pairs = new Set<[Socket, Socket]>();
  let hanging = false;
  let heldBytes: () => void = () => undefined;
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    const held: (() => void)[] = [];
    const forward = (from: Socket, to: Socket) => {
      from.on('data', (chunk) => {
        if (!hanging) return void to.write(chunk);
        held.push(() => to.write(chunk));
        heldBytes();
      });
      from.on('close', () => to.destroy());
      from.on('error', () => to.destroy());
    };
    forward(near, far);
    forward(far, near);
    near.on('close', () => pairs.delete(pair));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  const cut = () => {
    for (const [near, far] of pairs) {
      near.resetAndDestroy();
      far.destroy();
    }
  };
  return {
    port: address.port,
    hang: (on: boolean) => {
      hanging = on;
    },
    cutWhenBusy: () =>
      new Promise<void>((resolve) => {
        heldBytes = () => {
          cut();
          resolve();
        };
      }),
    stop: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
