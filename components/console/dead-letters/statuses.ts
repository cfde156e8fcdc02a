import type { DeadLetterStatus } from '../../api/console/shapes.ts';
import type { Tone } from '../../values/tones.ts';

export const statusOf = (text: string): DeadLetterStatus =>
  text === 'redriven' || text === 'dismissed' ? text : 'open';

export const statusTones: Record<DeadLetterStatus, Tone> = { open: 'bad', redriven: 'ok', dismissed: 'neutral' };

export const statusWords: Record<DeadLetterStatus, string> = {
  open: 'Open',
  redriven: 'Redriven',
  dismissed: 'Dismissed',
};
