import { z } from 'zod';
import { passwordLength } from '#server/access/passwords.ts';
import type { Ctx } from '#server/context/context.ts';
import { databaseErrorOf } from '#server/errors/database-errors.ts';
import { maskedSuffix } from '#server/gateway/etag.ts';
import { type AnyRoute, download, route } from '#server/gateway/route.ts';
import { id, idParams, listOf, pageQuery, reason } from '#server/gateway/shapes.ts';
import { act } from './commands/actions.ts';
import { withdrawEmail } from './commands/email.ts';
import { closeHelpRequest, replyToHelpRequest, requestHelp } from './commands/help.ts';
import { addMember, emailTaken, hashNewPassword, type Joined, join } from './commands/join.ts';
import { replaceProfile, updateProfile } from './commands/profile.ts';
import { rejoin, resign } from './commands/status.ts';
import { checkVerification, resendVerification, verifyEmail } from './commands/verification.ts';
import { memberViewOf, openContact } from './personal.ts';
import { membersCsv } from './queries/csv.ts';
import { listMembers } from './queries/directory.ts';
import { listHelpRequests, ownHelpRequests } from './queries/help.ts';
import { getMember, memberIdOf, readableMember, reveal } from './queries/member.ts';
import { memberNotes } from './queries/notes.ts';
import { memberOverview } from './queries/overview.ts';
import { memberTimeline } from './queries/timeline.ts';
import { normaliseEmail } from './rules.ts';
import {
  actionBody,
  addBody,
  csvQuery,
  helpBody,
  helpRequestView,
  helpView,
  joinBody,
  listQuery,
  type MemberView,
  memberList,
  memberParams,
  memberView,
  noteView,
  overviewView,
  ownHelpRequest,
  patchBody,
  putBody,
  replyBody,
  revealBody,
  revealView,
  timelineEntry,
  timelineQuery,
} from './shapes.ts';

const tag = 'Members';
const selfOrStaff = ['self', 'members:open'] as const;
const token = z.string().min(20).max(200);
const typedPassword = z.string().min(1).max(passwordLength.max);

/** A race lost at the unique index is the same news as an e-mail that was taken before. */
async function sayTaken(work: () => Promise<Joined>): Promise<Joined> {
  try {
    return await work();
  } catch (error) {
    const found = databaseErrorOf(error);
    if (found?.code === '23505' && /_email_key$/.test(found.constraint_name ?? '')) throw emailTaken();
    throw error;
  }
}

/** The answer to joining: the person who just typed it sees their own values. */
async function ownView(ctx: Ctx, memberId: string): Promise<MemberView> {
  const record = await readableMember({ ...ctx, actor: { kind: 'system', name: 'join' } }, memberId);
  return memberViewOf(record, await openContact(ctx.app, ctx.sql, record), false);
}

/** The masked view of a version is another text than the owner's: a cache must not take one for the other. */
const etagOf = (view: MemberView) => (view.masked ? `${view.version}${maskedSuffix}` : String(view.version));

/** The answer is the member's, whoever asked; what is left of somebody who was erased is nobody's. */
const aboutMember = { about: (view: MemberView) => (view.status === 'erased' ? null : view.id) };

export const routes: AnyRoute[] = [
  route({
    method: 'post',
    path: '/members',
    summary: 'Join',
    tag,
    permission: 'public',
    idempotent: aboutMember,
    body: joinBody,
    limit: [
      { name: 'join-address', points: (ctx) => ctx.app.settings.JOIN_LIMIT_PER_ADDRESS, windowSeconds: 3600 },
      {
        name: 'join-email',
        points: (ctx) => ctx.app.settings.JOIN_LIMIT_PER_EMAIL,
        windowSeconds: 3600,
        key: (body) => normaliseEmail(body.email),
      },
    ],
    response: { status: 201, schema: memberView },
    prepare: (_ctx, { body }) => hashNewPassword(body),
    handle: async (ctx, { body, prepared }) => {
      const { memberId } = await sayTaken(() => join(ctx, body, prepared));
      return { body: await ownView(ctx, memberId) };
    },
  }),
  route({
    method: 'get',
    path: '/members',
    summary:
      'Find members by part of a name or number; with `members:reveal` also by e-mail, whole phone number or birth date',
    tag,
    permission: ['members:read'],
    query: listQuery,
    response: { status: 200, schema: memberList },
    handle: async (ctx, { query }) => ({ body: await listMembers(ctx, query) }),
  }),
  download({
    path: '/members.csv',
    summary: 'The same list as CSV, with the same filters, or a selection of it',
    tag,
    permission: ['members:export'],
    query: csvQuery,
    contentType: 'text/csv; charset=utf-8',
    open: (ctx, { query, signal }) => membersCsv(ctx, query, signal),
  }),
  route({
    method: 'post',
    path: '/member-additions',
    summary: 'Add a member by hand; they choose a password from the mail that verifies the address',
    tag,
    permission: ['members:create'],
    idempotent: aboutMember,
    body: addBody,
    response: { status: 201, schema: memberView },
    handle: async (ctx, { body }) => {
      const { memberId } = await sayTaken(() => addMember(ctx, body));
      return { body: await getMember(ctx, memberId) };
    },
  }),
  route({
    method: 'post',
    path: '/members/email-verifications',
    summary:
      'Verify the e-mail address with the token from the mail. The first time also with the password that was chosen when joining, or with a new one, which replaces it and ends every session',
    tag,
    permission: 'public',
    body: z.strictObject({ token, password: typedPassword.optional(), newPassword: typedPassword.optional() }),
    limit: { name: 'verify', points: () => 10, windowSeconds: 900, key: (body) => body.token },
    idempotent: { secret: ({ choosePasswordToken }) => choosePasswordToken !== null },
    response: {
      status: 200,
      schema: z.strictObject({
        memberId: id,
        status: z.string(),
        choosePasswordToken: z.string().nullable(),
        passwordReplaced: z.boolean(),
      }),
    },
    prepare: (ctx, { body }) => checkVerification(ctx, body),
    handle: async (ctx, { body, prepared }) => {
      const { id: memberId, status, choosePasswordToken, passwordReplaced } = await verifyEmail(ctx, body, prepared);
      return { body: { memberId, status, choosePasswordToken, passwordReplaced } };
    },
  }),
  route({
    method: 'post',
    path: '/members/email-verifications/resend',
    summary: 'Send the verification mail again; the answer is the same whether there is such an account or not',
    tag,
    permission: 'public',
    body: z.strictObject({ email: z.string().trim().max(254) }),
    limit: { name: 'resend', points: () => 5, windowSeconds: 3600, key: (body) => normaliseEmail(body.email) },
    idempotent: true,
    response: { status: 202, schema: z.strictObject({ accepted: z.literal(true) }) },
    handle: async (ctx, { body }) => {
      await resendVerification(ctx, normaliseEmail(body.email));
      return { body: { accepted: true as const } };
    },
  }),
  route({
    method: 'get',
    path: '/members/{id}',
    summary: 'One member; `me` for oneself',
    tag,
    permission: selfOrStaff,
    params: memberParams,
    etag: true,
    response: { status: 200, schema: memberView },
    handle: async (ctx, { params }) => {
      const view = await getMember(ctx, memberIdOf(ctx, params.id));
      return { body: view, etag: etagOf(view) };
    },
  }),
  route({
    method: 'patch',
    path: '/members/{id}',
    summary: 'Change what the body names',
    tag,
    permission: ['self', 'members:write'],
    params: memberParams,
    etag: true,
    body: patchBody,
    response: { status: 200, schema: memberView },
    handle: async (ctx, { params, body, ifMatch }) => {
      const view = await updateProfile(ctx, memberIdOf(ctx, params.id), body, ifMatch);
      return { body: view, etag: etagOf(view) };
    },
  }),
  route({
    method: 'put',
    path: '/members/{id}',
    summary: 'Replace with what GET gave, changed; read-only fields as they were',
    tag,
    permission: ['self', 'members:write'],
    params: memberParams,
    etag: true,
    body: putBody,
    response: { status: 200, schema: memberView },
    handle: async (ctx, { params, body, ifMatch }) => {
      const view = await replaceProfile(ctx, memberIdOf(ctx, params.id), body, ifMatch);
      return { body: view, etag: etagOf(view) };
    },
  }),
  route({
    method: 'delete',
    path: '/members/{id}/pending-email',
    summary: 'Give up a new e-mail address that waits to be verified',
    tag,
    permission: ['self', 'members:write'],
    params: memberParams,
    response: { status: 200, schema: memberView },
    handle: async (ctx, { params }) => {
      const memberId = memberIdOf(ctx, params.id);
      await withdrawEmail(ctx, memberId);
      return { body: await getMember(ctx, memberId) };
    },
  }),
  route({
    method: 'get',
    path: '/members/{id}/overview',
    summary: 'What each source system says, asked in parallel',
    tag,
    permission: selfOrStaff,
    params: memberParams,
    response: { status: 200, schema: overviewView },
    handle: async (ctx, { params }) => ({ body: await memberOverview(ctx, memberIdOf(ctx, params.id)) }),
  }),
  route({
    method: 'get',
    path: '/members/{id}/timeline',
    summary: 'Everything that happened, over all systems, newest first',
    tag,
    permission: selfOrStaff,
    params: memberParams,
    query: timelineQuery,
    response: { status: 200, schema: listOf(timelineEntry) },
    handle: async (ctx, { params, query }) => ({ body: await memberTimeline(ctx, memberIdOf(ctx, params.id), query) }),
  }),
  route({
    method: 'post',
    path: '/members/{id}/actions',
    summary: 'What staff can do to a member, with a reason',
    tag,
    permission: ['members:act'],
    params: idParams,
    idempotent: aboutMember,
    body: actionBody,
    response: { status: 200, schema: memberView },
    handle: async (ctx, { params, body }) => {
      await act(ctx, params.id, body.action, body.reason);
      return { body: await getMember(ctx, params.id) };
    },
  }),
  route({
    method: 'post',
    path: '/members/{id}/reveals',
    summary: 'Clear values, once, with a reason; logged',
    tag,
    permission: ['members:reveal'],
    params: idParams,
    body: revealBody,
    response: { status: 200, schema: revealView },
    handle: async (ctx, { params, body }) => ({ body: await reveal(ctx, params.id, body.fields, body.reason) }),
  }),
  route({
    method: 'get',
    path: '/members/{id}/notes',
    summary: 'What staff wrote about a member',
    tag,
    permission: ['members:act'],
    params: idParams,
    response: { status: 200, schema: listOf(noteView) },
    handle: async (ctx, { params }) => ({ body: { data: await memberNotes(ctx, params.id), nextCursor: null } }),
  }),
  route({
    method: 'post',
    path: '/members/{id}/resignation',
    summary: 'Leave. What is paid for stays; nothing more is charged',
    tag,
    permission: ['self'],
    params: memberParams,
    idempotent: aboutMember,
    body: z.strictObject({ reason: reason.optional() }),
    response: { status: 200, schema: memberView },
    handle: async (ctx, { params, body }) => {
      const memberId = memberIdOf(ctx, params.id);
      await resign(ctx, memberId, body.reason);
      return { body: await getMember(ctx, memberId) };
    },
  }),
  route({
    method: 'delete',
    path: '/members/{id}/resignation',
    summary:
      'Come back after having resigned: `active` while days are left that were paid for, otherwise `pending` until a plan is paid',
    tag,
    permission: ['self'],
    params: memberParams,
    response: { status: 200, schema: memberView },
    handle: async (ctx, { params }) => {
      const memberId = memberIdOf(ctx, params.id);
      await rejoin(ctx, memberId);
      return { body: await getMember(ctx, memberId) };
    },
  }),
  route({
    method: 'post',
    path: '/members/{id}/help-requests',
    summary: 'Ask for help',
    tag,
    permission: ['self'],
    params: memberParams,
    limit: { name: 'help', points: () => 10, windowSeconds: 3600 },
    idempotent: true,
    body: helpBody,
    response: { status: 201, schema: helpView },
    handle: async (ctx, { params, body }) => ({ body: await requestHelp(ctx, memberIdOf(ctx, params.id), body) }),
  }),
  route({
    method: 'get',
    path: '/help-requests',
    summary: 'What members asked, the longest waiting first',
    tag,
    permission: ['members:act'],
    query: z.strictObject({
      ...pageQuery,
      status: z.enum(['open', 'closed']).default('open'),
      memberId: id.optional(),
    }),
    response: { status: 200, schema: listOf(helpRequestView) },
    handle: async (ctx, { query }) => ({ body: await listHelpRequests(ctx, query) }),
  }),
  route({
    method: 'get',
    path: '/members/{id}/help-requests',
    summary: 'What I asked, and what was answered, the newest first',
    tag,
    permission: ['self'],
    params: memberParams,
    response: { status: 200, schema: listOf(ownHelpRequest) },
    handle: async (ctx, { params }) => ({
      body: { data: await ownHelpRequests(ctx, memberIdOf(ctx, params.id)), nextCursor: null },
    }),
  }),
  route({
    method: 'post',
    path: '/help-requests/{id}/replies',
    summary: 'Answer: by mail and on the member’s help page. `close` ends the request with it',
    tag,
    permission: ['members:act'],
    params: idParams,
    idempotent: true,
    body: replyBody,
    response: { status: 201, schema: z.strictObject({ id, status: z.enum(['open', 'closed']) }) },
    handle: async (ctx, { params, body }) => {
      await replyToHelpRequest(ctx, params.id, body);
      return { body: { id: params.id, status: body.close ? ('closed' as const) : ('open' as const) } };
    },
  }),
  route({
    method: 'post',
    path: '/help-requests/{id}/close',
    summary: 'Answered elsewhere: by telephone, in person',
    tag,
    permission: ['members:act'],
    params: idParams,
    idempotent: true,
    body: z.strictObject({ reason }),
    response: { status: 200, schema: z.strictObject({ id, status: z.literal('closed') }) },
    handle: async (ctx, { params, body }) => {
      await closeHelpRequest(ctx, params.id, body.reason);
      return { body: { id: params.id, status: 'closed' as const } };
    },
  }),
];
