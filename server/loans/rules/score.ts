import { instalmentOf } from './annuity.ts';

/** What an application comes to: points in parts, each with its reason. It advises; a person decides. */
export interface Assessment {
  points: number;
  max: number;
  advice: 'strong' | 'look_closely' | 'weak';
  parts: ScorePart[];
}

export interface ScorePart {
  id: string;
  label: string;
  points: number;
  max: number;
  why: string;
}

/** Amounts in minor units, income and the rest of them by month. */
export interface Circumstances {
  amount: number;
  rateBp: number;
  termMonths: number;
  income: number;
  outgoings: number;
  dependants: number;
  otherDebts: number;
  memberForDays: number;
  settledLoans: number;
  loansInTrouble: number;
}

/** What is kept for each dependant before anything counts as left over: minor units a month. */
const keptPerDependant = 30_000;

/** The first step whose limit holds gives the points; beyond the last there are none. */
const steps = (ratio: number, limits: ReadonlyArray<readonly [most: number, points: number]>) =>
  limits.find(([most]) => ratio <= most)?.[1] ?? 0;

const percent = (ratio: number) => `${Math.round(ratio * 100)} %`;

export function assess(of: Circumstances): Assessment {
  const parts = [room(of), burden(of), size(of), standing(of), record(of)];
  const points = parts.reduce((sum, part) => sum + part.points, 0);
  const max = parts.reduce((sum, part) => sum + part.max, 0);
  return { points, max, advice: points >= 70 ? 'strong' : points >= 45 ? 'look_closely' : 'weak', parts };
}

const instalment = (of: Circumstances) => instalmentOf(of.amount, of.rateBp, of.termMonths);

function room(of: Circumstances): ScorePart {
  const left = of.income - of.outgoings - of.otherDebts - of.dependants * keptPerDependant;
  const about = { id: 'room', label: 'Room for the instalment', max: 40 };
  if (left <= 0) return { ...about, points: 0, why: 'Nothing is left over each month.' };
  const ratio = instalment(of) / left;
  const points = steps(ratio, [
    [0.3, 40],
    [0.5, 25],
    [0.8, 10],
  ]);
  return { ...about, points, why: `The instalment takes ${percent(ratio)} of what is left over each month.` };
}

function burden(of: Circumstances): ScorePart {
  const about = { id: 'burden', label: 'Debts against income', max: 25 };
  if (of.income <= 0) return { ...about, points: 0, why: 'There is no income.' };
  const ratio = (of.otherDebts + instalment(of)) / of.income;
  const points = steps(ratio, [
    [0.2, 25],
    [0.35, 15],
    [0.5, 5],
  ]);
  return { ...about, points, why: `All debts with this one take ${percent(ratio)} of the income.` };
}

function size(of: Circumstances): ScorePart {
  const about = { id: 'size', label: 'Loan against income', max: 15 };
  if (of.income <= 0) return { ...about, points: 0, why: 'There is no income.' };
  const ratio = of.amount / (12 * of.income);
  const points = steps(ratio, [
    [0.1, 15],
    [0.25, 8],
  ]);
  return { ...about, points, why: `The loan is ${percent(ratio)} of a year’s income.` };
}

function standing(of: Circumstances): ScorePart {
  const years = Math.floor(of.memberForDays / 365);
  const points = years >= 3 ? 10 : years >= 1 ? 5 : 0;
  const why =
    years === 0 ? 'A member for less than a year.' : `A member for ${years} ${years === 1 ? 'year' : 'years'}.`;
  return { id: 'standing', label: 'Time as a member', points, max: 10, why };
}

function record(of: Circumstances): ScorePart {
  const about = { id: 'record', label: 'Earlier loans', max: 10 };
  if (of.loansInTrouble > 0) return { ...about, points: 0, why: 'An earlier loan was in arrears or written off.' };
  if (of.settledLoans > 0) return { ...about, points: 10, why: 'An earlier loan was paid back in time.' };
  return { ...about, points: 5, why: 'There was no earlier loan.' };
}
