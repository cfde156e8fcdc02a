'use client';

import { UnstyledButton } from '@mantine/core';
import { IconMinus, IconPlus, IconTrash } from '@tabler/icons-react';
import classes from './quantity.module.css';

/** How many of something are in the cart. Below one it is taken out. */
export function Quantity({
  of,
  value,
  most,
  onChange,
}: {
  /** What there is so many of: for the buttons' names. */
  of: string;
  value: number;
  most: number;
  onChange: (quantity: number) => void;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would make a form of it.
    <div className={classes.quantity} role="group" aria-label={`How many of ${of}`}>
      <UnstyledButton
        className={classes.button}
        aria-label={value === 1 ? `Remove ${of}` : `One less of ${of}`}
        onClick={() => onChange(value - 1)}
      >
        {value === 1 ? <IconTrash size={17} stroke={1.75} /> : <IconMinus size={17} stroke={1.75} />}
      </UnstyledButton>
      <output className={classes.value} aria-label={`${value} of ${of} in your cart`}>
        {value}
      </output>
      <UnstyledButton
        className={classes.button}
        aria-label={`One more of ${of}`}
        disabled={value >= most}
        onClick={() => onChange(value + 1)}
      >
        <IconPlus size={17} stroke={1.75} />
      </UnstyledButton>
    </div>
  );
}
