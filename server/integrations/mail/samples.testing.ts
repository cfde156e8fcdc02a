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
  'help-request-received': {
    ...common,
    reference: 'H-000093',
    topic: 'Certificates',
    receivedAt: '2026-11-21T14:05:09Z',
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
