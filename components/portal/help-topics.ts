import type { HelpTopic } from '../api/shapes.ts';

/** What one can ask about, as the list says it. */
export const helpTopics = [
  { value: 'membership', label: 'Membership and plans' },
  { value: 'payment', label: 'Payments' },
  { value: 'profile', label: 'My profile and e-mail address' },
  { value: 'access', label: 'Signing in and security' },
  { value: 'data', label: 'My data and privacy' },
  { value: 'other', label: 'Something else' },
] satisfies Array<{ value: HelpTopic; label: string }>;

export const topicWords = (topic: string) => helpTopics.find(({ value }) => value === topic)?.label ?? 'Something else';
