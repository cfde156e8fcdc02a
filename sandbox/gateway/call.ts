import type { Answer } from './errors.ts';
import type { Form } from './form.ts';
import type { Store } from './store.ts';

/** A request as an operation sees it. `origin`: under which address the client reached the gateway. */
export type Call = { store: Store; form: Form; id: string; origin: string };
export type Operation = (call: Call) => Answer;

export const ok = (body: object): Answer => ({ status: 200, body });
