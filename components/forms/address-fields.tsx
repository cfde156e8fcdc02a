'use client';

import { TextInput } from '@mantine/core';
import { useMemo } from 'react';
import stack from '../page/stack.module.css';
import { countries } from './countries.ts';
import type { AddressFields as Address } from './field-rules.ts';
import { Select } from './select.tsx';
import type { Form } from './use-validated-form.ts';

/** The address part of a form whose values have `address`. `optional`: whole or not at all. */
export function AddressFields<Values extends { address: Address }>({
  form,
  optional = false,
}: {
  form: Form<Values>;
  optional?: boolean;
}) {
  const options = useMemo(() => [{ value: '', label: 'Choose a country' }, ...countries()], []);
  const field = (name: keyof Address) => form.getInputProps(`address.${name}`);
  return (
    <fieldset className={stack.group}>
      <legend className={stack.legend}>Postal address{optional ? ' (optional)' : ''}</legend>
      <div className={stack.fields}>
        <TextInput label="Street and number" autoComplete="address-line1" {...field('line1')} />
        <TextInput label="Flat, floor, building (optional)" autoComplete="address-line2" {...field('line2')} />
        <div className={stack.pair}>
          <TextInput label="Postal code" autoComplete="postal-code" {...field('postalCode')} />
          <TextInput label="Town or city" autoComplete="address-level2" {...field('city')} />
        </div>
        <div className={stack.pair}>
          <TextInput label="Region or state (optional)" autoComplete="address-level1" {...field('region')} />
          <Select label="Country" autoComplete="country" data={options} {...field('country')} />
        </div>
      </div>
    </fieldset>
  );
}
