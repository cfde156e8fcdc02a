'use client';

import { type ComponentProps, useId } from 'react';
import classes from './switch.module.css';

/** On or off, at once visible. A checkbox to the browser, a switch to people; the words on the left. */
export function Switch({
  label,
  about,
  error: _error,
  ...props
}: { label: string; about?: string; error?: unknown } & Omit<ComponentProps<'input'>, 'type'>) {
  const id = useId();
  return (
    <div className={classes.row}>
      <div className={classes.words}>
        <label htmlFor={id} className={classes.label}>
          {label}
        </label>
        {about ? (
          <div id={`${id}-about`} className={classes.about}>
            {about}
          </div>
        ) : null}
      </div>
      <input
        {...props}
        id={id}
        type="checkbox"
        // biome-ignore lint/a11y/useAriaPropsForRole: a checkbox tells its own state.
        role="switch"
        className={classes.switch}
        aria-describedby={about ? `${id}-about` : undefined}
      />
    </div>
  );
}
