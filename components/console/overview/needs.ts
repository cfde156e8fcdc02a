import type { ConsoleOverview, FlowStatus } from '../../api/console/shapes.ts';
import { formatMoney, formatNumber, wordsOf } from '../../values/format.ts';
import { counted } from '../rate.ts';
import { sagaHref, sagaSubject, stepName } from '../sagas/words.ts';

export interface Need {
  id: string;
  tone: 'bad' | 'warn';
  /** What the tone says, in a word. */
  word: string;
  title: string;
  detail: string | null;
  /** Since when. */
  at: string | null;
  href: string;
  /** Parts of it that can be opened by themselves. */
  parts: { id: string; count: number; title: string; place: string; at: string; href: string }[];
}

export const systemNames: Record<FlowStatus['system'], string> = {
  legacy: 'Legacy',
  crm: 'CRM',
  mail: 'Mail',
  gateway: 'Payment gateway',
};

const nameOf = (name: string) => (name in systemNames ? systemNames[name as FlowStatus['system']] : wordsOf(name));

/** Where one looks when a flow does not flow: the events that say why. */
export const flowHref = ({ system, state }: Pick<FlowStatus, 'system' | 'state'>): string => {
  const troubled = state === 'stopped' || state === 'failing' || state === 'paused';
  if (system === 'mail') return '/ops/events?type=email.sent';
  if (system === 'gateway') return '/ops/payments';
  return `/ops/events?type=${troubled ? 'sync.failed' : 'sync.completed'}`;
};

function flowNeed(flow: FlowStatus): Need | null {
  if (flow.state !== 'stopped' && flow.state !== 'failing') return null;
  const stopped = flow.state === 'stopped';
  const waiting = flow.waiting > 0 ? `${formatNumber(flow.waiting)} waiting` : null;
  return {
    id: `flow-${flow.system}`,
    tone: stopped ? 'bad' : 'warn',
    word: stopped ? 'Stopped' : 'Failing',
    title: stopped ? `${nameOf(flow.system)} does not take anything` : `${nameOf(flow.system)} fails now and then`,
    detail: [waiting, flow.lastError].filter(Boolean).join(' · ') || null,
    at: flow.since,
    href: flowHref(flow),
    parts: [],
  };
}

/**
 * What a person should look at now, the worst first. Empty when nothing needs anybody. Who may not answer members
 * (`answers` false) sees that some wait, and the events of it.
 */
export function needsOf({ needs, flow }: Pick<ConsoleOverview, 'needs' | 'flow'>, answers: boolean): Need[] {
  const broken = flow.systems.map(flowNeed).filter((need) => need !== null);
  const paused = needs.pausedFlows.map(
    (one): Need => ({
      id: `paused-${one.name}`,
      tone: 'warn',
      word: 'Paused',
      title: `${nameOf(one.name)} is paused`,
      detail: [one.reason, 'tried again by itself; what waits goes on when it works'].filter(Boolean).join(' · '),
      at: one.changedAt,
      href: flowHref({ system: one.name as FlowStatus['system'], state: 'paused' }),
      parts: [],
    }),
  );
  const readers = needs.subscriptions.map(
    (one): Need => ({
      id: `subscription-${one.name}`,
      tone: one.status === 'paused' ? 'warn' : 'bad',
      word: wordsOf(one.status),
      title: `Subscription ${one.name} is ${one.status}`,
      detail: one.lag > 0 ? `${counted(one.lag, 'event')} behind` : null,
      at: null,
      href: '/ops/events',
      parts: [],
    }),
  );
  return [
    ...broken,
    ...readers,
    ...stuckNeed(needs.stuckSagas),
    ...refundNeed(needs.failedRefunds),
    ...discrepancyNeed(needs.discrepancies),
    ...paused,
    ...letterNeed(needs.deadLetters),
    ...helpNeed(needs.helpRequests, answers),
    ...loanNeed(needs.loans),
  ].sort((a, b) => Number(b.tone === 'bad') - Number(a.tone === 'bad'));
}

function letterNeed({ open, waiting, kinds, causes }: ConsoleOverview['needs']['deadLetters']): Need[] {
  if (open === 0) return [];
  return [
    {
      id: 'dead-letters',
      tone: 'bad',
      word: 'Dead letters',
      title: `${counted(open, 'dead letter')}, ${counted(kinds, 'cause')}`,
      detail: waiting > 0 ? `${formatNumber(waiting)} waiting behind` : null,
      at: causes.map(({ oldestAt }) => oldestAt).sort()[0] ?? null,
      href: '/ops/dead-letters',
      parts: causes.map((cause) => ({
        id: `${cause.queue}-${cause.fingerprint}`,
        count: cause.count,
        title: cause.error,
        place: cause.queue,
        at: cause.oldestAt,
        href: cause.only
          ? `/ops/dead-letters/${cause.only}`
          : `/ops/dead-letters?fingerprint=${encodeURIComponent(cause.fingerprint)}`,
      })),
    },
  ];
}

function helpNeed({ open, oldestAt }: ConsoleOverview['needs']['helpRequests'], answers: boolean): Need[] {
  if (open === 0) return [];
  return [
    {
      id: 'help',
      tone: 'warn',
      word: 'Waiting',
      title: `${counted(open, 'member')} ${open === 1 ? 'waits' : 'wait'} for help`,
      detail: null,
      at: oldestAt,
      href: answers ? '/ops/help' : '/ops/events?type=support.requested',
      parts: [],
    },
  ];
}

function loanNeed({ count, oldestAt }: ConsoleOverview['needs']['loans']): Need[] {
  if (count === 0) return [];
  return [
    {
      id: 'loans',
      tone: 'warn',
      word: 'Waiting',
      title: `${counted(count, 'loan')} ${count === 1 ? 'waits' : 'wait'} for a decision`,
      detail: null,
      at: oldestAt,
      href: '/ops/loans?status=waiting',
      parts: [],
    },
  ];
}

function stuckNeed({ count, oldest }: ConsoleOverview['needs']['stuckSagas']): Need[] {
  if (count === 0) return [];
  return [
    {
      id: 'stuck-sagas',
      tone: 'bad',
      word: 'Stuck',
      title: counted(count, 'stuck saga'),
      detail: 'It can go neither on nor back without a person',
      at: oldest[0]?.at ?? null,
      href: '/ops/sagas?status=stuck',
      parts: oldest.map((saga) => ({
        id: saga.id,
        count: 1,
        title: sagaSubject(saga),
        place: stepName(saga.step),
        at: saga.at,
        href: sagaHref(saga),
      })),
    },
  ];
}

function refundNeed({ count, oldest }: ConsoleOverview['needs']['failedRefunds']): Need[] {
  if (count === 0) return [];
  return [
    {
      id: 'failed-refunds',
      tone: 'bad',
      word: 'Failed',
      title: counted(count, 'failed refund'),
      detail: 'Promised, and not given back',
      at: oldest[0]?.at ?? null,
      href: '/ops/payments',
      parts: oldest.map((refund) => ({
        id: `${refund.paymentId} ${refund.at}`,
        count: 1,
        title: `${formatMoney(refund.amount.amount, refund.amount.currency)} of ${refund.number}`,
        place: 'Payment gateway',
        at: refund.at,
        href: `/ops/payments/${refund.paymentId}`,
      })),
    },
  ];
}

function discrepancyNeed({ count, worst }: ConsoleOverview['needs']['discrepancies']): Need[] {
  if (count === 0) return [];
  const events = '/ops/events?type=discrepancy.found';
  return [
    {
      id: 'discrepancies',
      tone: 'bad',
      word: 'Does not agree',
      title: `${counted(count, 'thing')} ${count === 1 ? 'does' : 'do'} not agree`,
      detail: 'Payments, orders, memberships and the books are compared every ten minutes',
      at: worst.map(({ at }) => at).sort()[0] ?? null,
      href: events,
      parts: worst.map(({ id, kind, orderId, paymentId, memberId, at }) => ({
        id,
        count: 1,
        title: wordsOf(kind),
        place: orderId ? 'Order' : paymentId ? 'Payment' : memberId ? 'Member' : 'Books',
        at,
        href: orderId
          ? `/ops/orders/${orderId}`
          : paymentId
            ? `/ops/payments/${paymentId}`
            : memberId
              ? `/ops/members/${memberId}`
              : events,
      })),
    },
  ];
}
