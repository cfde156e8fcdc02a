import type { SagaError } from '#db/schema/sagas.ts';
import type { ErrorClass } from '#server/integrations/partner-error.ts';

/** Codes whose reasons are a partner's, the database's or the language's own words: for those who run the house. */
const technical: Record<ErrorClass | 'unexpected' | 'database' | 'crashed', true> = {
  permanent: true,
  transient: true,
  unavailable: true,
  limited: true,
  credentials: true,
  unexpected: true,
  database: true,
  crashed: true,
};

/** What went wrong as anybody may read it: a step's and a rule's own words stay, all others are one sentence. */
export const inPlainWords = ({ code, reason }: SagaError): SagaError => ({
  code,
  reason: Object.hasOwn(technical, code)
    ? 'Something went wrong on our side. Please try again later, or ask for help.'
    : reason,
});
