'use client';

import {
  type ChangeEvent,
  type FormEvent,
  type ReactNode,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { holdPage } from '../api/cover.ts';
import { ApiError } from '../api/problem.ts';
import { sendHeld } from '../theme/early-submit.ts';
import { isSame, type Leaves, readAt, type Tree, writeAt } from './paths.ts';

type Rule<Value, Values> = (value: Value, values: Values) => ReactNode | null;
/** Rules in the shape of the values; a field without one is always right. */
export type Rules<Part, Values> = {
  [Key in keyof Part as string extends Key ? never : Key]?: Part[Key] extends object
    ? Rules<Part[Key], Values> | Rule<Part[Key], Values>
    : Rule<Part[Key], Values>;
};
export type FormErrors = Record<string, ReactNode>;

export interface Form<Values> {
  values: Values;
  errors: FormErrors;
  getValues(): Values;
  setValues(values: Values): void;
  /** What `reset` goes back to, and what counts as nothing typed. Followed by `setValues` or `setFieldValue`, which draws it. */
  setInitialValues(values: Values): void;
  reset(): void;
  setFieldValue(path: string, value: unknown): void;
  setFieldError(path: string, error: ReactNode): void;
  clearFieldError(path: string): void;
  getInputProps(path: string, options?: { type?: 'checkbox' }): InputProps;
}

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

interface InputProps {
  value?: string;
  checked?: boolean;
  error: ReactNode;
  'data-path': string;
  onChange: (event: ChangeEvent<Field>) => void;
  onBlur: () => void;
  ref: (field: Field | null) => void;
}

/**
 * A form that checks a field when it is left, and from then on with each key stroke. The library that would do it weighs
 * more than every form of the portal together, on pages with a budget.
 * `submit(work)` is the form's onSubmit: the first field in error takes the focus. What is typed is not lost when the session
 * ends: see `holdPage`.
 */
export function useValidatedForm<Values extends object>(input: {
  initialValues: Values;
  validate: Rules<Values, Values>;
  /** What is wrong however one goes on typing: said with each key stroke, and before the rules of `validate`. */
  whileTyping?: Rules<Values, Values>;
  onValuesChange?: (values: Values) => void;
  /** false: only on submit, for a field that one may leave empty-handed. */
  validateInputOnBlur?: boolean;
}) {
  const [values, setState] = useState(input.initialValues);
  const [errors, setErrors] = useState<FormErrors>({});
  const waking = useSyncExternalStore(
    never,
    () => false,
    () => true,
  );
  // Handlers may run twice before the next render: they read and write here, and the state follows.
  const held = useRef({ values, errors, initial: input.initialValues, input });
  held.current.input = input;
  const touched = !isSame(values, held.current.initial);
  useEffect(() => (touched ? holdPage() : undefined), [touched]);
  // What was sent before this form was awake.
  useEffect(sendHeld, []);

  const form = useMemo(() => {
    const put = (next: Values) => {
      held.current.values = next;
      setState(next);
      held.current.input.onValuesChange?.(next);
    };
    const putErrors = (next: FormErrors) => {
      held.current.errors = next;
      setErrors(next);
    };
    const errorAt = (path: string, rules: Rules<Values, Values> | undefined): ReactNode => {
      const rule = rules && readAt(rules, path);
      const now = held.current.values;
      return typeof rule === 'function' ? (rule(readAt(now, path), now) as ReactNode) : null;
    };
    const check = (path: string) => {
      const { validate, whileTyping } = held.current.input;
      const error = errorAt(path, whileTyping) ?? errorAt(path, validate);
      const { [path]: _old, ...others } = held.current.errors;
      putErrors(error ? { ...others, [path]: error } : others);
    };
    const set = (path: string, value: unknown) => {
      put(writeAt(held.current.values, path, value));
      if (path in held.current.errors || errorAt(path, held.current.input.whileTyping)) check(path);
    };
    const setFieldError = (path: string, error: ReactNode) => putErrors({ ...held.current.errors, [path]: error });
    const clearFieldError = (path: string) => {
      const { [path]: _old, ...others } = held.current.errors;
      putErrors(others);
    };
    const reset = () => {
      putErrors({});
      put(held.current.initial);
    };
    const checkAll = () => {
      const found: FormErrors = {};
      const { validate, whileTyping = {} } = held.current.input;
      for (const [path, rule] of [...leavesOf(validate as Tree), ...leavesOf(whileTyping as Tree)]) {
        const error = rule(readAt(held.current.values, path), held.current.values);
        if (error) found[path] = error;
      }
      putErrors(found);
      return found;
    };
    return { put, putErrors, check, set, setFieldError, clearFieldError, reset, checkAll };
  }, []);

  const getInputProps = (path: string, options?: { type?: 'checkbox' }): InputProps => {
    const value = readAt(values, path);
    const shown = options?.type === 'checkbox' ? value === true : String(value ?? '');
    return {
      ...(typeof shown === 'boolean' ? { checked: shown } : { value: shown }),
      error: errors[path] ?? null,
      'data-path': path,
      onChange: (event) => form.set(path, entryOf(event.target)),
      ref: (field) => {
        // What was entered while the page was loading stands in its field only: React's next drawing would take it away.
        if (waking && field && entryOf(field) !== shown) form.set(path, entryOf(field));
      },
      onBlur: () => {
        if (input.validateInputOnBlur !== false) form.check(path);
      },
    };
  };

  /** Shows the errors of an answer at their fields. False when the answer is about something that this form does not have. */
  const showErrorsOf = (error: unknown): boolean => {
    if (!(error instanceof ApiError) || error.errors.length === 0) return false;
    const found = Object.fromEntries(error.errors.map(({ path, message }) => [path, sentence(message)]));
    if (Object.keys(found).some((path) => readAt(held.current.values, path) === undefined)) return false;
    form.putErrors(found);
    focusFirst(found);
    return true;
  };

  const result: Form<Values> = {
    values,
    errors,
    getValues: () => held.current.values,
    setValues: (next) => {
      form.putErrors({});
      form.put(next);
    },
    setInitialValues: (next) => {
      held.current.initial = next;
    },
    reset: form.reset,
    setFieldValue: form.set,
    setFieldError: form.setFieldError,
    clearFieldError: form.clearFieldError,
    getInputProps,
  };
  const submit = (work: (values: Values) => void) => (event: FormEvent) => {
    event.preventDefault();
    const found = form.checkAll();
    if (Object.keys(found).length > 0) focusFirst(found);
    else work(held.current.values);
  };
  return { form: result, showErrorsOf, submit };
}

const never = () => () => {};

const entryOf = (field: Field): string | boolean =>
  field instanceof HTMLInputElement && field.type === 'checkbox' ? field.checked : field.value;

type AnyRule = (value: unknown, values: unknown) => ReactNode | null;

function leavesOf(rules: Tree, above = ''): Leaves<AnyRule> {
  return Object.entries(rules).flatMap(([key, rule]): Leaves<AnyRule> => {
    if (typeof rule === 'function') return [[above + key, rule as AnyRule]];
    return typeof rule === 'object' && rule !== null ? leavesOf(rule as Tree, `${above}${key}.`) : [];
  });
}

/** `must not be empty` → `Must not be empty`. */
const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Moves to the first field in error, after the messages are drawn: a screen reader then reads them with the field. */
function focusFirst(errors: FormErrors) {
  requestAnimationFrame(() => {
    for (const field of document.querySelectorAll<HTMLElement>('[data-path]')) {
      if (!Object.hasOwn(errors, field.dataset.path ?? '')) continue;
      field.focus();
      return;
    }
  });
}
