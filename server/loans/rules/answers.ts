import type { LoanQuestion } from '#db/schema/loans.ts';
import type { FieldError } from '#server/errors/errors.ts';

export type Answers = Record<string, string | number>;

/** What is asked for every loan: the score is made of it. */
export const affordabilityQuestions: readonly LoanQuestion[] = [
  {
    id: 'income',
    label: 'Income each month',
    hint: 'After tax, everything that comes in regularly.',
    kind: 'money',
    required: true,
  },
  {
    id: 'outgoings',
    label: 'Outgoings each month',
    hint: 'Rent, food, insurance, travel. Without debts.',
    kind: 'money',
    required: true,
  },
  {
    id: 'otherDebts',
    label: 'Payments on other debts each month',
    hint: 'Loans, credit cards, instalments.',
    kind: 'money',
    required: true,
  },
  {
    id: 'dependants',
    label: 'People who live on your income',
    hint: 'Beside yourself.',
    kind: 'number',
    required: true,
  },
];

const most: Record<LoanQuestion['kind'], number> = { money: 1_000_000_000, number: 50, text: 2_000 };

/** The questions of a product: those for every loan, then its own. */
export const questionsOf = (product: { questions: readonly LoanQuestion[] }): LoanQuestion[] => [
  ...affordabilityQuestions,
  ...product.questions,
];

export function answerProblems(questions: readonly LoanQuestion[], answers: Answers): FieldError[] {
  const known = new Set(questions.map(({ id }) => id));
  const unknown = Object.keys(answers).filter((id) => !known.has(id));
  return [
    ...unknown.map((id) => ({ path: `answers.${id}`, message: 'is not asked for this loan' })),
    ...questions.flatMap((question) => {
      const message = problemOf(question, answers[question.id]);
      return message ? [{ path: `answers.${question.id}`, message }] : [];
    }),
  ];
}

function problemOf({ kind, required }: LoanQuestion, answer: string | number | undefined): string | null {
  if (answer === undefined || answer === '') return required ? 'must be answered' : null;
  if (kind === 'text') {
    if (typeof answer !== 'string') return 'must be text';
    return answer.length > most.text ? `must have at most ${most.text} characters` : null;
  }
  if (typeof answer !== 'number' || !Number.isSafeInteger(answer) || answer < 0 || answer > most[kind]) {
    return `must be a whole number from 0 to ${most[kind]}${kind === 'money' ? ', in minor units' : ''}`;
  }
  return null;
}

export const numberOf = (answers: Answers, id: string): number => {
  const answer = answers[id];
  return typeof answer === 'number' ? answer : 0;
};
