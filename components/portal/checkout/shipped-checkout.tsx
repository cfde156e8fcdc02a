'use client';

import type { OrderInput } from '../../api/checkout.ts';
import { ApiError } from '../../api/problem.ts';
import type { Member } from '../../api/shapes.ts';
import { AddressFields } from '../../forms/address-fields.tsx';
import * as rules from '../../forms/field-rules.ts';
import { useValidatedForm } from '../../forms/use-validated-form.ts';
import { Card } from '../../page/card.tsx';
import { CheckoutForm, type CheckoutProps } from './checkout-form.tsx';

interface Values {
  address: rules.AddressFields;
}

const filled = (address: Member['address']): rules.AddressFields => ({
  ...rules.emptyAddress,
  ...Object.fromEntries(Object.entries(address ?? {}).map(([name, value]) => [name, value ?? ''])),
});

const addressRules = {
  line1: rules.required('Enter street and number'),
  city: rules.required('Enter the town or city'),
  postalCode: rules.required('Enter the postal code'),
  country: rules.required('Choose the country'),
};

/** The checkout of what goes by post: an address is part of it. */
export default function ShippedCheckout({ member, ...checkout }: CheckoutProps & { member: Member }) {
  const { form, submit, showErrorsOf } = useValidatedForm<Values>({
    initialValues: { address: filled(member.address) },
    validate: { address: addressRules },
  });
  return (
    <CheckoutForm
      {...checkout}
      where={{
        card: (
          <Card id="where-to" title="Where to">
            <AddressFields form={form} />
          </Card>
        ),
        submit: (work) => submit(({ address }) => work(addressOf(address))),
        showErrorsOf: (error) => showErrorsOf(atFields(error)),
      }}
    />
  );
}

const addressOf = ({ line2, region, ...address }: rules.AddressFields): NonNullable<OrderInput['shippingAddress']> => ({
  ...address,
  line2: line2 || null,
  region: region || null,
});

/** The API names the address as an order has it; the form as its fields do. */
function atFields(error: Error): Error {
  if (!(error instanceof ApiError)) return error;
  const errors = error.errors.map((one) => ({ ...one, path: one.path.replace(/^shippingAddress\b/, 'address') }));
  return new ApiError({ status: error.status, title: error.title, detail: error.detail, errors });
}
