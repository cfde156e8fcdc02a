import { z } from 'zod';
import { route } from '#server/gateway/route.ts';
import { memberIdOf } from '#server/members/queries/member.ts';
import { memberParams } from '#server/members/shapes.ts';
import { exportMember } from './queries.ts';

export const routes = [
  route({
    method: 'get',
    path: '/members/{id}/export',
    summary: 'Everything we hold about oneself',
    tag: 'Members',
    permission: ['self'],
    params: memberParams,
    response: { status: 200, schema: z.record(z.string(), z.unknown()) },
    handle: async (ctx, { params }) => ({
      body: await exportMember(ctx, memberIdOf(ctx, params.id)),
      headers: { 'content-disposition': 'attachment; filename="guildhall-my-data.json"' },
    }),
  }),
];
