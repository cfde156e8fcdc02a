import type { RenderedMail } from './layout.ts';
import { type TemplateInput, type TemplateName, templates } from './templates.ts';

const base = 'https://members.example.org';
const common = { organisation: 'Institute of Measurement', givenName: 'Zoë' };
const token = 'kJ8sR2vQ0xZb7LmN4tYw9PcHfGd1AeUi3oKs5BnXqTr';

/** One full input for every template. */
export const sampleInputs: { [Name in TemplateName]: TemplateInput<Name> } = {
  'verify-email': { ...common, verifyUrl: `${base}/verify?token=${token}`, expiresInHours: 24 },
  'password-reset': { ...common, resetUrl: `${base}/reset?token=${token}&from=mail`, expiresInMinutes: 30 },
  welcome: { ...common, memberNumber: 'M-004211', planName: 'Professional', portalUrl: `${base}/` },
  'profile-updated': {
    ...common,
    changedFields: ['Phone number', 'Postal address'],
    changedAt: '2026-11-21T14:05:09Z',
    profileUrl: `${base}/profile`,
  },
  'account-locked': { ...common, lockedForMinutes: 15, resetUrl: `${base}/reset` },
  'email-already-registered': { ...common, signInUrl: `${base}/signin`, resetUrl: `${base}/reset` },
  'new-sign-in': {
    ...common,
    device: 'Firefox on Linux',
    signedInAt: '2026-11-21T14:05:09Z',
    sessionsUrl: `${base}/security`,
  },
  'session-ended': {
    ...common,
    device: 'Safari on iPhone',
    endedAt: '2026-11-21T14:05:09Z',
    sessionsUrl: `${base}/security`,
  },
  'member-resigned': { ...common, memberNumber: 'M-004211', endsOn: '2026-12-31', portalUrl: `${base}/` },
  'renewal-due': {
    ...common,
    planName: 'Professional',
    amount: '€129.00',
    situation: 'ends',
    lastDayOn: '2026-12-31',
    renewUrl: `${base}/renew?token=${token}`,
    expiresInDays: 14,
  },
  'renewal-planned': {
    ...common,
    planName: 'Professional',
    amount: '€129.00',
    chargedOn: '2027-01-01',
    card: 'Visa ••4242',
    membershipUrl: `${base}/membership`,
  },
  renewed: { ...common, planName: 'Professional', paidUntilOn: '2027-12-31', membershipUrl: `${base}/membership` },
  'payment-failed': {
    ...common,
    planName: 'Professional',
    amount: '€129.00',
    why: 'There is not enough money on the card. Nothing was charged.',
    next: 'We try the card again on 4 January 2027.',
    renewUrl: `${base}/renew?token=${token}`,
    expiresInDays: 14,
  },
  'loan-granted': { ...common, amount: '€1,200.00', loanUrl: `${base}/loans/1` },
  'loan-rejected': { ...common, amount: '€1,200.00', loanUrl: `${base}/loans/1` },
  'loan-late': { ...common, amount: '€101.31', dueOn: '2026-12-31', loanUrl: `${base}/loans/1` },
  'loan-settled': { ...common, amount: '€1,200.00', loanUrl: `${base}/loans/1` },
  lapsed: { ...common, planName: 'Professional', endedOn: '2026-12-31', joinUrl: `${base}/membership` },
  cancelled: { ...common, planName: 'Professional', endsOn: '2026-12-31', membershipUrl: `${base}/membership` },
  receipt: {
    ...common,
    number: 'REC-2026-000017',
    total: '€179.02',
    lines: [
      ['Professional', '€129.00'],
      ['2 × Handbook of Measurement', '€50.02'],
    ],
    issuedOn: '2026-11-21',
    seeLabel: 'See this order',
    seeUrl: `${base}/orders/1`,
  },
  invoice: {
    ...common,
    number: 'INV-2026-000004',
    total: '€129.00',
    lines: [['Professional', '€129.00']],
    issuedOn: '2026-11-21',
    seeLabel: 'See this order',
    seeUrl: `${base}/orders/1`,
  },
  refunded: {
    ...common,
    amount: '€29.00',
    number: 'CN-2026-000002',
    card: 'Visa ••4242',
    refundedOn: '2026-11-21',
    seeLabel: 'See this order',
    seeUrl: `${base}/orders/1`,
  },
  'card-expiring': {
    ...common,
    card: 'Visa ••4242',
    expires: 'December 2026',
    usedFor: 'your renewals',
    cardsUrl: `${base}/cards`,
  },
  'help-request-received': {
    ...common,
    reference: 'H-000093',
    topic: 'Certificates',
    receivedAt: '2026-11-21T14:05:09Z',
    helpUrl: `${base}/help`,
  },
  'help-request-replied': {
    ...common,
    reference: 'H-000093',
    topic: 'Certificates',
    askedAt: '2026-11-21T14:05:09Z',
    paragraphs: ['Your certificate is in your portal.', 'Write again when it is not.'],
    helpUrl: `${base}/help`,
  },
};

/** Renders a sample, with some of its input replaced. */
export function renderSample<Name extends TemplateName>(
  name: Name,
  change: Partial<TemplateInput<Name>> = {},
): RenderedMail {
  return templates[name]({ ...sampleInputs[name], ...change });
}

export const templateNames = Object.keys(sampleInputs) as TemplateName[];
