import { type AnyRoute, route } from '#server/gateway/route.ts';
import { idParams } from '#server/gateway/shapes.ts';
import { requestTransfer } from './commands.ts';
import { findRecipient, getTransfer, listTransfers } from './queries.ts';
import { recipientQuery, recipientView, transferBody, transferList, transfersQuery, transferView } from './shapes.ts';

const tag = 'Transfers';
const selfOrStaff = ['self', 'ledger:read'] as const;

export const routes: AnyRoute[] = [
  route({
    method: 'post',
    path: '/transfers',
    summary: 'Send money from one’s own account; held at once, made in steps that can be followed',
    tag,
    permission: ['self'],
    idempotent: true,
    body: transferBody,
    response: { status: 202, schema: transferView },
    handle: async (ctx, { body }) => {
      const { id } = await requestTransfer(ctx, body);
      return { body: await getTransfer(ctx, id) };
    },
  }),
  route({
    method: 'get',
    path: '/transfers',
    summary: 'My transfers, newest first; for staff anybody’s',
    tag,
    permission: selfOrStaff,
    query: transfersQuery,
    response: { status: 200, schema: transferList },
    handle: async (ctx, { query }) => ({ body: await listTransfers(ctx, query) }),
  }),
  route({
    method: 'get',
    path: '/transfers/{id}',
    summary: 'One transfer, step by step',
    tag,
    permission: selfOrStaff,
    params: idParams,
    response: { status: 200, schema: transferView },
    handle: async (ctx, { params }) => ({ body: await getTransfer(ctx, params.id) }),
  }),
  route({
    method: 'get',
    path: '/transfer-recipients',
    summary: 'Whose account a number is: first name and initial, before money is sent there',
    tag,
    permission: ['self'],
    query: recipientQuery,
    response: { status: 200, schema: recipientView },
    handle: async (ctx, { query }) => ({ body: await findRecipient(ctx, query.number) }),
  }),
];
