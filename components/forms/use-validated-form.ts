'use client';

import { type FormErrors, type UseFormInput, useForm } from '@mantine/form';
import { useRef } from 'react';
import { ApiError } from '../api/problem.ts';

const at = (values: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
      values,
    );

/**
 * Mantine's form, checked when a field is left, and from then on with each key stroke.
 * `submit(work)` is the form's onSubmit: the first field in error takes the focus.
 */
export function useValidatedForm<Values extends Record<string, unknown>>(input: UseFormInput<Values>) {
  const shown = useRef<FormErrors>({});
  const form = useForm<Values>({
    validateInputOnBlur: true,
    clearInputErrorOnChange: false,
    ...input,
    onValuesChange: (values, previous) => {
      input.onValuesChange?.(values, previous);
      for (const path of Object.keys(shown.current)) {
        if (at(values, path) !== at(previous, path)) queueMicrotask(() => form.validateField(path));
      }
    },
  });
  shown.current = form.errors;

  /** Shows the errors of an answer at their fields. False when the answer is about something that this form does not have. */
  const showErrorsOf = (error: unknown): boolean => {
    if (!(error instanceof ApiError) || error.errors.length === 0) return false;
    const errors = Object.fromEntries(error.errors.map(({ path, message }) => [path, sentence(message)]));
    if (Object.keys(errors).some((path) => at(form.getValues(), path) === undefined)) return false;
    form.setErrors(errors);
    focusFirst(errors);
    return true;
  };

  return { form, showErrorsOf, submit: (work: (values: Values) => void) => form.onSubmit(work, focusFirst) };
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
