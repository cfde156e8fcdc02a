'use client';

import { PasswordInput, type PasswordInputProps } from '@mantine/core';
import classes from './new-password-input.module.css';
import { type Strength, strengthOf } from './password-strength.ts';

const words: Record<Strength, string> = {
  short: 'Too short',
  weak: 'Easy to guess: try several words that do not belong together',
  fair: 'Good',
  strong: 'Strong',
};
const steps: Record<Strength, number> = { short: 1, weak: 2, fair: 3, strong: 4 };

/** A new password with how strong it is. `known` are words about the person, which make a password weak. */
export function NewPasswordInput({
  known = [],
  value,
  ...props
}: PasswordInputProps & { value?: string; known?: string[] }) {
  const strength = value ? strengthOf(value, known) : null;
  return (
    <div>
      <PasswordInput
        label="Password"
        description="At least 10 characters. Several words are easy to remember and hard to guess."
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password', tabIndex: 0 }}
        value={value}
        {...props}
      />
      <div className={classes.strength} data-strength={strength ?? 'none'}>
        <span className={classes.bars} aria-hidden>
          {[1, 2, 3, 4].map((step) => (
            <span key={step} className={classes.bar} data-on={strength !== null && step <= steps[strength]} />
          ))}
        </span>
        <span role="status" className={classes.word}>
          {strength ? <span>Strength: {words[strength]}</span> : null}
        </span>
      </div>
    </div>
  );
}
