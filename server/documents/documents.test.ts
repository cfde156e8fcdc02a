import { v7 as uuidv7 } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { aSignedInUser } from '#server/access/access.testing.ts';
import { createContext, inTransaction, type TxCtx } from '#server/context/context.ts';
import { eventually } from '#server/events/store.testing.ts';
import { aMember, type Person } from '#server/gateway/callers.testing.ts';
import { professional } from '#server/members/members.testing.ts';
import { aProduct, card, ledgerOf, place, untilOrder } from '#server/orders/orders.testing.ts';
import { type Answer, callAs, testHouse, untilPayment } from '#server/payments/payments.testing.ts';
import { issueDocument, type NewDocument } from './commands/issue.ts';
import { unpacked } from './documents.testing.ts';

const house = testHouse();
const app = house.app;
const sql = () => app.current.database.sql;
const system = () => createContext(app.current, { actor: { kind: 'system', name: 'test' } });
let staff: Pick<Person, 'caller'>;
let ada: Person;
beforeAll(async () => {
  const user = await aSignedInUser(app.current, { roles: ['staff'] });
  staff = { caller: { name: 'staff', actor: user.actor, headers: { cookie: user.cookie } } };
  ada = await aMember(app.current, 'ada');
});

const sample = (kind: NewDocument['kind'], meaning: string): NewDocument => ({
  kind,
  memberId: ada.memberId,
  currency: 'EUR',
  lines: [{ text: 'Something', quantity: 1, amount: 119, taxRateBp: 1900, tax: 19 }],
  taxLines: [],
  facts: [],
  billTo: ['Ada Okafor', 'Lindenweg 3'],
  meaning,
});
const issue = (document: NewDocument, before?: (tx: TxCtx) => Promise<void>) =>
  inTransaction(system(), async (tx) => {
    const issued = await issueDocument(tx, document);
    await before?.(tx);
    return issued;
  });
const sequencesOf = async (kind: string) =>
  (await sql()`select sequence from documents where kind = ${kind} order by sequence`).map((row) => row.sequence);
const documentsOf = async (orderId: string): Promise<Answer['body']> =>
  (await callAs(house, ada, 'GET', `/documents?orderId=${orderId}`)).body.data.toReversed();

describe('numbers', () => {
  it('of a hundred documents at once have no gap and no double; what was rolled back leaves none', async () => {
    const before = (await sequencesOf('credit_note')).length;
    const undone = () => Promise.reject(new Error('undone'));
    const tries = await Promise.allSettled(
      Array.from({ length: 100 }, (_, i) =>
        issue(sample('credit_note', `test:${uuidv7()}`), i % 5 === 0 ? undone : undefined),
      ),
    );
    expect(tries.filter(({ status }) => status === 'rejected')).toHaveLength(20);
    const sequences = await sequencesOf('credit_note');
    expect(sequences).toEqual(Array.from({ length: before + 80 }, (_, i) => i + 1));
  }, 60_000);

  it('begin with one for each kind and year', async () => {
    const in2031 = { ...system(), now: () => new Date('2031-01-01T00:00:00Z') };
    const numbers: string[] = [];
    for (const kind of ['invoice', 'receipt', 'credit_note'] as const) {
      const { number } = await inTransaction(in2031, (tx) => issueDocument(tx, sample(kind, `2031:${kind}`)));
      numbers.push(number);
    }
    expect(numbers).toEqual(['INV-2031-000001', 'REC-2031-000001', 'CN-2031-000001']);
  });

  it('are given once for each meaning', async () => {
    const meaning = `test:${uuidv7()}`;
    const first = await issue(sample('invoice', meaning));
    expect(await issue(sample('invoice', meaning))).toEqual(first);
  });
});

describe('a document', () => {
  it('is never changed, whoever tries', async () => {
    const { id } = await issue(sample('invoice', `test:${uuidv7()}`));
    await expect(sql()`update documents set total = 1 where id = ${id}`).rejects.toMatchObject({ code: '23514' });
    await expect(sql()`delete from documents where id = ${id}`).rejects.toMatchObject({ code: '23514' });
  });

  it('is its owner’s and the staff’s; the name on it is sealed', async () => {
    const bob = await aMember(app.current, 'bob');
    const { id } = await issue(sample('invoice', `test:${uuidv7()}`));
    expect((await callAs(house, ada, 'GET', `/documents/${id}`)).body.billTo).toEqual(['Ada Okafor', 'Lindenweg 3']);
    expect((await callAs(house, staff, 'GET', `/documents/${id}`)).body.billTo).toBeNull();
    for (const path of [`/documents/${id}`, `/documents/${id}/pdf`, `/documents?memberId=${ada.memberId}`]) {
      expect((await callAs(house, bob, 'GET', path)).status).toBe(404);
    }
    const [row] = await sql()`select documents::text as all from documents where id = ${id}`;
    expect(row?.all).not.toContain('Lindenweg');
  });

  it('is a PDF with its number', async () => {
    const { id, number } = await issue(sample('invoice', `test:${uuidv7()}`));
    const answer = await fetch(`${house.url}/api/v1/documents/${id}/pdf`, { headers: ada.caller.headers });
    expect(answer.headers.get('content-type')).toBe('application/pdf');
    expect(answer.headers.get('content-disposition')).toContain(`${number}.pdf`);
    const pdf = Buffer.from(await answer.arrayBuffer()).toString('latin1');
    expect(pdf.startsWith('%PDF-1.7')).toBe(true);
  });
});

describe('to whom a PDF goes', () => {
  const rare = { name: 'Ω', street: 'Ψ' };
  const isOn = (pdf: string, letter: string) =>
    pdf.includes(`<${(letter.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}>`);

  it('stands on its owner’s and the staff’s, and masked on that of an auditor', async () => {
    const billTo = [`Ada O${rare.name}`, `Linden${rare.street} 3`];
    const { id } = await issue({ ...sample('invoice', `test:${uuidv7()}`), billTo });
    const auditor = await aSignedInUser(app.current, { roles: ['auditor'] });
    const seenBy = async (headers: Record<string, string>) => {
      const answer = await fetch(`${house.url}/api/v1/documents/${id}/pdf`, { headers });
      expect(answer.status).toBe(200);
      const pdf = unpacked(Buffer.from(await answer.arrayBuffer()));
      // Fonts carry just the letters that are written, so what stands nowhere else shows who is named.
      return { name: isOn(pdf, rare.name), street: isOn(pdf, rare.street), masked: isOn(pdf, '*') };
    };
    const whole = { name: true, street: true, masked: false };
    expect(await seenBy(ada.caller.headers)).toEqual(whole);
    expect(await seenBy(staff.caller.headers)).toEqual(whole);
    expect(await seenBy({ cookie: auditor.cookie })).toEqual({ name: false, street: false, masked: true });
  });
});

describe('a completed order', () => {
  it('has its receipt, and a credit note for each refund; all back, nothing of the sale is left', async () => {
    const [course, book] = [
      await aProduct(app.current, { digital: true, amount: 11_900 }),
      await aProduct(app.current, { stock: 5, amount: 2_501 }),
    ];
    await eventually(async () => {
      const open = await sql()`select 1 from orders where finished_at is null`;
      expect(open).toHaveLength(0);
    }, 30_000);
    const before = await ledgerOf(app.current);
    const order = await place(app.current, ada.memberId, [course.line(), book.line(3)], card());
    await untilOrder(app.current, order.id, 'completed', 30_000);
    await eventually(async () => expect(await documentsOf(order.id)).toHaveLength(1));
    const [receipt] = await documentsOf(order.id);
    expect(receipt).toMatchObject({ kind: 'receipt', total: { amount: 19_403 }, tax: { amount: order.tax } });
    const { body } = await callAs(house, ada, 'GET', `/documents/${receipt.id}`);
    expect(body.billTo).toEqual(['Ada Okafor', 'Lindenweg 3', '10115 Berlin', 'DE']);
    expect(body.lines.map(({ text, quantity }: { text: string; quantity: number }) => [text, quantity])).toEqual([
      [course.name, 1],
      [book.name, 3],
    ]);
    const refund = (amount?: number) =>
      callAs(house, staff, 'POST', `/payments/${receipt.paymentId}/refunds`, {
        ...(amount ? { amount } : {}),
        reason: 'x',
      });
    for (const amount of [1, 333, 7_000]) expect((await refund(amount)).status).toBe(202);
    expect((await refund()).status).toBe(202);
    await untilPayment(app.current, receipt.paymentId, 'refunded');
    await eventually(async () => expect(await documentsOf(order.id)).toHaveLength(5));
    const notes = (await documentsOf(order.id)).slice(1);
    expect(new Set(notes.map(({ kind }: { kind: string }) => kind))).toEqual(new Set(['credit_note']));
    const sum = (of: 'total' | 'tax') => notes.reduce((all: number, note: Answer['body']) => all + note[of].amount, 0);
    expect([sum('total'), sum('tax')]).toEqual([19_403, order.tax]);
    const after = await ledgerOf(app.current);
    for (const code of ['goods_income', 'course_income', 'tax_payable', 'customer_deposits']) {
      expect([code, after[code] ?? 0]).toEqual([code, before[code] ?? 0]);
    }
  }, 90_000);

  it('that money put on an account, or given, has a receipt too', async () => {
    const { body } = await callAs(house, ada, 'POST', '/payments', {
      purpose: 'donation',
      amount: 2_000,
      currency: 'EUR',
      paymentMethod: 'pm_card_visa',
    });
    await eventually(async () => {
      const { data } = (await callAs(house, ada, 'GET', `/documents?paymentId=${body.id}`)).body;
      expect(data).toMatchObject([{ kind: 'receipt', total: { amount: 2_000 } }]);
    });
  });
});

describe('an invoice', () => {
  const invoice = (more: object) => callAs(house, staff, 'POST', '/invoices', { memberId: ada.memberId, ...more });
  const received = (id: string, more: object = {}) =>
    callAs(house, staff, 'POST', `/invoices/${id}/payments`, {
      method: 'bank_transfer',
      amount: 11_900,
      receivedOn: '2026-01-15',
      reference: 'RF18 5390 0754',
      ...more,
    });

  it('is issued at once, paid whole and once, and then the order goes on', async () => {
    const course = await aProduct(app.current, { digital: true, amount: 11_900 });
    const billTo = ['Hospital of the Town', 'Ring 1', '1010 Vienna'];
    const made = await invoice({ items: [{ productId: course.id, quantity: 1 }], billTo });
    expect(made).toMatchObject({ status: 201, body: { kind: 'invoice', total: { amount: 11_900 }, billTo: null } });
    const { id, orderId, number } = made.body;
    expect(number).toMatch(/^INV-\d{4}-\d{6}$/);
    expect((await callAs(house, ada, 'GET', `/documents/${id}`)).body.billTo).toEqual(billTo);
    for (const [wrong, status] of [
      [{ amount: 11_899 }, 422],
      [{ amount: 11_901 }, 422],
      [{ amount: 0 }, 400],
      [{ amount: 1.5 }, 400],
      [{ receivedOn: '2999-01-01' }, 422],
      [{ receivedOn: 'yesterday' }, 400],
      [{ method: 'card' }, 400],
      [{ reference: '' }, 400],
    ] as const) {
      const answer = await received(id, wrong);
      expect([wrong, answer.status]).toEqual([wrong, status]);
    }
    expect((await sql()`select 1 from payments where order_id = ${orderId}`).length).toBe(0);
    const bank = (await ledgerOf(app.current)).bank ?? 0;
    const tries = await Promise.all([0, 1].map(() => received(id)));
    expect(tries.map(({ status }) => status).sort()).toEqual([201, 409]);
    await untilOrder(app.current, orderId, 'completed', 30_000);
    expect((await ledgerOf(app.current)).bank).toBe(bank + 11_900);
    await eventually(async () =>
      expect((await documentsOf(orderId)).map(({ kind }: { kind: string }) => kind)).toEqual(['invoice', 'receipt']),
    );
  }, 60_000);

  it('is made of a plan too', async () => {
    const bob = await aMember(app.current, 'bob');
    const made = await invoice({ memberId: bob.memberId, planId: professional });
    expect(made.body).toMatchObject({ kind: 'invoice', lines: [{ quantity: 1 }] });
  });

  it.each([
    ['nothing', {}, 400],
    ['both', { planId: uuidv7(), items: [{ productId: uuidv7(), quantity: 1 }] }, 400],
    ['what is not there', { items: [{ productId: uuidv7(), quantity: 1 }] }, 422],
    ['no plan', { planId: uuidv7() }, 422],
    ['nobody', { memberId: uuidv7(), planId: professional }, 422],
    ['none', { items: [{ productId: uuidv7(), quantity: 0 }] }, 400],
  ])('of %s is refused, and no number is lost', async (_name, more, status) => {
    const before = await sequencesOf('invoice');
    expect((await invoice(more)).status).toBe(status);
    expect(await sequencesOf('invoice')).toEqual(before);
  });

  it('is nothing that is paid for, when it is none', async () => {
    const { id } = await issue(sample('receipt', `test:${uuidv7()}`));
    expect((await received(id)).status).toBe(404);
    expect((await received(uuidv7())).status).toBe(404);
  });

  it('is made by staff alone', async () => {
    expect(
      (await callAs(house, ada, 'POST', '/invoices', { memberId: ada.memberId, planId: professional })).status,
    ).toBe(403);
  });
});
